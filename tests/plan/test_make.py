"""The plan of a run on recorded hosts."""

import pytest

from bench.errors import BenchError, Exit
from bench.host.probe import probe
from bench.model.workload import Workload
from bench.plan.catalogue.lanes import LANES
from bench.plan.catalogue.profiles import PROFILES
from bench.plan.make import make_plan
from bench.plan.options import Options
from tests.recorded_hosts import recorded_host, recorded_live, write


@pytest.fixture
def spr():
    return recorded_host("sapphire-rapids-2s", amx="granted")


def lane(plan, name):
    return next(x for x in plan.lanes if x.id == name)


def test_plans_every_lane_through_the_launcher(spr):
    plan = make_plan(spr, Options())
    assert [x.status for x in plan.lanes] == ["planned"] * 4
    amx = lane(plan, "bf16-amx")
    assert amx.environment["ONEDNN_MAX_CPU_ISA"] == "AVX512_CORE_AMX"
    assert amx.environment["ATEN_CPU_CAPABILITY"] == "amx"
    words = amx.command
    assert words[words.index("--cores-list") + 1] == ",".join(map(str, range(32)))
    assert words[words.index("--ncores-per-instance") + 1] == "32"
    assert words[words.index("--multi-task-manager") + 1] == "numactl"
    assert "--log-dir" not in words, "it would turn every failure into success"


def test_every_lane_has_the_same_workload_but_its_own_ceiling(spr):
    ceilings = [x.environment["ONEDNN_MAX_CPU_ISA"] for x in make_plan(spr, Options()).lanes]
    assert ceilings == ["AVX512_CORE", "AVX512_CORE", "AVX512_CORE_BF16", "AVX512_CORE_AMX"]


def test_without_memory_policy_taskset_pins_and_the_remedy_is_noted():
    plan = make_plan(recorded_host("ice-lake", memory_policy=False), Options())
    assert plan.task_manager == "taskset"
    assert any("SYS_NICE" in note for note in plan.notes)


def test_without_the_launcher_the_same_variables_are_set_directly():
    host = recorded_host("ice-lake", missing_tools=("lscpu",))
    planned = lane(make_plan(host, Options()), "fp32")
    assert planned.launcher == "direct"
    assert planned.command[:4] == ["numactl", "-C", "0-31", "-m"]
    assert planned.environment["OMP_NUM_THREADS"] == "32"


def test_without_any_tool_the_controller_pins_by_itself():
    missing = ("lscpu", "numactl", "taskset", "tcmalloc", "iomp5")
    plan = make_plan(recorded_host("ice-lake", missing_tools=missing), Options())
    assert plan.task_manager == "affinity"
    assert plan.preload == []
    assert len(plan.notes) >= 4


def test_a_cpuset_of_second_threads_asks_the_launcher_to_keep_them():
    host = recorded_host("sapphire-rapids-2s", affinity=list(range(64, 68)))
    assert "--use-logical-cores" in lane(make_plan(host, Options()), "fp32").command


def test_a_lane_asked_for_that_cannot_run_is_an_error():
    host = recorded_host("emerald-rapids-vm-no-amx", amx="refused")
    with pytest.raises(BenchError) as caught:
        make_plan(host, Options(lane=["bf16-amx"]))
    assert caught.value.code == Exit.CANNOT
    assert "EOPNOTSUPP" in caught.value.cause


def test_no_bf16_lane_is_no_error():
    plan = make_plan(recorded_host("laptop", amx="refused"), Options())
    assert [x.status for x in plan.lanes] == ["planned", "skipped", "skipped", "skipped"]
    assert all(x.reason for x in plan.lanes if x.status == "skipped")


@pytest.mark.parametrize(
    ("options", "meant"),
    [
        (Options(lane=["bf16-axm"]), "did you mean bf16-amx?"),
        (Options(profile="smok"), "did you mean smoke?"),
        (Options(data="cifar"), "did you mean cifar10?"),
        (Options(data="xyz"), "known: auto, cifar10, synthetic"),
    ],
)
def test_a_wrong_name_is_a_usage_error_with_the_nearest_match(options, meant, spr):
    with pytest.raises(BenchError) as caught:
        make_plan(spr, options)
    assert caught.value.code == Exit.USAGE
    assert meant in caught.value.remedy


def test_lanes_may_come_in_one_word_and_keep_the_catalogues_order(spr):
    plan = make_plan(spr, Options(lane=["bf16-amx,fp32"]))
    assert [x.id for x in plan.lanes] == ["fp32", "bf16-amx"]


def test_a_batch_too_large_for_one_lane_fails_that_lane_only():
    from bench.plan.estimate import memory_bytes

    host = recorded_host("emerald-rapids-vm-no-amx")
    work = Workload(image_size=224, batch_size=128, loader_workers=1)
    by_id = {x.id: x for x in LANES}
    limit = memory_bytes(by_id["bf16-avx512"], work) + 2**20
    tight = host.limits.model_copy(
        update={"memory_available_bytes": host.limits.memory_limit_bytes.model_validate(
            {"value": limit}
        )}
    )  # fmt: skip
    plan = make_plan(host.model_copy(update={"limits": tight}), Options())
    assert lane(plan, "bf16-avx512").status == "planned"
    assert lane(plan, "fp32").status == "failed"
    assert "--batch-size" in lane(plan, "fp32").reason


def test_a_batch_too_large_for_every_lane_is_an_error(spr):
    with pytest.raises(BenchError, match="no lane can run"):
        make_plan(spr, Options(batch_size=1_000_000))


@pytest.mark.parametrize("profile", PROFILES, ids=lambda p: p.name)
def test_every_profile_plans(profile, spr):
    plan = make_plan(spr, Options(profile=profile.name))
    assert plan.estimate_seconds > 0
    if profile.time_budget_seconds is not None:
        assert plan.time_budget_seconds == profile.time_budget_seconds


def test_rounds_asked_for_are_the_rounds_planned(spr):
    plan = make_plan(spr, Options(rounds=2))
    assert (plan.rounds_min, plan.rounds_max) == (2, 2)


def test_a_machine_that_is_not_x86_trains_stock_pytorch_and_says_why_nothing_else(tmp_path):
    cpu = "processor\t: {}\nFeatures\t: fp asimd bf16\nCPU implementer\t: 0x41\n"
    write(tmp_path, "proc/cpuinfo", "\n".join(cpu.format(n) for n in (0, 1)))
    missing = ("intel_extension_for_pytorch", "ipexrun", "iomp5")
    live = recorded_live([0, 1], "refused", machine="aarch64", missing_tools=missing)
    plan = make_plan(probe(tmp_path, live=live), Options(profile="smoke"))
    assert [x.status for x in plan.lanes] == ["planned", "skipped", "skipped", "skipped"]
    assert lane(plan, "fp32").launcher == "direct"
    assert all("IPEX is not found" in x.reason for x in plan.lanes[1:])
