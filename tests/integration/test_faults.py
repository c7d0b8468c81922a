"""Faults of real runs: real lanes through the real launcher, ended from outside."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from bench.results.folder import read

pytestmark = pytest.mark.integration
BENCH = Path(sys.executable).with_name("bench")


@contextmanager
def running(tmp_path, *arguments, **environment):
    """`bench run --profile smoke …`, ended by force if the test leaves it alive."""
    command = [BENCH, "run", "--profile", "smoke", "--model", "resnet18"]
    command += ["--results", tmp_path / "results", "--data-dir", tmp_path / "data", *arguments]
    with subprocess.Popen(
        list(map(str, command)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **environment},
    ) as controller:
        try:
            yield controller
        finally:
            controller.kill()


def workers(tmp_path):
    """Processes that work on a spec of this run, launchers and loaders among them."""
    at_work = []
    for process in psutil.process_iter(["cmdline"]):
        if any("bench.worker" in word for word in process.info["cmdline"] or []):
            with_data = process.environ() if process.is_running() else {}
            if with_data.get("BENCH_TEST") == str(tmp_path):
                at_work.append(process)
    return at_work


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)
    return answer


def training(tmp_path, lane):
    log = tmp_path / "results" / "latest" / "logs" / f"round01-{lane}.log"
    return lambda: log.exists() and '"stage":"warm-up"' in log.read_text()


def test_a_killed_worker_is_its_lanes_failure_and_the_others_go_on(tmp_path):
    lanes = ("fp32", "fp32-2")
    arguments = ["--lane", "fp32,fp32", "--seed", "1"]
    with running(tmp_path, *arguments, BENCH_TEST=str(tmp_path)) as controller:
        wait_for(lambda: workers(tmp_path))
        first = wait_for(lambda: [x for x in lanes if training(tmp_path, x)()], seconds=90)[0]
        for process in workers(tmp_path):
            if any(f"-{first}.spec.json" in word for word in process.cmdline()):
                process.kill()
        said, _ = controller.communicate(timeout=120)
    result = read(tmp_path / "results" / "latest")
    assert controller.returncode == 1, said
    outcomes = {process.lane: process.outcome for process in result.processes}
    assert outcomes.pop(first) == "failed"
    assert list(outcomes.values()) == ["completed"]
    failed = next(lane for lane in result.summary.lanes if lane.lane == first)
    assert "left no record" in failed.reason
    assert "Traceback" not in said


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_in_mid_lane_saves_its_steps_and_leaves_nothing(signum, code, tmp_path):
    arguments = ["--lane", "fp32", "--image-size", "224", "--batch-size", "16"]
    with running(tmp_path, *arguments, BENCH_TEST=str(tmp_path)) as controller:
        wait_for(training(tmp_path, "fp32"))
        controller.send_signal(signum)
        said, _ = controller.communicate(timeout=60)
    assert controller.returncode == code, said
    assert "Traceback" not in said
    assert workers(tmp_path) == []
    result = read(tmp_path / "results" / "latest")
    (process,) = result.processes
    assert (result.status, process.outcome) == ("interrupted", "interrupted")
    assert len(process.record.warmup.steps) >= 1


def test_a_killed_controller_leaves_no_worker(tmp_path):
    arguments = ["--lane", "fp32", "--image-size", "224", "--batch-size", "16"]
    with running(tmp_path, *arguments, BENCH_TEST=str(tmp_path)) as controller:
        wait_for(training(tmp_path, "fp32"))
        controller.kill()
        controller.wait()
        wait_for(lambda: not workers(tmp_path), seconds=30)
    assert read(tmp_path / "results" / "latest").status == "running"


def test_without_the_launchers_tools_a_lane_is_pinned_all_the_same(tmp_path):
    empty = tmp_path / "no tools here"
    empty.mkdir()
    with running(tmp_path, "--lane", "fp32", PATH=str(empty)) as controller:
        said, _ = controller.communicate(timeout=120)
    assert controller.returncode == 0, said
    result = read(tmp_path / "results" / "latest")
    placement = result.plan.lane("fp32").setup.placement
    assert placement.task_manager == "affinity"
    assert any("lscpu" in note for note in result.plan.notes)
    seen = result.processes[0].record.observed
    assert seen.affinity_at_start == placement.cores
    assert seen.torch_threads == len(placement.cores)


def test_a_batch_too_large_is_refused_with_one_that_fits(tmp_path):
    with running(tmp_path, "--batch-size", "1000000") as controller:
        said, _ = controller.communicate(timeout=60)
    assert controller.returncode == 3
    assert "--batch-size" in said
    assert "Traceback" not in said
