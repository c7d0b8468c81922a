"""The real thing: `bench run --profile smoke` on every lane this machine can run."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.host.probe import probe
from bench.plan.catalogue.lanes import DEFAULT
from bench.plan.cores import lane_cores
from bench.plan.match import matches
from bench.results.folder import read

pytestmark = pytest.mark.integration
BENCH = Path(sys.executable).with_name("bench")
HOSTILE = {
    "ONEDNN_MAX_CPU_ISA": "SSE41",
    "ONEDNN_DEFAULT_FPMATH_MODE": "BF16",
    "OMP_NUM_THREADS": "1",
    "KMP_AFFINITY": "disabled",
    "ATEN_CPU_CAPABILITY": "default",
}
"""Settings of the caller's shell that would change every lane, if they reached one."""


@pytest.fixture(scope="module")
def host():
    return probe()


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    folder = tmp_path_factory.mktemp("smoke run")  # with a space, on purpose
    done = subprocess.run(
        [
            *(BENCH, "run", "--profile", "smoke", "--model", "resnet18"),
            *("--results", folder / "results", "--data-dir", folder),
        ],
        env={**os.environ, **HOSTILE, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "results" / "latest", done


@pytest.fixture(scope="module")
def records(smoke):
    return {p.lane: p.record for p in read(smoke[0]).processes}


def test_every_lane_that_matches_was_measured_and_no_other(host, records):
    able = {lane for lane, reason in matches(host).items() if reason is None}
    assert set(records) == able & set(DEFAULT)


def test_the_lane_that_did_not_match_is_shown_with_the_kernels_answer(host, smoke):
    reason = matches(host)["bf16-amx"]
    if reason is None:
        pytest.skip("this host has AMX")
    shown = " ".join(smoke[1].stdout.split())
    assert host.amx_permission.answer in shown
    assert "bf16-amx skipped" in shown


def test_each_process_has_the_planned_cores_and_as_many_threads(host, records):
    cores = lane_cores(host).cpus
    for record in records.values():
        assert record.observed.affinity_at_start == cores
        assert record.observed.torch_threads == len(cores)
        assert {cpu for thread in record.observed.affinity_of_threads for cpu in thread} == set(
            cores
        )


def test_loader_processes_may_use_every_core_of_the_lane(host, records):
    for record in records.values():
        assert record.observed.affinity_of_loaders == [lane_cores(host).cpus]


def test_allocator_and_openmp_are_those_that_were_found(host, smoke, records):
    plan = read(smoke[0]).plan
    for lane, record in records.items():
        stack = host.stack(plan.lane(lane).setup.stack)
        openmp = {Path(p).name for p in record.observed.openmp_libraries}
        assert ("libiomp5.so" in openmp) == (stack.iomp5.value is not None)
        assert bool(record.observed.allocators) == (host.tools.tcmalloc.value is not None)


def test_nothing_of_openmp_is_left_in_shared_memory(records):
    for record in records.values():
        assert not list(Path("/dev/shm").glob(f"__KMP_REGISTERED_LIB_{record.observed.pid}_*"))


def test_stock_pytorch_has_no_ipex_in_it(smoke, records):
    plan = read(smoke[0]).plan
    for lane, record in records.items():
        assert record.observed.ipex_mapped == (plan.lane(lane).setup.engine == "ipex")


def test_the_ceiling_was_in_force_at_the_first_kernel(records):
    """The library freezes its ceiling at the first kernel and tells which it took."""
    for lane, record in records.items():
        assert record.observed.environment_differs == []
        bf16 = "bfloat16" in record.observed.onednn_isa
        assert bf16 == lane.startswith("bf16"), record.observed.onednn_isa


def test_nothing_of_the_callers_settings_reached_a_lane(smoke, records):
    for record in records.values():
        assert "ONEDNN_DEFAULT_FPMATH_MODE" not in record.observed.environment
    assert read(smoke[0]).plan.scrubbed.items() >= HOSTILE.items()


def test_kernels_ran_in_the_lanes_precision(smoke):
    types = {"fp32": "f32", "bf16": "bf16"}
    result = read(smoke[0])
    for process in result.processes:
        evidence = (smoke[0] / "evidence" / f"round01-{process.lane}.txt").read_text()
        sources = re.findall(r",convolution,[^,]*,[^,]*,src:(\w+)", evidence)
        assert set(sources) == {types[result.plan.lane(process.lane).setup.precision]}


def test_memory_is_bound_to_the_node_where_the_kernel_allows_it(host, smoke, records):
    plan = read(smoke[0]).plan
    if {lane.setup.placement.task_manager for lane in plan.running} != {"numactl"}:
        pytest.skip("memory policy is not permitted here")
    for record in records.values():
        assert record.observed.memory_policy == f"bind:{lane_cores(host).node}"


def test_steps_are_split_and_the_loss_falls(records):
    for record in records.values():
        for part in (record.compute, record.end_to_end):
            assert len(part.timed) >= 2
            assert all(t > 0 for t in part.timed.forward + part.timed.backward)
        assert record.compute.loss_last < record.compute.loss_first


def test_the_last_line_says_what_was_done_and_where(smoke):
    last = smoke[1].stdout.strip().splitlines()[-1]
    assert last.startswith("completed: ")
    assert Path(last.split("; ")[1]).resolve() == smoke[0].resolve()


def test_progress_goes_to_standard_error(smoke):
    assert "compute, step" in smoke[1].stderr
    assert "compute, step" not in smoke[1].stdout


def test_report_renders_the_same_again_without_torch(smoke, tmp_path):
    copy = tmp_path / "elsewhere"
    copy.mkdir()
    (copy / "result.json").write_bytes((smoke[0] / "result.json").read_bytes())
    code = (
        "import sys; sys.modules['torch'] = None; "
        f"sys.argv = ['bench', 'report', {str(copy)!r}, '--json']; "
        "from bench.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == json.loads((smoke[0] / "result.json").read_text())
    charts = sorted(path.name for path in (smoke[0] / "charts").glob("*.svg"))
    assert charts, "one lane alone has some"
    assert charts == sorted(path.name for path in (copy / "charts").glob("*.svg"))
    for name in ("report.md", "samples.csv", *(f"charts/{chart}" for chart in charts)):
        assert (copy / name).read_bytes() == (smoke[0] / name).read_bytes()
