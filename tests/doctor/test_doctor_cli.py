"""`bench doctor`, on this machine."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from bench.cli.app import app
from bench.host.stacks import STACKS
from tests.doctor.test_diagnose import NAMES

OF_STACKS_THAT_MAY_BE_ABSENT = {f"OpenMP: {stack}" for stack in STACKS if stack != "ipex"}
STATES = {"ok", "warning", "failure", "unknown"}


@pytest.fixture
def doctor(tmp_path, monkeypatch):
    """The command in an empty folder, as what it printed and its exit code; its look is short."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("bench.doctor.activity.SECONDS", 0.02)
    return lambda *words: CliRunner().invoke(app, ["doctor", *words])


def expected(counts, strict):
    if counts["failure"]:
        return 3
    return 1 if strict and counts["warning"] else 0


@pytest.mark.parametrize("strict", [False, True])
def test_as_json(strict, doctor):
    done = doctor("--json", *(["--strict"] if strict else []))
    told = json.loads(done.stdout)
    names = [finding["name"] for finding in told["findings"]]
    assert names == [name for name in NAMES if name in names]
    assert set(NAMES) - set(names) <= OF_STACKS_THAT_MAY_BE_ABSENT
    for state in STATES:
        assert told["counts"][state] == [f["state"] for f in told["findings"]].count(state)
    assert done.exit_code == expected(told["counts"], strict)
    assert done.stderr == ""


def test_for_people(doctor):
    done = doctor()
    assert done.exit_code in (0, 3)
    assert all(f" {name} " in done.stdout for name in set(NAMES) - OF_STACKS_THAT_MAY_BE_ABSENT)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "profile standard with batch "),
        (("--profile", "smoke"), "profile smoke with batch 8 needs"),
        (("--batch-size", "128"), "profile standard with batch 128 needs"),
        (("-p", "quick", "-m", "resnet18"), "profile quick with batch 8 needs"),
    ],
)
def test_memory_is_judged_for_what_will_be_run(words, said, doctor):
    findings = json.loads(doctor("--json", *words).stdout)["findings"]
    (memory,) = [each for each in findings if each["name"] == "memory"]
    assert said in memory["value"]["value"]


@pytest.mark.parametrize("words", [("-p", "smok"), ("--batch-size", "1"), ("--cores", "x")])
def test_what_can_not_be_run_is_no_readiness(words, doctor):
    done = doctor(*words)
    assert 2 in (done.exit_code, getattr(done.exception, "code", None))


def test_no_place_for_results_is_a_failure_whatever_the_rest(doctor, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("BENCH_RESULTS", "file/results")
    done = doctor("--json", "--strict")
    told = json.loads(done.stdout)
    (disk,) = [finding for finding in told["findings"] if finding["name"] == "disk"]
    assert disk["state"] == "failure"
    assert "file/results" in disk["value"]["value"]
    assert done.exit_code == 3


def test_it_changes_nothing(doctor, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    doctor()
    assert list(tmp_path.iterdir()) == []


def test_it_does_not_import_torch(tmp_path):
    code = (
        "import sys, atexit; "
        "atexit.register(lambda: print('torch' in sys.modules, file=sys.stderr)); "
        "import bench.doctor.activity; bench.doctor.activity.SECONDS = 0.02; "
        "sys.argv = ['bench', 'doctor']; from bench.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.stderr.splitlines()[-1] == "False"
