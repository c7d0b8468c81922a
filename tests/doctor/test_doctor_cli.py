"""`bench doctor` as a process, on this machine."""

import json
import os
import subprocess
import sys

import pytest

from tests.doctor.test_diagnose import NAMES

STATES = {"ok", "warning", "failure", "unknown"}


def doctor(tmp_path, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "bench", "doctor", *arguments],
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "80", **environment},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )


def expected(counts, strict):
    if counts["failure"]:
        return 3
    return 1 if strict and counts["warning"] else 0


@pytest.mark.parametrize("strict", [False, True])
def test_as_json(strict, tmp_path):
    done = doctor(tmp_path, "--json", *(["--strict"] if strict else []))
    told = json.loads(done.stdout)
    assert [finding["name"] for finding in told["findings"]] == NAMES
    for state in STATES:
        assert told["counts"][state] == [f["state"] for f in told["findings"]].count(state)
    assert done.returncode == expected(told["counts"], strict)
    assert done.stderr == ""


def test_for_people(tmp_path):
    done = doctor(tmp_path)
    assert done.returncode in (0, 3)
    assert all(f" {name} " in done.stdout for name in NAMES)
    assert "Traceback" not in done.stderr


def test_no_place_for_results_is_a_failure_whatever_the_rest(tmp_path):
    (tmp_path / "file").touch()
    done = doctor(tmp_path, "--json", "--strict", BENCH_RESULTS="file/results")
    told = json.loads(done.stdout)
    (disk,) = [finding for finding in told["findings"] if finding["name"] == "disk"]
    assert disk["state"] == "failure"
    assert "file/results" in disk["value"]["value"]
    assert done.returncode == 3


def test_it_changes_nothing(tmp_path):
    doctor(tmp_path, TMPDIR=str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_it_does_not_import_torch(tmp_path):
    code = (
        "import sys, atexit; "
        "atexit.register(lambda: print('torch' in sys.modules, file=sys.stderr)); "
        "sys.argv = ['bench', 'doctor']; from bench.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.stderr.splitlines()[-1] == "False"
