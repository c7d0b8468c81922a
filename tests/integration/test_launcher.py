"""IPEX's launcher, started with and without what it would import."""

import ast
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from bench.host.probe import probe
from bench.model.base import Reading
from bench.model.steering import steering
from bench.plan.cores import lane_cores
from bench.plan.start.command import Start, start
from bench.plan.start.environment import compose

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
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


def test_a_start_without_it_gives_the_same_process(tmp_path: Path) -> None:
    """Lanes of a stack that has no such launcher are compared with lanes that it starts."""
    host = probe()
    stack = host.stack("ipex")
    assert stack is not None
    bare = stack.model_copy(update={"ipexrun": Reading(reason="this stack has none")})
    starts = [start(host, each, lane_cores(host)) for each in (stack, bare)]
    if [each.placement.launcher for each in starts] != ["ipexrun", "direct"]:
        pytest.skip("IPEX's launcher can't be used here")
    launched, direct = (process_of(each, tmp_path) for each in starts)
    assert launched == direct
    assert direct[1]["OMP_NUM_THREADS"] == str(len(lane_cores(host).cpus))


def process_of(starting: Start, folder: Path) -> tuple[set[int], dict[str, str], set[str]]:
    """Its affinity, the variables that steer its libraries, the policies of its memory."""
    worker = folder / "bench" / "worker"
    worker.mkdir(parents=True, exist_ok=True)
    for package in (worker, worker.parent):
        (package / "__init__.py").touch()
    # The kit's own launcher is used, and a worker that only tells what it is given.
    (worker / "ipexrun.py").write_bytes((ROOT / "bench/worker/ipexrun.py").read_bytes())
    (worker / "__main__.py").write_text(
        "import os\nprint((os.sched_getaffinity(0), dict(os.environ), "
        "{line.split()[1] for line in open('/proc/self/numa_maps')}))\n"
    )
    own = {"LD_PRELOAD": ":".join(starting.preload), "PYTHONPATH": str(folder)}
    environment = compose(os.environ, starting.environment | own, sys.executable)
    done = subprocess.run(
        starting.command, env=environment, capture_output=True, text=True, check=True
    )
    (line,) = [each for each in done.stdout.splitlines() if each.startswith("(")]
    affinity, variables, policies = ast.literal_eval(line)
    return affinity, steering(variables), policies


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
