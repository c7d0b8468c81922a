"""The plan of a run on recorded hosts."""

import pytest

from bench.errors import BenchError, Exit
from bench.host.probe import probe
from bench.model.base import Reading
from bench.plan import estimate
from bench.plan.catalogue.profiles import PROFILES
from bench.plan.make import make_plan
from bench.plan.options import Options
from bench.text import MIB
from tests.host_factory import make_stack
from tests.recorded_hosts import recorded_host, recorded_live, write

NAMED = ["fp32", "fp32-ipex", "bf16-avx512", "bf16-amx"]
"""The lanes that these tests are about, by name: the catalogue may have more."""


@pytest.fixture
def spr():
    return recorded_host("sapphire-rapids-2s", amx="granted")


def intentions(plan):
    return {lane.id: lane.intention for lane in plan.lanes if lane.id in NAMED}


def with_memory(host, available):
    allowance = host.allowance.model_copy(
        update={"memory_available_bytes": Reading(value=available)}
    )
    return host.model_copy(update={"allowance": allowance})


def test_plans_every_lane_through_the_launcher(spr):
    plan = make_plan(spr, Options())
    assert intentions(plan) == dict.fromkeys(NAMED, "planned")
    amx = plan.lane("bf16-amx")
    assert amx.setup.environment["ONEDNN_MAX_CPU_ISA"] == "AVX512_CORE_AMX"
    assert amx.setup.environment["ATEN_CPU_CAPABILITY"] == "amx"
    assert amx.setup.placement.launcher == "ipexrun"
    assert amx.setup.placement.cores == list(range(32))
    words = amx.command
    assert words[:3] == ["/opt/venv/bin/python", "-m", "bench.worker.ipexrun"]
    assert words[-4:] == ["/opt/venv/bin/python", "-m", "bench.worker", "SPEC"]
    assert words[words.index("--cores-list") + 1] == ",".join(map(str, range(32)))
    assert words[words.index("--ncores-per-instance") + 1] == "32"
    assert words[words.index("--multi-task-manager") + 1] == "numactl"
    assert "--log-dir" not in words, "it would turn every failure into success"


def test_what_is_started_is_the_stacks_interpreter(spr):
    other = make_stack(python=Reading(value="/opt/other stack/bin/python"))
    words = make_plan(spr.model_copy(update={"stacks": [other]}), Options()).lanes[0].command
    assert words[0] == "/opt/other stack/bin/python"
    assert words[-4] == "'/opt/other stack/bin/python'", "the launcher hands it to a shell"


def test_lanes_of_two_stacks_are_each_started_by_their_own(spr):
    other = make_stack("other", python=Reading(value="/opt/other/bin/python"))
    host = spr.model_copy(update={"stacks": [*spr.stacks, other]})
    plan = make_plan(host, Options(lane=["fp32", "fp32@other"]))
    assert plan.lane("fp32@other").setup.stack == "other"
    assert plan.lane("fp32@other").command[0] == "/opt/other/bin/python"
    assert plan.lane("fp32").command[0] == "/opt/venv/bin/python"


def test_a_stack_that_no_lane_asked_for_uses_says_nothing(spr):
    other = make_stack("other", iomp5=Reading(reason="not found: ask for the other one"))
    host = spr.model_copy(update={"stacks": [*spr.stacks, other]})

    def said(lane):
        return [note for note in make_plan(host, Options(lane=[lane])).notes if "the other" in note]

    assert said("fp32") == []
    assert said("fp32@other") == ["libiomp5 of stack other: not found: ask for the other one"]


def test_every_lane_has_the_same_workload_but_its_own_ceiling(spr):
    plan = make_plan(spr, Options())
    ceilings = {name: plan.lane(name).setup.environment["ONEDNN_MAX_CPU_ISA"] for name in NAMED}
    assert list(ceilings.values()) == [
        *("AVX512_CORE", "AVX512_CORE", "AVX512_CORE_BF16", "AVX512_CORE_AMX")
    ]
    assert all(lane.setup.ceiling == lane.setup.environment["ONEDNN_MAX_CPU_ISA"]
               for lane in plan.lanes)  # fmt: skip
    assert len({lane.workload for lane in plan.lanes}) == 1


def test_the_libraries_to_preload_are_the_set_ups_and_no_variable(spr):
    setup = make_plan(spr, Options()).lanes[0].setup
    assert setup.preload == [
        "/usr/lib/x86_64-linux-gnu/libtcmalloc.so", "/opt/venv/lib/libiomp5.so"
    ]  # fmt: skip
    assert "LD_PRELOAD" not in setup.environment


def test_without_memory_policy_taskset_pins_and_the_remedy_is_noted():
    plan = make_plan(recorded_host("ice-lake", memory_policy=False), Options())
    assert {lane.setup.placement.task_manager for lane in plan.lanes} == {"taskset"}
    assert any("SYS_NICE" in note for note in plan.notes)


def test_without_the_launcher_the_same_variables_are_set_directly():
    host = recorded_host("ice-lake", missing_tools=("lscpu",))
    planned = make_plan(host, Options()).lane("fp32")
    assert planned.setup.placement.launcher == "direct"
    assert planned.command[:4] == ["numactl", "-C", "0-31", "-m"]
    assert planned.setup.environment["OMP_NUM_THREADS"] == "32"
    assert planned.setup.environment["KMP_AFFINITY"] == "granularity=fine,compact,1,0"


def test_without_any_tool_the_controller_pins_by_itself():
    missing = ("lscpu", "numactl", "taskset", "tcmalloc", "iomp5")
    plan = make_plan(recorded_host("ice-lake", missing_tools=missing), Options())
    setup = plan.lane("fp32").setup
    assert setup.placement.task_manager == "affinity"
    assert setup.preload == []
    assert setup.environment["OMP_PROC_BIND"] == "CLOSE"
    assert plan.lane("fp32").command == ["/opt/venv/bin/python", "-m", "bench.worker", "SPEC"]
    assert len(plan.notes) >= 4


def test_a_note_is_said_once_however_many_lanes_it_is_about(spr):
    plan = make_plan(recorded_host("sapphire-rapids-2s", missing_tools=("tcmalloc",)), Options())
    assert len([note for note in plan.notes if "tcmalloc" in note]) == 1


def test_a_cpuset_of_second_threads_asks_the_launcher_to_keep_them(spr):
    host = recorded_host("sapphire-rapids-2s", affinity=list(range(64, 68)))
    assert "--use-logical-cores" in make_plan(host, Options()).lane("fp32").command
    assert "--use-logical-cores" not in make_plan(spr, Options()).lane("fp32").command


def test_a_lane_asked_for_that_cannot_run_is_an_error():
    host = recorded_host("emerald-rapids-vm-no-amx", amx="refused")
    with pytest.raises(BenchError) as caught:
        make_plan(host, Options(lane=["bf16-amx"]))
    assert caught.value.code == Exit.CANNOT
    assert "EOPNOTSUPP" in caught.value.cause


def test_no_bf16_lane_is_no_error():
    plan = make_plan(recorded_host("laptop", amx="refused"), Options())
    assert intentions(plan) == {"fp32": "planned"} | dict.fromkeys(NAMED[1:], "skipped")
    skipped = [lane for lane in plan.lanes if lane.intention == "skipped"]
    assert all(lane.reason and not lane.command for lane in skipped)
    assert plan.lane("bf16-amx").setup.ceiling == "AVX512_CORE_AMX", "it has a whole set-up"


def test_a_host_without_avx_512_is_not_planned_to_run_on_it():
    plan = make_plan(recorded_host("laptop", amx="refused"), Options())
    assert plan.lane("fp32").instruction_set == "avx2"


def test_lanes_may_come_in_one_word_and_keep_the_catalogues_order(spr):
    plan = make_plan(spr, Options(lane=["bf16-amx,fp32"]))
    assert [x.id for x in plan.lanes] == ["fp32", "bf16-amx"]


def test_a_lane_named_twice_runs_twice(spr):
    plan = make_plan(spr, Options(lane=["fp32", "fp32"]))
    assert [(x.id, x.entry) for x in plan.lanes] == [("fp32", "fp32"), ("fp32-2", "fp32")]
    assert plan.lanes[1].title == "FP32, stock PyTorch, once more"


@pytest.mark.parametrize(
    ("wanted", "baseline"),
    [
        (None, "fp32"),
        (["bf16-amx", "fp32"], "fp32"),
        (["bf16-amx", "fp32-ipex"], "fp32-ipex"),
    ],
)
def test_the_baseline_is_the_catalogues_or_the_first_lane(wanted, baseline, spr):
    assert make_plan(spr, Options(lane=wanted)).baseline == baseline


def test_a_lane_that_is_skipped_is_no_baseline(monkeypatch):
    monkeypatch.setattr("bench.plan.make.BASELINE", "bf16-amx")
    plan = make_plan(recorded_host("ice-lake"), Options())
    assert plan.baseline == plan.running[0].id


def test_a_batch_too_large_for_one_lane_is_left_to_the_others():
    host = recorded_host("emerald-rapids-vm-no-amx")
    options = Options(batch_size=128)
    needed = make_plan(host, options).lane("bf16-avx512").memory_estimate_bytes
    plan = make_plan(with_memory(host, needed + MIB), options)
    assert plan.lane("bf16-avx512").intention == "planned"
    assert plan.lane("fp32").intention == "too large"
    assert "--batch-size 64 should fit" in plan.lane("fp32").reason
    assert plan.baseline == "fp32", "too large is no reason to quote against another"


def test_a_batch_too_large_for_every_lane_is_an_error(spr):
    with pytest.raises(BenchError, match="no lane can run"):
        make_plan(spr, Options(batch_size=1_000_000))


def test_lanes_that_fit_only_one_by_one_are_not_alive_together():
    host = recorded_host("sapphire-rapids-2s", amx="granted")
    needed = [lane.memory_estimate_bytes for lane in make_plan(host, Options()).lanes]
    together = make_plan(with_memory(host, int(sum(needed) / 0.85) + MIB), Options())
    apart = make_plan(with_memory(host, int(sum(needed) / 0.85) - MIB), Options())
    assert (together.together, apart.together) == (True, False)
    assert "together they would need" in apart.together_reason


@pytest.mark.parametrize("profile", PROFILES, ids=lambda p: p.name)
def test_every_profile_plans(profile, spr):
    plan = make_plan(spr, Options(profile=profile.name))
    assert plan.estimate_seconds > 0
    if profile.time_budget_seconds is not None:
        assert plan.time_budget_seconds == profile.time_budget_seconds


def test_rounds_asked_for_are_the_rounds_planned(spr):
    plan = make_plan(spr, Options(rounds=2))
    assert (plan.rounds_min, plan.rounds_max) == (2, 2)


def test_a_process_may_take_six_times_the_longest_lanes_estimate(spr):
    options = Options(profile="quick", batch_size=512, model="resnet18")
    plan = make_plan(spr, options)
    work = [
        estimate.process_seconds(lane.setup, lane.workload, plan.effort, plan.data_samples)
        for lane in plan.running
    ]
    starts = estimate.start_seconds([lane.setup for lane in plan.running])
    assert plan.lane_limit_seconds == pytest.approx(6 * (starts + max(work)))
    assert plan.lane_limit_seconds > 240, "the least, whatever the estimate"
    assert make_plan(spr, Options(profile="smoke")).lane_limit_seconds == 240
    assert make_plan(spr, Options(lane_limit=5)).lane_limit_seconds == 5


def test_compiling_is_in_the_estimates_once_cold_and_never_ends_a_process(spr):
    options = {"profile": "smoke", "cores": "0,1"}
    eager = make_plan(spr, Options(lane=["fp32-torch"], **options))
    compiled = make_plan(spr, Options(lane=["fp32-compile"], **options))
    (setup,) = [lane.setup for lane in compiled.lanes]
    cold, warm = (estimate.compile_seconds(setup, cold=cold) for cold in (True, False))
    assert compiled.estimate_seconds - eager.estimate_seconds == pytest.approx(cold)
    twice = make_plan(spr, Options(lane=["fp32-compile"], rounds=2, **options))
    more = twice.estimate_seconds - compiled.estimate_seconds
    assert more == pytest.approx(eager.estimate_seconds + warm)
    assert compiled.lane_limit_seconds > 6 * cold
    assert make_plan(spr, Options(lane=["fp32-compile"], lane_limit=5)).lane_limit_seconds == 5


def test_what_steers_is_kept_from_lanes_and_on_record(spr, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert make_plan(spr, Options()).scrubbed["OMP_NUM_THREADS"] == "3"


def test_a_machine_that_is_not_x86_trains_stock_pytorch_and_says_why_nothing_else(tmp_path):
    cpu = "processor\t: {}\nFeatures\t: fp asimd bf16\nCPU implementer\t: 0x41\n"
    write(tmp_path, "proc/cpuinfo", "\n".join(cpu.format(n) for n in (0, 1)))
    missing = ("intel-extension-for-pytorch", "ipexrun", "iomp5")
    live = recorded_live([0, 1], "refused", machine="aarch64", missing_tools=missing)
    plan = make_plan(probe(tmp_path, live=live), Options(profile="smoke"))
    assert intentions(plan) == {"fp32": "planned"} | dict.fromkeys(NAMED[1:], "skipped")
    assert plan.lane("fp32").setup.placement.launcher == "direct"
    assert all("IPEX is not found" in f"{plan.lane(name).reason}" for name in NAMED[1:])
