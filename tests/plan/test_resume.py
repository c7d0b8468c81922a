from typing import Any

import pytest

from bench.errors import BenchError
from bench.model.base import Reading
from bench.model.host import Host
from bench.model.result import Result
from bench.plan.make import make_plan
from bench.plan.options import Options
from bench.plan.resume import resumed
from tests.factories import make_result
from tests.host_factory import make_host, make_stack

OPTIONS = Options(profile="quick", batch_size=4, seed=3)


@pytest.fixture
def host() -> Host:
    return make_host()


@pytest.fixture
def before(host: Host) -> Result:
    """An interrupted run of the lanes that match the host."""
    result = make_result(rounds=1, host=host.model_copy(deep=True))
    return result.model_copy(update={"plan": make_plan(host, OPTIONS), "status": "interrupted"})


def changed_lane(result: Result, setup: dict[str, Any] | None = None, **lane: Any) -> Result:
    """The run with other settings in its first lane."""
    first, *others = result.plan.lanes
    other = first.setup.model_copy(update=setup or {})
    first = first.model_copy(update={"setup": other, **lane})
    plan = result.plan.model_copy(update={"lanes": [first, *others]})
    return result.model_copy(update={"plan": plan})


def test_a_run_goes_on_as_it_was_begun(before: Result, host: Host) -> None:
    now = resumed(before, host, Options())
    assert (now.status, now.finished_at) == ("running", None)
    assert (now.processes, now.plan.seed) == (before.processes, 3)
    assert [lane.workload for lane in now.plan.lanes] == [
        lane.workload for lane in before.plan.lanes
    ]
    assert now.plan == before.plan
    assert all(lane.command for lane in now.plan.running)


def test_the_run_before_is_left_as_it_was(before: Result, host: Host) -> None:
    resumed(before, host, Options(rounds=7))
    assert before.status == "interrupted"
    assert before.plan.rounds_max != 7


def test_kit_and_stack_may_lie_elsewhere_by_now(before: Result, host: Host) -> None:
    elsewhere = changed_lane(
        before,
        {"preload": ["/old/lib/libiomp5.so"]},
        command=["/old/bin/python", "-m", "bench.worker", "SPEC"],
    )
    elsewhere.host.stacks[0].python = Reading(value="/old/bin/python")
    now = resumed(elsewhere, host, Options())
    assert now.plan.lanes[0].command[0] == "/opt/bench/bin/python"
    assert now.plan.lanes[0].setup.preload == ["/opt/bench/lib/libiomp5.so"]
    assert now.host.stacks == host.stacks


def test_its_own_options_may_be_given_again(before: Result, host: Host) -> None:
    assert resumed(before, host, OPTIONS).plan.seed == 3


def test_its_own_lanes_may_be_given_again_in_any_words(before: Result, host: Host) -> None:
    plan = make_plan(host, Options(profile="quick", lane=["fp32", "fp32-ipex"]))
    two = before.model_copy(update={"plan": plan})
    assert resumed(two, host, Options(lane=["fp32-ipex,fp32"])).plan == plan


def two_stacks(host: Host) -> Host:
    """The host with a stack of the user's, which has no IPEX."""
    packages = {"torch": Reading(value="2.15.0"), "torchvision": Reading(value="0.30.0")}
    return host.model_copy(
        update={"stacks": [*host.stacks, make_stack("nightly", packages=packages)]}
    )


def test_lanes_in_another_stack_go_on_there(before: Result, host: Host) -> None:
    both = two_stacks(host)
    plan = make_plan(both, Options(profile="quick", lane=["default,default@nightly"]))
    assert plan.lane("fp32@nightly").intention == "planned"
    assert plan.lane("fp32-ipex@nightly").intention == "skipped"
    run = before.model_copy(update={"plan": plan, "host": both.model_copy(deep=True)})
    for words in (None, ["default,default@nightly"], ["fp32,fp32-ipex,bf16-avx512,fp32@nightly"]):
        assert resumed(run, both, Options(lane=words)).plan == plan
    with pytest.raises(BenchError, match="--lane default "):
        resumed(run, both, Options(lane=["default"]))
    with pytest.raises(BenchError, match="torch of stack nightly"):
        resumed(run, host, Options())


def test_how_long_it_goes_on_may_be_given_anew(before: Result, host: Host) -> None:
    plan = resumed(before, host, Options(rounds=7, target_precision=0.1)).plan
    assert (plan.rounds_min, plan.rounds_max, plan.target_precision) == (7, 7, 0.1)


def test_without_new_words_it_stops_where_it_would_have(before: Result, host: Host) -> None:
    other = before.plan.model_copy(update={"rounds_max": 9, "time_budget_seconds": 77.0})
    plan = resumed(before.model_copy(update={"plan": other}), host, Options()).plan
    assert (plan.rounds_max, plan.time_budget_seconds) == (9, 77.0)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (Options(batch_size=8), "--batch-size"),
        (Options(image_size=64), "--image-size"),
        (Options(profile="smoke"), "--profile"),
        (Options(model="resnet18"), "--model"),
        (Options(data="synthetic"), "--data"),
        (Options(lane=["fp32"]), "--lane"),
        (Options(seed=4), "--seed"),
        (Options(cores="0"), "--cores"),
        (Options(node=1), "--node"),
    ],
)
def test_another_workload_is_refused(
    options: Options, name: str, before: Result, host: Host
) -> None:
    with pytest.raises(BenchError, match=name) as caught:
        resumed(before, host, options)
    assert "begin a new run" in caught.value.remedy


def test_another_host_is_refused(before: Result, host: Host) -> None:
    host.id = "elsewhere"
    with pytest.raises(BenchError, match="the host"):
        resumed(before, host, Options())


def test_another_release_in_the_lanes_stack_is_refused(before: Result, host: Host) -> None:
    host.stacks[0].packages["torch"] = Reading(value="2.9.0")
    with pytest.raises(BenchError, match="torch of stack ipex"):
        resumed(before, host, Options())


def test_a_stack_that_no_lane_uses_may_change(before: Result, host: Host) -> None:
    before.host.stacks.append(make_stack("other"))
    assert resumed(before, host, Options()).status == "running"


def test_other_cores_are_refused(before: Result, host: Host) -> None:
    host.allowance.affinity = host.allowance.affinity[:1]
    with pytest.raises(BenchError, match="the cores"):
        resumed(before, host, Options())


@pytest.mark.parametrize("options", [Options(cores="0,1"), Options(node=0)])
def test_the_cores_that_it_has_may_be_named(options: Options, before: Result, host: Host) -> None:
    assert resumed(before, host, options).plan.lanes[0].setup.placement.cores == [0, 1]


def test_cores_that_were_asked_for_are_asked_for_again(before: Result, host: Host) -> None:
    plan = make_plan(host, Options(profile="quick", cores="1"))
    now = resumed(before.model_copy(update={"plan": plan}), host, Options())
    assert now.plan == plan
    assert now.plan.lanes[0].setup.placement.cores == [1]


def test_a_batch_that_was_cut_keeps_its_reason(before: Result, host: Host) -> None:
    plan = make_plan(host, Options())
    assert plan.batch_reason is not None
    now = resumed(before.model_copy(update={"plan": plan}), host, Options(time_budget=9999))
    assert now.plan.batch_reason == plan.batch_reason
    assert now.plan.lanes == plan.lanes


def test_being_pinned_otherwise_is_refused(before: Result, host: Host) -> None:
    host.tools.taskset = Reading(reason="not found")
    with pytest.raises(BenchError, match="how processes are pinned"):
        resumed(before, host, Options())


@pytest.mark.parametrize(
    "setup",
    [
        {"environment": {"ONEDNN_MAX_CPU_ISA": "AVX2"}},
        {"preload": ["/usr/lib/libjemalloc.so"]},
        {"memory_format": "channels_last"},
        {"loader_workers": 7},
    ],
)
def test_a_lane_that_is_set_otherwise_by_now_is_refused(
    setup: dict[str, Any], before: Result, host: Host
) -> None:
    with pytest.raises(BenchError, match="the lanes' settings"):
        resumed(changed_lane(before, setup), host, Options())


def test_a_lane_that_trains_otherwise_by_now_is_refused(before: Result, host: Host) -> None:
    other = before.plan.lanes[0].workload.model_copy(update={"momentum": 0.5})
    with pytest.raises(BenchError, match="the workload"):
        resumed(changed_lane(before, workload=other), host, Options())


def test_a_lane_that_the_catalogue_does_not_make_is_refused(before: Result, host: Host) -> None:
    with pytest.raises(BenchError, match="the lanes"):
        resumed(changed_lane(before, id="fp32-7"), host, Options())


def in_a_named_stack(host: Host, **changes: Any) -> Host:
    """The host, on which the user named the interpreter of the one stack."""
    stacks = [make_stack(named=True, lock=Reading(reason="named by --stack"), **changes)]
    return host.model_copy(update={"stacks": stacks})


def test_a_stack_of_the_users_must_be_named_again(before: Result, host: Host) -> None:
    named = in_a_named_stack(host)
    begun = before.model_copy(update={"host": named})
    assert resumed(begun, named, Options()).plan == before.plan
    nowhere = host.model_copy(update={"stacks": []})
    for now in (host, nowhere):
        with pytest.raises(BenchError, match="whose interpreter was named by --stack") as error:
            resumed(begun, now, Options())
        assert error.value.remedy == "name it again: --stack ipex=PYTHON"


def test_another_interpreter_must_have_the_same_releases(before: Result, host: Host) -> None:
    begun = before.model_copy(update={"host": in_a_named_stack(host)})
    other = in_a_named_stack(host, packages={"torch": Reading(value="2.9.0")})
    with pytest.raises(BenchError, match="this is not the same: torch of stack ipex"):
        resumed(begun, other, Options())


def test_nor_is_a_stack_of_the_kits_replaced(before: Result, host: Host) -> None:
    with pytest.raises(BenchError, match="trains in this kit's own stack ipex") as error:
        resumed(before, in_a_named_stack(host), Options())
    assert error.value.remedy == "leave --stack ipex out, or begin a new run"
