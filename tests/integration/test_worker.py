"""The real worker by hand: given only its spec file, and ended in the middle."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.host.probe import probe
from bench.model.record import LaneRecord
from bench.plan.match import matches
from bench.worker.steady import steady

pytestmark = pytest.mark.integration

LANES = {
    "fp32": {"engine": "stock", "precision": "fp32", "memory_format": "contiguous"},
    "bf16-avx512": {"engine": "ipex", "precision": "bf16", "memory_format": "channels_last"},
}
CEILING = {
    "fp32": {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE"},
    "bf16-avx512": {
        "ONEDNN_MAX_CPU_ISA": "AVX512_CORE_BF16",
        "ATEN_CPU_CAPABILITY": "avx512_bf16",
    },
}


def tiny_spec(folder, lane="fp32", **changes):
    """32 pixels, batch 2, two steps, one core, no other process."""
    spec = {
        "lane": lane,
        **LANES[lane],
        "workload": {"image_size": 32, "batch_size": 2, "loader_workers": 0},
        "data": {"kind": "synthetic", "root": str(folder / "data"), "images": 10},
        "effort": {
            "warmup_max_steps": 0,
            "end_to_end_turns": 1,
            "compute_turns": 1,
            "turn_seconds": 0,
            "turn_min_steps": 2,
            "turn_max_steps": 2,
        },
        "cores": [min(os.sched_getaffinity(0))],
        "environment": CEILING[lane],
        "record_path": str(folder / "record.json"),
        "evidence_path": str(folder / "evidence.txt"),
    }
    for key, change in changes.items():
        spec[key] = spec[key] | change if isinstance(change, dict) else change
    path = folder / "spec.json"
    path.write_text(json.dumps(spec))
    return path


def run(spec, **more):
    command = [sys.executable, "-m", "bench.worker", str(spec)]
    return subprocess.run(command, capture_output=True, text=True, **more)


def record(folder):
    return LaneRecord.model_validate_json((folder / "record.json").read_text())


@pytest.mark.parametrize("lane", LANES)
def test_a_tiny_lane_by_hand_with_nothing_but_its_spec(lane, tmp_path):
    if matches(probe())[lane] is not None:
        pytest.skip(f"this host can't run {lane}")
    done = run(tiny_spec(tmp_path, lane))
    assert done.returncode == 0, done.stderr
    left = record(tmp_path)
    assert left.outcome == "completed"
    assert (len(left.compute.timed), len(left.end_to_end.timed)) == (2, 2)
    assert left.observed.torch_threads == 1
    assert left.observed.environment.items() >= CEILING[lane].items(), "it set its own ceiling"
    assert ("bfloat16" in left.observed.onednn_isa) == (lane == "bf16-avx512")


def test_whole_epochs_are_timed_as_intels_sample_does(tmp_path):
    spec = tiny_spec(tmp_path, workload={"batch_size": 4}, effort={"whole_epochs": 2})
    assert run(spec).returncode == 0
    left = record(tmp_path)
    assert len(left.epoch_seconds) == 2
    assert len(left.end_to_end.timed) == 2 * 3, "the last batch of an epoch is a small one"
    assert left.end_to_end.images == 2 * 10
    stepping = sum(left.end_to_end.timed.totals()) / 1e9
    assert sum(left.epoch_seconds) == pytest.approx(stepping, rel=0.2)


def test_a_batch_larger_than_the_set_is_told(tmp_path):
    assert run(tiny_spec(tmp_path, workload={"batch_size": 64})).returncode == 1
    failure = record(tmp_path).failure
    assert failure.message == "a batch of 64 is larger than the set of 10"


def test_memory_that_cannot_be_had_is_told(tmp_path):
    """The allocator's own refusal of a batch of 3 GiB, under a real limit of the address space."""
    spec = tiny_spec(
        tmp_path, workload={"batch_size": 256, "image_size": 1024}, data={"images": 256}
    )
    command = f"ulimit -v 10000000; exec {sys.executable} -m bench.worker {spec}"
    subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    left = record(tmp_path)
    assert left.outcome == "failed"
    assert "memory" in left.failure.message.lower() or left.failure.kind == "MemoryError"


def test_an_unknown_engine_is_told(tmp_path):
    assert run(tiny_spec(tmp_path, engine="abacus")).returncode == 1
    assert "abacus" in record(tmp_path).failure.message


@pytest.mark.parametrize("text", ["", "{}", '{"lane": 1}', "[" * 100_000])
def test_a_spec_that_is_none_is_one_line_and_exit_code_2(text, tmp_path):
    (tmp_path / "spec.json").write_text(text)
    done = run(tmp_path / "spec.json")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


ENDLESS = {"end_to_end_turns": 0, "turn_max_steps": 10**6, "turn_seconds": 600}


@contextmanager
def guarded_worker(spec):
    """A worker with this process as its controller."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.worker", str(spec)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **CEILING["fp32"]},
    ) as worker:
        yield worker


def told(worker, stage):
    """Read its output on, up to its next word of this stage; False at its end."""
    return any(f'"stage":"{stage}"' in line for line in worker.stdout)


def go(worker):
    worker.stdin.write("go\n")
    worker.stdin.flush()


@contextmanager
def long_worker(tmp_path):
    """A guarded worker in the first steps of a turn that would last ten minutes."""
    with guarded_worker(tiny_spec(tmp_path, effort=ENDLESS, guarded=True)) as worker:
        assert told(worker, "waiting")
        go(worker)
        assert told(worker, "compute")
        yield worker


def test_sigterm_saves_the_steps_so_far(tmp_path):
    with long_worker(tmp_path) as worker:
        time.sleep(0.5)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 1
    left = record(tmp_path)
    assert left.outcome == "interrupted"
    assert len(left.compute.timed) >= 1


def test_a_guarded_worker_ends_with_its_controller(tmp_path):
    with long_worker(tmp_path) as worker:
        worker.stdin.close()
        worker.wait(20)
    assert record(tmp_path).outcome == "interrupted"


def test_a_guarded_worker_refuses_another_environment(tmp_path):
    """Started by a launcher that lost the ceiling, it would measure another lane."""
    spec = tiny_spec(tmp_path, guarded=True)
    command = [sys.executable, "-m", "bench.worker", str(spec)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as worker:
        assert worker.wait(30) == 1
    assert "ONEDNN_MAX_CPU_ISA" in record(tmp_path).failure.message
    assert not Path(tmp_path / "evidence.txt").exists()


def test_a_guarded_worker_works_only_in_its_turns(tmp_path):
    with guarded_worker(tiny_spec(tmp_path, guarded=True)) as worker:
        began = []
        while told(worker, "waiting"):
            time.sleep(0.3)
            began.append(time.monotonic())
            go(worker)
        assert worker.wait(20) == 0
    left = record(tmp_path)
    assert len(began) == 3, "an end-to-end turn, a compute turn and the evidence"
    turns = [*left.end_to_end.turns, *left.compute.turns]
    for begin, turn in zip(began, turns, strict=False):
        assert 0 <= turn.at - begin < 0.2
        assert turn.steps == 2


def test_a_warm_up_ends_when_steps_are_steady_or_at_its_cap(tmp_path):
    run(tiny_spec(tmp_path, effort={"warmup_max_steps": 200}))
    left = record(tmp_path)
    taken = left.warmup.steps.totals()
    assert left.warmup.steady is (len(taken) < 200 or steady(taken))
    assert not any(steady(taken[:n]) for n in range(len(taken))), "it went on too long"
