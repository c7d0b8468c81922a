"""IPEX's launcher, started with and without what it would import."""

import ast
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

IPEXRUN = Path(sysconfig.get_path("scripts")) / "ipexrun"
ONE_CORE = (
    *("cpu", "--ninstances", "1", "--ncores-per-instance", "1", "--cores-list"),
    str(min(os.sched_getaffinity(0))),
    *("--multi-task-manager", "taskset", "--memory-allocator", "default", "--no-python"),
)
SHOW = (sys.executable, "-c", "'import os; print((os.sched_getaffinity(0), dict(os.environ)))'")


def launched(*launcher: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *launcher, str(IPEXRUN), *ONE_CORE, *SHOW]
    return subprocess.run(command, capture_output=True, text=True, check=True)


def started(*launcher: str) -> tuple[set[int], dict[str, str]]:
    """Affinity and environment of the process that the launcher started."""
    (line,) = [x for x in launched(*launcher).stdout.splitlines() if x.startswith("(")]
    affinity, environment = ast.literal_eval(line)
    return affinity, environment


def test_it_starts_the_same_process_in_the_same_environment() -> None:
    affinity, environment = started("-m", "bench.worker.ipexrun")
    affinity_else, environment_else = started()
    assert environment["OMP_NUM_THREADS"] == "1"
    assert affinity == affinity_else == {min(os.sched_getaffinity(0))}
    environment_else.pop("TORCHINDUCTOR_CACHE_DIR", None)  # of torch's import, where that ran
    assert environment == environment_else


def test_it_loads_neither_torch_nor_ipex() -> None:
    told = launched("-X", "importtime", "-m", "bench.worker.ipexrun").stderr
    imported = {line.rpartition("|")[2].strip() for line in told.splitlines()}
    assert "intel_extension_for_pytorch.cpu.launch.launch" in imported
    assert not imported & {"torch", "torch._C", "intel_extension_for_pytorch._C"}


def test_what_it_started_has_the_last_word_and_no_traceback_follows(tmp_path: Path) -> None:
    refusing = tmp_path / "taskset"
    refusing.write_text("#!/bin/sh\necho 'taskset: invalid argument' >&2\nexit 1\n")
    refusing.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-m", "bench.worker.ipexrun", str(IPEXRUN), *ONE_CORE, *SHOW],
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "taskset: invalid argument"
    assert "Traceback" not in done.stderr + done.stdout
