"""Which build is running: what an image's record says, and what a checkout says."""

import json

import bench
from bench.host.kit import kit

RECORD = {
    "commit": {"value": "1a2b3c", "reason": None},
    "built_at": {"value": "2026-11-23T03:24:50+00:00", "reason": None},
    "locks": {"bench.txt": "0" * 64},
    "base": "debian:bookworm-slim",
    "base_digest": {"value": None, "reason": "the base was named without one"},
    "torch_builds": {"ipex": "cpu", "torch": "registry"},
}


def test_an_image_tells_by_its_record_and_its_host_by_variables(tmp_path, monkeypatch):
    record = tmp_path / "build.json"
    record.write_text(json.dumps(RECORD))
    monkeypatch.setenv("BENCH_IMAGE_ID", "sha256:abc")
    monkeypatch.delenv("BENCH_IMAGE_DIGEST", raising=False)
    running = kit(record)
    assert (running.version, running.commit) == (bench.__version__, "1a2b3c")
    assert running.build.value.model_dump() == RECORD
    assert running.image_id.value == "sha256:abc"
    assert running.image_digest.reason == "the host did not set BENCH_IMAGE_DIGEST"


def test_a_commit_the_record_does_not_know_is_null_with_its_reason(tmp_path):
    record = tmp_path / "build.json"
    unknown = {"value": None, "reason": "not built from a git checkout"}
    record.write_text(json.dumps(RECORD | {"commit": unknown}))
    running = kit(record)
    assert running.commit is None
    assert running.commit_reason == "not built from a git checkout"


def test_a_damaged_record_is_a_reason(tmp_path):
    record = tmp_path / "build.json"
    record.write_text("{")
    running = kit(record)
    assert running.build.value is None
    assert str(record) in running.build.reason
    assert running.commit_reason == running.build.reason


def test_without_a_record_it_is_no_image(tmp_path):
    running = kit(tmp_path / "none")
    assert running.build.reason == "not run from an image"
    assert running.image_id.reason == "not run from an image"
