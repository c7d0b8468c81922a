"""Limits that move the numbers: what the plan says of them, and does about them."""

import pytest

from bench.model.base import Reading
from bench.plan.make import make_plan
from bench.plan.options import Options
from bench.text import MIB
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
    assert "has 64 MiB, 4 loader processes need 441 MiB" in note
    assert "shm_size: 441mb" in note


def test_it_takes_as_many_loader_processes_as_have_room():
    plan = planned(shm=Reading(value=300 * MIB))
    assert loaders(plan) == 2
    assert "by 2 processes" in about(plan, "shared memory")[0]


def test_what_the_note_asks_for_is_enough():
    plan = planned(shm=Reading(value=441 * MIB))
    assert loaders(plan) == 4
    assert not about(plan, "shared memory")


def test_without_dev_shm_batches_are_loaded_in_the_main_process():
    plan = planned(shm=Reading(reason="/dev/shm: No such file or directory"))
    assert loaders(plan) == 0
    assert "No such file" in about(plan, "shared memory")[0]
