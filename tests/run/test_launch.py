"""Each lane is started as its own set-up says: cores, libraries, stack, environment."""

import json
import os
import sys
from pathlib import Path

import pytest

import bench
from bench.errors import BenchError
from bench.model.setup import Placement
from bench.model.spec import LaneSpec
from bench.model.workload import DataSpec
from bench.run.launch import Launch
from bench.run.numactl import unbound
from bench.run.slot import Slot
from tests.factories import make_plan
from tests.host_factory import known, make_host, make_stack, unknown
from tests.lanes import make_lane

CPUS = sorted(os.sched_getaffinity(0))
TELLS = """if True:
    import json, os, sys
    print('@bench {"stage":"import"}')
    print(json.dumps({"cpus": sorted(os.sched_getaffinity(0)), "environment": dict(os.environ)}))"""


def lane(name, cpu, task_manager="affinity", **changes):
    placement = Placement(
        cores=[cpu], node=0, reason="a test's", launcher="direct", task_manager=task_manager
    )
    changes.setdefault("command", [sys.executable, "-c", TELLS, "SPEC"])
    return make_lane(name, placement=placement, **changes)


@pytest.fixture
def start(tmp_path):
    """Start lanes of one run, and return what each one's process told, and its spec."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "evidence").mkdir()
    (tmp_path / "work").mkdir(exist_ok=True)
    host = make_host()
    host.stacks = [
        make_stack("ipex", python=known("/opt/one/bin/python")),
        make_stack("torch", python=known("/opt/two/bin/python")),
        make_stack("gone", python=unknown("not made: run make setup")),
    ]

    def started(*lanes):
        data = DataSpec(kind="synthetic", root="/data", samples=40)
        launch = Launch(host, make_plan(list(lanes)), data, tmp_path / "work", tmp_path)
        told = []
        for position, each in enumerate(lanes):
            slot, heard = Slot(1, position, each), []
            running = launch.start(
                slot, measure_limits=True, on_progress=lambda *said, heard=heard: heard.append(said)
            )
            assert not running.waits()
            process = running.finish()
            assert [(name, progress.stage) for name, progress in heard] == [(each.id, "import")]
            spec = LaneSpec.model_validate_json(slot.spec(tmp_path / "work").read_text())
            text = (tmp_path / process.log).read_text()
            told.append((json.loads(text.splitlines()[-1]), spec))
        return told

    return started


def test_two_lanes_of_one_run_have_nothing_in_common_that_is_a_lanes_own(start):
    one = lane(
        "fp32",
        CPUS[0],
        stack="ipex",
        preload=["/opt/one/libtcmalloc_minimal.so.4"],
        environment={"ONEDNN_MAX_CPU_ISA": "AVX2"},
        batch_size=8,
    )
    other = lane(
        "fp32-ipex",
        CPUS[-1],
        stack="torch",
        preload=["/opt/two/libtcmalloc_minimal.so.4", "/opt/two/libiomp5.so"],
        environment={"ONEDNN_MAX_CPU_ISA": "AVX512_CORE"},
        batch_size=32,
    )
    libraries, caches = set(), set()
    for (told, spec), each in zip(start(one, other), (one, other), strict=True):
        environment = told["environment"]
        assert told["cpus"] == each.setup.placement.cores
        assert environment["ONEDNN_MAX_CPU_ISA"] == each.setup.environment["ONEDNN_MAX_CPU_ISA"]
        prefix = "/opt/one" if each is one else "/opt/two"
        assert environment["VIRTUAL_ENV"] == prefix
        assert environment["PATH"].startswith(f"{prefix}/bin:")
        first, *rest = environment["LD_PRELOAD"].split(":")
        assert str(Path(first).readlink()) == each.setup.preload[0]
        assert rest == each.setup.preload[1:]
        libraries.add(first)
        assert Path(spec.cache_path).is_relative_to(Path(first).parents[1])
        caches.add(spec.cache_path)
        assert (spec.setup, spec.workload, spec.lane) == (each.setup, each.workload, each.id)
        assert spec.measure_limits
        assert spec.guarded
    assert len(libraries) == 2, "links of one name in a folder of each lane's own"
    assert len(caches) == 2, "and so is what their engines compile"


def test_a_lane_that_another_program_pins_is_not_pinned_here(start):
    ((told, _),) = start(lane("fp32", CPUS[0], task_manager="taskset"))
    assert told["cpus"] == CPUS


def test_a_lane_that_preloads_nothing_inherits_no_library_either(start, monkeypatch):
    monkeypatch.setenv("LD_PRELOAD", "/opt/inherited.so")
    ((told, _),) = start(lane("fp32", CPUS[0], preload=[]))
    assert "LD_PRELOAD" not in told["environment"]


@pytest.mark.parametrize("stack", ["gone", "never heard of"])
def test_a_stack_that_is_not_there_is_told(start, stack):
    with pytest.raises(BenchError, match=f"lane fp32 trains in stack {stack}"):
        start(lane("fp32", CPUS[0], stack=stack))


def test_the_kit_is_all_that_a_lane_finds_besides_its_stack(start, monkeypatch):
    """Not what lies beside it, nor what the caller's interpreter was led to."""
    monkeypatch.setenv("PYTHONPATH", "/opt/another")
    ((told, _),) = start(lane("fp32", CPUS[0], preload=[]))
    environment = told["environment"]
    (kit,) = Path(environment["PYTHONPATH"]).iterdir()
    assert kit.samefile(Path(bench.__file__).parent)
    assert environment["PYTHONSAFEPATH"] == "1"


def test_a_link_to_a_kit_in_another_place_is_made_anew(start, tmp_path):
    (tmp_path / "work" / "kit").mkdir(parents=True)
    (tmp_path / "work" / "kit" / "bench").symlink_to("/opt/moved/bench")
    ((told, _),) = start(lane("fp32", CPUS[0], preload=[]))
    assert Path(told["environment"]["PYTHONPATH"], "bench").samefile(Path(bench.__file__).parent)


def test_the_worker_is_told_the_releases_of_its_stack(start):
    ((_, spec),) = start(lane("fp32", CPUS[0], preload=[], stack="torch"))
    assert spec.releases["torch"] == "2.8.0"


NUMACTL = """#!/bin/sh
echo "libnuma: Warning: node argument 0 is out of range" >&2
echo "usage: numactl" >&2
exit 1
"""


@pytest.fixture
def numactl(tmp_path, monkeypatch):
    """Put a numactl that does as `script` says before the host's own."""

    def put(script):
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "numactl").write_text(script)
        (tmp_path / "bin" / "numactl").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")

    return put


def bound(*worker):
    """A lane whose memory numactl binds."""
    numactl = ["numactl", "-C", str(CPUS[0]), "-m", "0"]
    return lane("fp32", CPUS[0], "numactl", preload=[], command=[*numactl, *worker])


def test_where_numactl_refuses_the_cores_are_pinned_and_its_sentence_is_kept(
    start, numactl, tmp_path, monkeypatch
):
    """Without taskset, which is not there: PATH has numactl alone, and its shell."""
    numactl(NUMACTL)
    (tmp_path / "bin/sh").symlink_to("/bin/sh")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    ((told, spec),) = start(bound(sys.executable, "-c", TELLS, "SPEC"))
    assert told["cpus"] == [CPUS[0]]
    assert spec.not_bound == "numactl: libnuma: Warning: node argument 0 is out of range"


def test_where_numactl_does_not_it_places_the_lane(start, numactl):
    numactl('#!/bin/sh\n[ "$1" = --show ] || { shift 4; exec "$@"; }\n')
    ((told, spec),) = start(bound(sys.executable, "-c", TELLS, "SPEC"))
    assert told["cpus"] == CPUS
    assert spec.not_bound is None


def test_the_launcher_too_is_given_taskset_in_numactls_place():
    placement = Placement(
        cores=[0], node=0, reason="a test's", launcher="ipexrun", task_manager="numactl"
    )
    command = ["python", "ipexrun", "--multi-task-manager", "numactl", "--use-e-cores", "numactl"]
    expected = ["python", "ipexrun", "--multi-task-manager", "taskset", "--use-e-cores", "numactl"]
    assert unbound(command, placement) == expected
