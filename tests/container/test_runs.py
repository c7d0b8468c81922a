"""Runs in containers: the plain way, under limits, and stopped."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from bench.host.stacks import STACKS
from bench.model.plan import Plan
from bench.plan.catalogue.engines import ENGINES
from bench.plan.catalogue.lanes import DEFAULT, LANES
from bench.plan.catalogue.profiles import PROFILES
from tests.container.engine import IMAGE, ROOT, artifact, docker, inside, owners, tracebacks

pytestmark = pytest.mark.usefixtures("image")
CPUINFO = Path("/proc/cpuinfo").read_text()
HAS_AVX512 = " avx512f " in CPUINFO


def mounts(folder: Path, owner: tuple[int, int]) -> list[str]:
    """Options that mount `results` and `data` of a folder, both the owner's."""
    options = []
    for name in ("results", "data"):
        (folder / name).mkdir()
        os.chown(folder / name, *owner)
        options += ["--volume", f"{folder / name}:/bench/{name}"]
    return options


@pytest.fixture(scope="module")
def plain(checkout) -> subprocess.CompletedProcess[str]:
    """The smallest run, the way most users start theirs."""
    done = docker(
        "compose", "run", "--rm", "-T", "bench", "run", "--profile", "smoke", cwd=checkout
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_compose_run_leaves_a_complete_artifact_of_the_callers(plain, checkout, caller):
    result = artifact(checkout / "results")
    assert result.status == "completed"
    assert [lane.id for lane in result.plan.lanes] == list(DEFAULT)
    assert "measured" in {lane.state for lane in result.summary.lanes}
    assert {lane.state for lane in result.summary.lanes} <= {"measured", "skipped"}
    assert (checkout / "results" / "latest" / "charts" / "training_time.svg").is_file()
    assert owners(checkout / "results") == {caller}
    assert tracebacks(plain, checkout / "results") == []


def test_pinning_and_memory_policy_are_in_force(plain, checkout):
    result = artifact(checkout / "results")
    for process in result.processes:
        placement = result.plan.lane(process.lane).setup.placement
        assert placement.task_manager == "numactl"
        seen = process.record.observed
        assert seen.affinity_at_start == placement.cores
        assert seen.memory_policy == f"bind:{placement.node}"
        assert any("tcmalloc" in library for library in seen.allocators)
        assert any("libiomp5" in library for library in seen.openmp_libraries)
    assert result.plan.notes == []


def test_the_result_knows_the_image(plain, checkout):
    result = artifact(checkout / "results")
    assert result.host.settings.container.value == "docker"
    assert result.kit.build.value.model_dump() == json.loads(inside("cat", "/opt/bench/build.json"))
    assert result.kit.commit == result.kit.build.value.commit.value
    assert result.kit.image_id.reason == "the host did not set BENCH_IMAGE_ID"


def test_a_host_has_the_same_id_in_every_container(plain, checkout):
    probed = docker("compose", "run", "--rm", "-T", "bench", "probe", "--json", cwd=checkout)
    assert probed.returncode == 0, probed.stderr
    assert json.loads(probed.stdout)["host"]["id"] == artifact(checkout / "results").host.id


def test_lanes_of_every_stack_take_turns(checkout, caller, tmp_path):
    """A compiled one too, by a user without a name or a home, to whom the root is read-only."""
    done = docker(
        *("compose", "run", "--rm", "-T", "bench", "run", "--lane", "all"),
        *("--profile", "smoke", "--model", "resnet18"),
        cwd=checkout,
        BENCH_USER="{}:{}".format(*caller),
        BENCH_RESULTS=str(tmp_path / "results"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    result = artifact(tmp_path / "results")
    assert [lane.id for lane in result.plan.lanes] == [lane.id for lane in LANES]
    measured = {lane.lane for lane in result.summary.lanes if lane.state == "measured"}
    assert measured >= {"fp32", "fp32-torch", "fp32-compile"}
    assert {lane.state for lane in result.summary.lanes} <= {"measured", "skipped"}
    for name, entry in STACKS.items():
        stack = result.host.stack(name)
        releases = {package: found.value.split("+")[0] for package, found in stack.packages.items()}
        assert releases == entry.packages
        assert stack.lock.value or "no hash pins" in stack.lock.reason
    for process in result.processes:
        compiling = ENGINES[result.plan.lane(process.lane).setup.engine].compiling
        assert (process.record.compilation is None) is (compiling is None)
    assert owners(tmp_path / "results") == {caller}
    assert tracebacks(done, tmp_path / "results") == []


def test_without_network_writable_root_capability_or_name(tmp_path):
    """Nothing to write to but the mounts, Docker's own seccomp profile, one CPU, a strange user."""
    stranger = (4321, 4321) if os.getuid() == 0 else (os.getuid(), os.getgid())
    last = max(os.sched_getaffinity(0))
    done = docker(
        *("run", "--rm", "--network", "none", "--read-only", "--cap-drop", "ALL"),
        *("--cpuset-cpus", str(last), "--user", "{}:{}".format(*stranger)),
        *mounts(tmp_path, stranger),
        *(IMAGE, "run", "--profile", "smoke", "--data", "auto"),
        *("--lane", "fp32-ipex" if HAS_AVX512 else "fp32"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    result = artifact(tmp_path / "results")
    (process,) = result.processes
    assert process.record.observed.affinity_at_start == [last]
    assert process.record.observed.memory_policy == "default"
    assert result.plan.running[0].setup.placement.task_manager == "taskset"
    assert result.data.spec.kind == "synthetic"
    assert process.wall_seconds < 120, "something waited for the network"
    assert len([note for note in result.plan.notes if "cap_add: [SYS_NICE]" in note]) == 1
    assert done.stderr.count("SYS_NICE]") == 1, "said once while it runs, whatever the lanes"
    assert owners(tmp_path / "results") == {stranger}
    assert tracebacks(done, tmp_path / "results") == []


def test_compose_without_network_waits_for_nothing(image, tmp_path):
    """Data preparation asks for CIFAR-10, finds no network and goes on; `auto` is the default."""
    shutil.copy(ROOT / "compose.yaml", tmp_path)
    override = "services: {bench: {network_mode: none}}\n"
    (tmp_path / "compose.override.yaml").write_text(override)
    done = docker(
        *("compose", "run", "--rm", "-T", "bench", "run", "--profile", "smoke", "--data", "auto"),
        cwd=tmp_path,
        BENCH_DATA_DIR=str(tmp_path / "data"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    result = artifact(tmp_path / "results")
    assert result.data.spec.kind == "synthetic"
    assert "can't be had" in result.data.reason
    began, first = result.started_at, min(process.started_at for process in result.processes)
    preparing = datetime.fromisoformat(first) - datetime.fromisoformat(began)
    assert preparing.total_seconds() < 30, "importing torch takes 5 s; a name server is given 10"
    assert {lane.state for lane in result.summary.lanes} <= {"measured", "skipped"}
    assert tracebacks(done, tmp_path / "results") == []


def test_root_replaces_a_set_that_another_user_left_damaged(image, checkout, tmp_path):
    """Root has no capability to write where it may not, but the data volume is its group's too."""
    (smoke,) = (profile for profile in PROFILES if profile.name == "smoke")
    damage = (
        "from pathlib import Path; from bench.worker.data import synthetic; "
        f"root = Path('data/synthetic-{smoke.samples}-seed7'); "
        f"batch = synthetic.ensure(root, {smoke.samples}, 7) / synthetic.FOLDER / 'data_batch_1'; "
        "batch.write_bytes(b'damaged')"
    )
    compose = ("compose", "run", "--rm", "-T")
    left = docker(
        *compose, "--user", "4321:1000", "--entrypoint", "python", "bench", "-c", damage,
        cwd=checkout,
    )  # fmt: skip
    assert left.returncode == 0, left.stderr
    done = docker(
        *(*compose, "bench", "run", "--profile", "smoke", "--lane", "fp32", "--seed", "7"),
        cwd=checkout,
        BENCH_USER="0:0",
        BENCH_RESULTS=str(tmp_path / "results"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert artifact(tmp_path / "results").data.spec.kind == "synthetic"
    assert owners(tmp_path / "results") == {(0, 0)}


def test_a_quota_is_kept_to_and_called_a_hazard(tmp_path):
    me = (os.getuid(), os.getgid())
    done = docker(
        *("run", "--rm", "--cpus", "1", "--user", "{}:{}".format(*me), *mounts(tmp_path, me)),
        *(IMAGE, "run", "--profile", "smoke", "--lane", "fp32"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    plan = artifact(tmp_path / "results").plan
    cores = plan.running[0].setup.placement.cores
    assert len(cores) == 1
    if len(os.sched_getaffinity(0)) > 1:
        (hazard,) = [note for note in plan.notes if "quota" in note]
        assert f"--cpuset-cpus {cores[0]}" in hazard
    assert owners(tmp_path / "results") == {me}
    assert tracebacks(done, tmp_path / "results") == []


@pytest.mark.skipif(
    " avx512_bf16 " not in CPUINFO, reason="BF16 needs least memory: no AVX512_BF16"
)
def test_memory_for_some_lanes_only(tmp_path):
    """A batch of 32 takes 2.7 GiB of activations in FP32, 1.4 in BF16."""
    me = (os.getuid(), os.getgid())
    done = docker(
        *("run", "--rm", "--memory", "3600m", "--memory-swap", "3600m"),
        *("--user", "{}:{}".format(*me), *mounts(tmp_path, me)),
        *(IMAGE, "run", "--profile", "smoke", "--image-size", "224", "--batch-size", "32"),
        *("--lane", "fp32,bf16-avx512"),
    )
    assert done.returncode == 1, done.stdout + done.stderr
    lanes = {lane.lane: lane for lane in artifact(tmp_path / "results").summary.lanes}
    assert lanes["fp32"].state == "failed"
    assert "a batch of 32 needs about" in lanes["fp32"].reason
    assert lanes["bf16-avx512"].state == "measured", lanes["bf16-avx512"].reason
    assert tracebacks(done, tmp_path / "results") == []


def test_stop_in_mid_lane_saves_what_was_measured(image, tmp_path):
    """And a checkout of this user's own, with its `results/`, is written to as this user."""
    shutil.copy(ROOT / "compose.yaml", tmp_path)
    (tmp_path / "results").mkdir()
    name = "bench-test-stopped"
    started = docker(
        *("compose", "run", "--detach", "--name", name, "bench", "run", "--profile", "quick"),
        *("--lane", "fp32", "--data", "synthetic"),
        cwd=tmp_path,
    )
    assert started.returncode == 0, started.stderr
    try:
        wait_for(lambda: "compute, step" in said(name), 300)
        began = time.monotonic()
        assert docker("stop", name).returncode == 0
        took = time.monotonic() - began
        told = docker("inspect", "--format", "{{.State.ExitCode}}", name).stdout.strip()
        words = said(name)
    finally:
        docker("rm", "--force", name)
    assert told == "143", words
    assert took < 45
    assert "Traceback" not in words
    result = artifact(tmp_path / "results")
    assert (result.status, result.stop_reason) == ("interrupted", "interrupted by SIGTERM")
    (process,) = result.processes
    assert process.outcome == "interrupted"
    assert len(process.record.compute.timed) + len(process.record.warmup.steps) > 0
    assert owners(tmp_path / "results") == {(os.getuid(), os.getgid())}


def said(container: str) -> str:
    done = docker("logs", container)
    return done.stdout + done.stderr


def wait_for(true: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.5)


def test_a_folder_that_can_not_be_written_is_a_line_with_its_remedy(tmp_path):
    (tmp_path / "results").mkdir(mode=0o555)
    folder = f"{tmp_path / 'results'}:/bench/results"
    done = docker("run", "--rm", "--volume", folder, IMAGE, "run", "--profile", "smoke")
    assert done.returncode == 3
    assert "run: sudo chown 1000 results" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 3


def test_a_full_shm_is_not_run_into(checkout):
    """Docker gives 64 MiB, a batch of profile `standard` has 73."""
    done = docker("run", "--rm", IMAGE, "plan", "--json")
    plan = Plan.model_validate_json(done.stdout)
    assert plan.running[0].setup.loader_workers == 0
    (note,) = [note for note in plan.notes if "shared memory has 64 MiB" in note]
    assert "--shm-size" in note
    enough = docker("compose", "run", "--rm", "-T", "bench", "plan", "--json", cwd=checkout)
    roomy = Plan.model_validate_json(enough.stdout)
    assert roomy.running[0].setup.loader_workers > 0
