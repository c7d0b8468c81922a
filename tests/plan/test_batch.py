"""The batch of a run: that there is room for a verdict, and that it is said where it is smaller."""

import pytest

from bench.model.base import Reading
from bench.plan.make import make_plan
from bench.plan.options import Options
from bench.plan.pace import pace
from bench.plan.workload import profile_of
from bench.text import GIB
from tests.host_factory import make_host
from tests.recorded_hosts import recorded_host


def batch(plan):
    (size,) = {lane.setup.batch_size for lane in plan.lanes}
    return size


def rounds(plan):
    """How many are estimated to fit the budget."""
    profile = profile_of(Options(profile=plan.profile))
    going = pace(plan.running, profile, alive_together=plan.together)
    return 1 + (plan.time_budget_seconds - going.first) / going.later


def test_two_cores_get_a_batch_with_room_for_five_rounds():
    plan = make_plan(make_host(), Options())
    assert batch(plan) == 16
    assert plan.batch_reason == "batch 16: with 128 this host has room for one round"
    assert rounds(plan) >= 5 > rounds(make_plan(make_host(), Options(batch_size=32)))


@pytest.mark.parametrize("name", ["sapphire-rapids-2s", "ice-lake", "granite-rapids"])
def test_a_large_host_keeps_the_profiles_batch(name):
    plan = make_plan(recorded_host(name), Options())
    assert (batch(plan), plan.batch_reason) == (128, None)
    assert rounds(plan) >= 5


@pytest.mark.parametrize("cores", [1, 2, 3, 4, 6, 8, 12, 16, 24, 32])
def test_the_batch_is_the_largest_power_of_two_that_gives_five_rounds(cores):
    host = recorded_host("sapphire-rapids-2s", affinity=list(range(cores)))
    plan = make_plan(host, Options())
    assert rounds(plan) >= 5
    assert batch(plan) in (2, 4, 8, 16, 32, 64, 128)
    if batch(plan) < 128:
        twice = make_plan(host, Options(batch_size=2 * batch(plan)))
        assert rounds(twice) < 5
        assert plan.batch_reason.startswith(f"batch {batch(plan)}: with 128 this host has room for")


def test_a_lane_that_is_named_three_times_takes_three_times_as_long():
    plan = make_plan(make_host(), Options(lane=["fp32", "fp32,fp32"]))
    assert len(plan.running) == 3
    assert rounds(plan) >= 5


def test_a_batch_that_is_insisted_on_is_kept():
    plan = make_plan(make_host(), Options(batch_size=128))
    assert (batch(plan), plan.batch_reason) == (128, None)


@pytest.mark.parametrize("profile", ["smoke", "sample"])
def test_a_profile_without_a_budget_keeps_its_batch(profile):
    plan = make_plan(make_host(), Options(profile=profile))
    assert batch(plan) == profile_of(Options(profile=profile)).batch_size
    assert plan.batch_reason is None


def test_more_time_makes_the_batch_larger_and_less_time_smaller():
    host = make_host()
    host.allowance.memory_available_bytes = Reading(value=24 * GIB)
    sizes = [batch(make_plan(host, Options(time_budget=t))) for t in (600, 1200, 2400)]
    assert sizes == [8, 16, 32]


def test_a_batch_that_is_cut_for_time_is_cut_to_where_lanes_take_turns():
    host = make_host()
    host.allowance.memory_available_bytes = Reading(value=12 * GIB)
    plan = make_plan(host, Options(time_budget=2400))
    assert plan.together
    assert batch(plan) == 16
    assert plan.batch_reason.startswith(
        "batch 16: with 128 this host has room for one round, and with 32 together they would need"
    )


def test_a_profiles_time_is_that_of_the_default_lanes_and_more_get_more():
    host = recorded_host("sapphire-rapids-2s")
    four, default = (make_plan(host, Options(lane=lane)) for lane in (None, ["default"]))
    assert four.time_budget_seconds == default.time_budget_seconds == 1200
    copies = make_plan(host, Options(lane=["fp32,fp32,fp32,fp32,fp32,fp32"]))
    assert copies.time_budget_seconds == 1800
    assert make_plan(host, Options(lane=["all"], time_budget=700)).time_budget_seconds == 700


@pytest.mark.parametrize("profile", ["quick", "standard"])
@pytest.mark.parametrize(
    ("name", "limits"),
    [
        ("emerald-rapids-vm-no-amx", {"memory_limit": 24 * GIB}),
        ("sapphire-rapids-2s", {"memory_limit": 24 * GIB, "affinity": [0, 1]}),
        ("sapphire-rapids-2s", {}),
    ],
    ids=["two cores", "two cores with AMX", "32 cores with AMX"],
)
def test_all_lanes_have_room_for_a_verdict(profile, name, limits):
    host = recorded_host(name, **limits)
    plan = make_plan(host, Options(profile=profile, lane=["all"]))
    four = make_plan(host, Options(profile=profile))
    assert rounds(plan) >= 5
    assert batch(plan) >= batch(four) / 2
    assert not [note for note in plan.notes if "room for" in note]


def test_too_little_time_is_said_with_how_much_would_do():
    host = recorded_host("emerald-rapids-vm-no-amx")
    options = {"lane": ["all"], "batch_size": 16}
    note = make_plan(host, Options(**options, time_budget=900)).notes[0]
    assert note.startswith("15 min have room for about ")
    enough = float(note.partition("--time-budget ")[2].partition(" ")[0])
    assert rounds(make_plan(host, Options(**options, time_budget=enough))) >= 5


def test_rounds_asked_for_without_a_budget_keep_the_batch():
    host = recorded_host("emerald-rapids-vm-no-amx")
    assert batch(make_plan(host, Options(rounds=2))) == 128
    assert batch(make_plan(host, Options(rounds=2, time_budget=1200))) == 64


def test_where_nothing_gives_five_rounds_the_batch_is_not_cut_for_nothing():
    plan = make_plan(recorded_host("emerald-rapids-vm-no-amx"), Options(time_budget=10))
    assert (batch(plan), plan.batch_reason) == (128, None)


def test_a_larger_model_gets_a_smaller_batch_and_is_told_if_even_that_is_too_slow():
    plan = make_plan(make_host(), Options(model="vit_b_16", time_budget=400))
    assert batch(plan) < 16
    assert plan.notes[0].startswith("6 min 40 s have room for about ")


def test_memory_counts_as_well():
    host = recorded_host("ice-lake")
    host.allowance.memory_available_bytes = Reading(value=6 * GIB)
    plan = make_plan(host, Options())
    assert {lane.intention for lane in plan.running} == {"planned"}
    assert batch(plan) == 32
    assert plan.batch_reason == (
        "batch 32: with 128 lane fp32 needs about 13.1 GiB, 6.0 GiB available on this host"
    )


def test_too_little_memory_and_time_are_both_said():
    host = make_host()
    host.allowance.memory_available_bytes = Reading(value=2 * GIB)
    plan = make_plan(host, Options())
    assert batch(plan) == 8
    assert plan.batch_reason == (
        "batch 8: with 128 this host has room for one round, and with 16 lane fp32 needs about "
        "2.5 GiB, 2.0 GiB available on this host"
    )


def test_a_functional_check_is_said_to_be_one():
    checks = {name: make_plan(make_host(), Options(profile=name)).functional_check
              for name in ("smoke", "quick", "standard", "sample")}  # fmt: skip
    assert [name for name, check in checks.items() if check] == ["smoke"]
