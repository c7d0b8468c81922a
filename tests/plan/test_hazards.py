"""Limits that move the numbers: what the plan says of them, and does about them."""

import pytest

from bench.doctor.cpus import cpus
from bench.doctor.memory import memory
from bench.model.base import Reading
from bench.plan.make import make_plan
from bench.plan.options import Options
from bench.text import MIB
from tests.doctor.cases import make_case
from tests.recorded_hosts import recorded_host


def about(plan, word):
    return [note for note in plan.notes if word in note]


def test_a_quota_is_called_a_hazard_with_the_cpuset_in_its_place():
    (note,) = about(make_plan(recorded_host("ice-lake", quota=2.0), Options()), "quota")
    assert "hazard" in note
    assert "--cpuset-cpus 0-1" in note
    assert "BENCH_CPUSET=0-1" in note


@pytest.mark.parametrize("limits", [{}, {"cpuset": "0-3", "quota": 4.0}])
def test_a_quota_that_the_cpus_can_not_exceed_is_none(limits):
    """Kubernetes sets one beside the cores of a pod's own."""
    assert not about(make_plan(recorded_host("ice-lake", **limits), Options()), "quota")


@pytest.mark.parametrize(
    ("limits", "bites"),
    [
        ({"quota": 2.0}, True),
        ({"quota": 0.5}, True),
        ({"quota": 32.0}, True),  # all that a lane can use, and loaders and launcher beside it
        ({"quota": 33.0}, False),
        ({"quota": 40.0}, False),
        ({"quota": 3.5, "cpuset": "0-7"}, False),  # the lane was cut to three cores
        ({"quota": 3.0, "cpuset": "0-7"}, True),
        ({}, False),
    ],
)
def test_a_quota_that_is_larger_than_the_lane_is_no_hazard(limits, bites):
    host = recorded_host("ice-lake", **limits)
    assert bool(about(make_plan(host, Options()), "hazard")) == bites
    assert (cpus(make_case(host=host)).state != "ok") == bites


def test_a_quota_that_is_not_known_is_neither_a_hazard_nor_none():
    host = recorded_host("ice-lake")
    for reason in (
        "no quota at the levels that can be seen; those above are hidden",
        "not known: /sys/fs/cgroup/cpu.max: Permission denied",
    ):
        host.allowance.quota_cpus = Reading(reason=reason)
        assert not about(make_plan(host, Options()), "quota")
        finding = cpus(make_case(host=host))
        assert finding.state == "unknown"
        assert reason in finding.value.reason


def test_a_lane_on_isolated_cpus_is_told_what_that_means():
    plan = make_plan(recorded_host("laptop", isolated="2-3", affinity=[2, 3]), Options())
    (note,) = about(plan, "isolated")
    assert "CPUs 2-3" in note
    assert not about(make_plan(recorded_host("laptop", isolated="2-3"), Options()), "isolated")


def test_memory_high_below_what_the_lanes_need_is_warned_of():
    host = recorded_host("ice-lake", memory_high=4 * 2**30)
    (note,) = about(make_plan(host, Options()), "memory.high")
    assert "above 4.0 GiB" in note
    finding = memory(make_case(host=host))
    assert finding.state == "warning"
    assert "above 4 GiB (memory.high)" in finding.value.value
    assert not about(make_plan(host, Options(profile="smoke")), "memory.high")
    roomy = recorded_host("ice-lake", memory_high=400 * 2**30)
    assert not about(make_plan(roomy, Options()), "memory.high")
    assert memory(make_case(host=roomy)).state == "ok"


def planned(**options):
    """On 32 cores: four loader processes, batches of 128 × 3 × 224 × 224 floats, 73.5 MiB."""
    return make_plan(recorded_host("ice-lake", **options), Options())


def loaders(plan):
    (workers,) = {lane.setup.loader_workers for lane in plan.lanes}
    return workers


def test_dockers_own_64_mib_of_shared_memory_hold_no_batch():
    plan = planned(shm=Reading(value=64 * MIB))
    assert loaders(plan) == 0
    (note,) = about(plan, "shared memory")
    assert "has 64 MiB free, 4 loader processes need 441 MiB" in note
    assert "shm_size: 441mb" in note


def test_it_takes_as_many_loader_processes_as_have_room():
    plan = planned(shm=Reading(value=300 * MIB))
    assert loaders(plan) == 2
    assert "by 2 processes" in about(plan, "shared memory")[0]


def test_what_is_free_counts_and_not_the_size():
    plan = planned(shm=Reading(value=2**31), shm_free=Reading(value=8 * MIB))
    assert loaders(plan) == 0
    assert "shared memory has 8 MiB free" in about(plan, "shared memory")[0]
    full = planned(shm=Reading(value=2**31), shm_free=Reading(reason="Read-only file system"))
    assert "is none (Read-only file system)" in about(full, "shared memory")[0]


def test_what_the_note_asks_for_is_enough():
    plan = planned(shm=Reading(value=441 * MIB))
    assert loaders(plan) == 4
    assert not about(plan, "shared memory")


def test_without_dev_shm_batches_are_loaded_in_the_main_process():
    plan = planned(shm=Reading(reason="/dev/shm: No such file or directory"))
    assert loaders(plan) == 0
    assert "No such file" in about(plan, "shared memory")[0]
