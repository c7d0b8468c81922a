"""What `--lane` takes: names, globs and groups, each also in another stack."""

import re

import pytest

from bench.errors import BenchError, Exit
from bench.plan.catalogue.engines import ENGINES
from bench.plan.catalogue.lanes import BASELINE, DEFAULT, LANES
from bench.plan.make import NoLane, make_plan
from bench.plan.options import Options
from bench.plan.wanted import groups, wanted
from bench.results.structure import _NAME
from tests.host_factory import known, make_stack, unknown
from tests.recorded_hosts import recorded_host

STACKS = ["ipex", "torch", "nightly"]
ALL = [lane.id for lane in LANES]


def asked(*words, stacks=STACKS):
    """Ids, in order, as often as each runs."""
    return [
        each.lane.id for each in wanted(Options(lane=list(words) or None), stacks)
        for _ in range(each.times)
    ]  # fmt: skip


def by_name(*words):
    return [each.lane.id for each in wanted(Options(lane=list(words)), STACKS) if each.by_name]


def test_without_words_and_by_their_group_the_default_lanes_run():
    assert asked() == asked("default") == [lane for lane in ALL if lane in DEFAULT]
    assert BASELINE in DEFAULT


def test_all_are_all():
    assert asked("all") == ALL


def test_a_stacks_name_is_a_group_of_its_lanes():
    for stack in {lane.stack for lane in LANES}:
        assert asked(stack) == [lane.id for lane in LANES if lane.stack == stack]


def test_a_glob_matches_in_the_catalogues_order():
    assert asked("bf16-*") == [lane for lane in ALL if lane.startswith("bf16-")]
    assert asked("fp32-i[p]e?") == ["fp32-ipex"]
    assert asked("*") == ALL


def test_order_is_the_catalogues_whatever_the_words():
    assert asked("fp32-torch, bf16-amx", "fp32") == ["fp32", "bf16-amx", "fp32-torch"]


def test_a_lane_named_twice_runs_twice_and_a_group_adds_it_once():
    assert asked("fp32,fp32") == ["fp32", "fp32"]
    assert asked("default,fp32") == asked("fp32,default") == asked("default,default") == asked()
    assert asked("fp32,default,fp32", "fp32*").count("fp32") == 2


def test_only_what_is_named_by_its_very_name_must_run():
    assert by_name("default,bf16-*") == []
    assert by_name("default,bf16-amx,fp32-torch@nightly,torch@nightly") == [
        "bf16-amx", "fp32-torch@nightly"
    ]  # fmt: skip


def test_a_lane_in_another_stack_is_the_same_lane_there():
    (each,) = wanted(Options(lane=["fp32-torch@nightly"]), STACKS)
    (own,) = wanted(Options(lane=["fp32-torch"]), STACKS)
    assert each.lane.id == "fp32-torch@nightly"
    assert each.lane.title == "FP32, stock PyTorch in stack nightly"
    assert vars(each.lane) == vars(own.lane) | {
        "id": each.lane.id, "stack": "nightly", "title": each.lane.title
    }  # fmt: skip


def test_groups_and_globs_move_to_another_stack_and_stay_beside_their_own():
    assert asked("torch@nightly") == [f"{lane.id}@nightly" for lane in groups()["torch"]]
    assert asked("fp32-torch@nightly,fp32-compile,fp32-torch,fp32*compile@nightly") == [
        "fp32-torch", "fp32-torch@nightly", "fp32-compile", "fp32-compile@nightly"
    ]  # fmt: skip
    assert asked("fp32@nightly,fp32@nightly") == ["fp32@nightly"] * 2


def test_a_lane_in_its_own_stack_is_itself():
    assert asked("fp32-torch@torch,ipex@ipex") == asked("fp32-torch,ipex")


@pytest.mark.parametrize(
    ("words", "cause", "remedy"),
    [
        ("fp32-trch", "unknown lane: --lane fp32-trch", "did you mean fp32-torch?"),
        ("defualt", "unknown lane: --lane defualt", "did you mean default?"),
        ("fp32-trch@nightly", "--lane fp32-trch", "did you mean fp32-torch?"),
        ("x*", "--lane x* matches no lane", "known: fp32, "),
        ("x*@nightly", "--lane x* matches no lane", "known: fp32, "),
        ("fp32@nightl", "--lane fp32@nightl: there is no stack nightl", "did you mean nightly?"),
        ("fp32@", "there is no stack ''", "known: ipex, torch, nightly; --stack NAME=PYTHON adds"),
        ("torch@other", "there is no stack other", "known: ipex, torch, nightly"),
        ("@nightly", "unknown lane: --lane ''", "known: fp32, "),
        ("fp32@torch@nightly", "there is no stack torch@nightly", "known: "),
        ("nightly", "the catalogue has no lanes of stack nightly", "--lane torch@nightly"),
    ],
)
def test_a_word_that_names_no_lane_is_a_usage_error(words, cause, remedy):
    with pytest.raises(BenchError, match=re.escape(cause)) as caught:
        asked(f"fp32,{words}")
    assert caught.value.code == Exit.USAGE
    assert remedy in caught.value.remedy


def test_groups_and_lanes_share_no_name():
    assert not groups().keys() & set(ALL)


@pytest.mark.parametrize("lane", LANES, ids=lambda lane: lane.id)
def test_titles_say_what_a_lane_computes_and_what_trains_it(lane):
    assert lane.title.count(", ") == 1
    assert ENGINES[lane.engine].title


@pytest.fixture
def host():
    """AVX-512 without AMX, and a stack of the user's without torchvision's place in a lock."""
    host = recorded_host("emerald-rapids-vm-no-amx", amx="refused")
    packages = {"torch": known("2.15.0.dev1"), "torchvision": known("0.30.0.dev1")}
    nightly = make_stack(
        "nightly",
        python=known("/home/user/nightly/bin/python"),
        packages=packages,
        ipexrun=unknown("it comes with another"),
    )
    return host.model_copy(update={"stacks": [*host.stacks, nightly]})


def intentions(host, *words):
    plan = make_plan(host, Options(lane=list(words), profile="smoke"))
    return {lane.id: lane.intention for lane in plan.lanes}


def test_a_group_skips_what_can_not_run_with_its_reason(host):
    plan = make_plan(host, Options(lane=["all"], profile="smoke"))
    assert [lane.id for lane in plan.lanes] == ALL
    skipped = [lane for lane in plan.lanes if lane.intention == "skipped"]
    assert {lane.id for lane in skipped} == {
        lane.id for lane in LANES if "amx_tile" in lane.requires
    }
    assert all("EOPNOTSUPP" in f"{lane.reason}" for lane in skipped)
    assert intentions(host, "bf16-*")["bf16-amx"] == "skipped"


def test_a_lane_that_is_named_beside_its_group_must_run(host):
    with pytest.raises(NoLane, match="lane bf16-amx can't run here"):
        make_plan(host, Options(lane=["all", "bf16-amx"]))


def test_a_group_of_which_nothing_can_run_is_an_error_with_every_reason(host):
    with pytest.raises(NoLane, match="no lane can run here") as caught:
        make_plan(host, Options(lane=["*-amx*"]))
    assert caught.value.code == Exit.CANNOT
    assert "EOPNOTSUPP" in caught.value.remedy


def test_lanes_in_a_stack_of_the_users_are_planned_there(host):
    plan = make_plan(host, Options(lane=["fp32-torch", "torch@nightly"], profile="smoke"))
    there = plan.lane("fp32-torch@nightly")
    assert (there.entry, there.setup.stack) == ("fp32-torch@nightly", "nightly")
    assert "/home/user/nightly/bin/python" in there.command
    assert there.setup.environment == plan.lane("fp32-torch").setup.environment
    assert plan.lane("bf16-amx-torch@nightly").intention == "skipped"


def test_what_a_stack_does_not_have_is_the_reason_there(host):
    there = intentions(host, "ipex@nightly")
    assert there["fp32@nightly"] == "planned"
    assert there["fp32-ipex@nightly"] == there["bf16-avx512@nightly"] == "skipped"
    with pytest.raises(NoLane, match="IPEX is not found in stack nightly"):
        make_plan(host, Options(lane=["fp32-ipex@nightly"]))


def test_lanes_of_two_stacks_that_are_named_twice_have_names_that_files_can_have(host):
    plan = make_plan(host, Options(lane=["fp32@nightly", "fp32@nightly"], profile="smoke"))
    assert [lane.id for lane in plan.lanes] == ["fp32@nightly", "fp32@nightly-2"]
    assert {lane.entry for lane in plan.lanes} == {"fp32@nightly"}
    assert all(_NAME.fullmatch(lane.id) for lane in plan.lanes)
