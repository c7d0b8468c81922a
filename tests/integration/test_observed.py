"""What a worker really got, where the loader or the launcher gives it something else."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from bench.analysis.cautions import another_setup, cautions
from bench.host.probe import probe
from bench.model.record import RankRecord
from bench.model.spec import LaneSpec
from tests.integration.specs import make_spec
from tests.lanes import make_lane

pytestmark = pytest.mark.integration

IPEXRUN = Path(sysconfig.get_path("scripts")) / "ipexrun"


def observed(spec: LaneSpec, *start: str, **environment: str) -> RankRecord:
    """Train the lane with its worker started so, and return its record."""
    path = Path(spec.record_path).with_name("spec.json")
    path.write_text(spec.model_dump_json())
    done = subprocess.run(
        [*start, sys.executable, "-m", "bench.worker", str(path)],
        env={**os.environ, **spec.setup.environment, **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return RankRecord.model_validate_json(Path(spec.record_path).read_text())


def test_only_libraries_that_the_loader_took_count_as_preloaded(tmp_path):
    """It ignores a linker script, and a library of 32 bits, with a line in the lane's log."""
    tcmalloc = probe().tools.tcmalloc.value
    mapped = Path("/proc/self/maps").read_text().split()
    elf = bytearray(Path(next(word for word in mapped if "/libc.so" in word)).read_bytes())
    elf[4] = 1  # EI_CLASS: ELFCLASS32
    script, narrow = tmp_path / "libtcmalloc.so", tmp_path / "libiomp5.so"
    script.write_text("INPUT(libtcmalloc.so.4)\n")
    narrow.write_bytes(elf)
    taken = [tcmalloc] if tcmalloc else []
    preload = [str(script), str(narrow), *taken]
    left = observed(make_spec(tmp_path, setup={"preload": preload}), LD_PRELOAD=":".join(preload))
    assert left.observed.preloaded == taken
    lane = make_lane("fp32", preload=preload)
    said = [each for each in cautions(lane, {1: left}) if "preloaded" in each]
    assert said == [
        f"round 1: {name} was to be preloaded, and was not there"
        for name in ("libtcmalloc.so", "libiomp5.so")
    ]


def test_a_launcher_that_pins_nothing_makes_the_lane_invalid(tmp_path):
    """It looks for taskset with `which`, and without that it goes on."""
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2 or not IPEXRUN.exists():
        pytest.skip("two CPUs and IPEX's launcher are wanted")
    for tool in ("lscpu", "taskset"):
        (tmp_path / tool).symlink_to(shutil.which(tool))
    launcher = [sys.executable, "-m", "bench.worker.ipexrun", str(IPEXRUN), "cpu"]
    launcher += ["--ninstances", "1", "--ncores-per-instance", "1", "--cores-list", str(cpus[0])]
    launcher += ["--multi-task-manager", "taskset", "--memory-allocator", "default", "--no-python"]
    spec = make_spec(tmp_path)
    left = observed(spec, *launcher, PATH=str(tmp_path))
    assert left.observed.affinity_at_start == cpus
    assert another_setup(spec.setup, left.observed)[0].startswith("it was started on CPUs")
    left = observed(spec, *launcher)
    assert another_setup(spec.setup, left.observed) == []


def test_a_user_s_own_policy_is_seen(tmp_path):
    spec = make_spec(tmp_path)
    interleave = ["numactl", "--interleave", "0"]
    if subprocess.run([*interleave, "true"], capture_output=True).returncode:
        pytest.skip("memory can't be interleaved here")
    assert observed(spec, *interleave).observed.memory_policy == "interleave:0"


def test_what_openmp_binds_at_its_load_is_not_what_the_process_was_given(tmp_path):
    """GNU's, where Intel's is not there: it binds the first thread before anything is measured."""
    cpus = sorted(os.sched_getaffinity(0))[:2]
    if len(cpus) < 2:
        pytest.skip("two CPUs are wanted")
    spec = make_spec(tmp_path)
    placement = spec.setup.placement.model_copy(update={"cores": cpus})
    spec.setup = spec.setup.model_copy(update={"placement": placement})
    taskset = ("taskset", "-c", ",".join(map(str, cpus)))
    left = observed(spec, *taskset, OMP_NUM_THREADS="2", OMP_PROC_BIND="CLOSE")
    assert left.observed.affinity_at_start == cpus
    assert another_setup(spec.setup, left.observed) == []
