"""`bench run --resume`: what it has to be told again, and how an interrupted run says so."""

import json
from pathlib import Path

import pytest

from bench.cli.run import DATA_DIR, _how_to_go_on
from bench.plan.options import Options
from tests.factories import make_result
from tests.host_factory import make_host

RUN = Path("results/20261123T093000Z-3f9a1c0b-quick")


@pytest.mark.parametrize(
    ("options", "data_dir", "command"),
    [
        (Options(), DATA_DIR, f"bench run --resume {RUN}"),
        (Options(data="cifar10", rounds=3), DATA_DIR, f"bench run --resume {RUN}"),
        (Options(), Path("my data"), f"bench run --resume {RUN} --data-dir 'my data'"),
        (Options(data="folder:/x"), DATA_DIR, f"bench run --resume {RUN} --data folder:/x"),
        (
            Options(stack=["a=/b c/python", "d=/e"]),
            DATA_DIR,
            f"bench run --resume {RUN} --stack 'a=/b c/python' --stack d=/e",
        ),
    ],
)
def test_the_command_that_goes_on(options, data_dir, command):
    assert _how_to_go_on(RUN, options, data_dir) == f"to go on: {command}"


def test_a_run_on_images_of_ones_own_is_told_again_where_they_are(tmp_path, bench, monkeypatch):
    monkeypatch.setattr("bench.host.probe.probe", lambda **_: make_host())
    result = make_result(data_requested="folder:{data}")
    result.status = "interrupted"
    (tmp_path / "result.json").write_text(result.model_dump_json())
    done = bench("run", "--resume", tmp_path)
    assert done.returncode == 2
    assert "does not tell where they are" in done.stderr
    assert "--data folder:PATH" in done.stderr
    elsewhere = bench("run", "--resume", tmp_path, "--data", "folder:/nowhere")
    assert elsewhere.returncode == 2
    assert "/nowhere" in elsewhere.stderr


@pytest.mark.parametrize("status", ["completed", "interrupted", "running"])
def test_a_run_of_another_schema_is_not_gone_on_with(status, tmp_path, bench):
    path = tmp_path / "result.json"
    tree = json.loads(make_result().model_dump_json())
    content = json.dumps(tree | {"schema_version": "2.1", "status": status})
    path.write_text(content)
    done = bench("run", "--resume", tmp_path)
    assert done.returncode == 3
    assert "follows schema 2.1" in done.stderr
    assert path.read_text() == content, "nothing was written"


def test_a_finished_run_does_not_swallow_an_option_that_it_can_not_follow(
    tmp_path, bench, monkeypatch
):
    monkeypatch.setattr("bench.host.probe.probe", lambda **_: make_host())
    (tmp_path / "result.json").write_text(make_result().model_dump_json())
    done = bench("run", "--resume", tmp_path, "--batch-size", "64", "--lane", "fp32,fp32")
    assert done.returncode == 3
    assert "--lane fp32,fp32, --batch-size 64 can't be changed" in done.stderr


def test_who_was_not_named_when_it_was_begun_is_not_named_when_it_goes_on(tmp_path, bench):
    (tmp_path / "result.json").write_text(make_result().model_dump_json())
    done = bench("run", "--resume", tmp_path, "--identify")
    assert done.returncode == 2
    assert "--identify can't be given with --resume" in done.stderr
