"""How a lane is started: by the launcher only where that would place it as the plan does."""

import pytest

from bench.model.base import Reading
from bench.plan.make import make_plan
from bench.plan.options import Options
from tests.recorded_hosts import recorded_host

HOST = "sapphire-rapids-2s"
WORKER = ["/opt/venv/bin/python", "-m", "bench.worker", "SPEC"]


def with_tools(host, **readings):
    return host.model_copy(update={"tools": host.tools.model_copy(update=readings)})


def planned(host, **options):
    plan = make_plan(host, Options(**options))
    return plan.lane("fp32"), plan.notes


@pytest.mark.parametrize(
    ("tool", "manager"), [("lscpu", "numactl"), ("which", "numactl"), ("which", "taskset")]
)
def test_without_what_the_launcher_asks_a_lane_is_pinned_directly(tool, manager):
    host = with_tools(recorded_host(HOST), **{tool: Reading(reason="it disagrees: NODE is -")})
    if manager == "taskset":
        host.allowance.bindable_nodes = Reading(reason="EPERM")
    lane, notes = planned(host)
    assert lane.setup.placement.launcher == "direct"
    assert lane.setup.placement.task_manager == manager
    assert lane.command[0] == manager
    assert lane.command[-4:] == WORKER
    (note,) = [note for note in notes if "launcher is not used" in note]
    assert tool in note
    assert "it disagrees: NODE is -" in note


def test_without_numactl_and_taskset_the_launcher_has_nothing_to_pin_with():
    lane, notes = planned(recorded_host(HOST, missing_tools=("numactl", "taskset")))
    assert lane.setup.placement.launcher == "direct"
    assert lane.setup.placement.task_manager == "affinity"
    assert lane.command == WORKER
    assert any("it needs numactl or taskset" in note for note in notes)


def test_a_stack_that_never_had_the_launcher_misses_nothing():
    """Both starts bind the same cores and memory, and preload the same."""
    plan = make_plan(recorded_host(HOST), Options(lane=["fp32,fp32-torch"]))
    launched, direct = plan.lane("fp32"), plan.lane("fp32-torch")
    assert plan.notes == []
    same = {"launcher": "direct"}
    assert direct.setup.placement == launched.setup.placement.model_copy(update=same)
    names = [[path.rpartition("/")[2] for path in x.setup.preload] for x in (launched, direct)]
    assert names == [["libtcmalloc.so", "libiomp5.so"]] * 2
    assert direct.setup.preload[1] == "/opt/.stacks/torch/lib/libiomp5.so"
    assert direct.command == ["numactl", "-C", "0-31", "-m", "0",
                              "/opt/.stacks/torch/bin/python", *WORKER[1:]]  # fmt: skip


def test_an_engine_that_compiles_is_told_its_lanes_cores():
    plan = make_plan(recorded_host(HOST), Options(lane=["fp32-torch,fp32-compile"]))
    eager, compiled = (plan.lane(name).setup.environment for name in ("fp32-torch", "fp32-compile"))
    assert compiled == eager | {"TORCHINDUCTOR_COMPILE_THREADS": "32"}


def test_given_every_cpu_the_launcher_would_bind_no_thread():
    """It leaves KMP_AFFINITY out then (launcher_multi_instances.py)."""
    host = recorded_host("laptop")
    every, notes = planned(host, cores="0-7")
    assert every.setup.placement.launcher == "direct"
    assert every.setup.environment["KMP_AFFINITY"]
    assert any("binds no thread" in note for note in notes)
    both, _ = planned(host, cores="0,4")
    assert both.setup.placement.launcher == "ipexrun"
    assert "--use-logical-cores" in both.command


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        ({"bindable": Reading(reason="set_mempolicy: EPERM")}, "EPERM; in a container add cap_add"),
        ({"bindable": Reading(reason="set_mempolicy: ENOSYS")}, "set_mempolicy: ENOSYS"),
        (
            {"bindable": Reading(value=[1]), "affinity": [0, 1]},
            "node 0 gave no memory when the probe tried",
        ),
        ({"mems_allowed": "1", "affinity": [0, 1]}, "node 0 is not among those"),
        ({"node_memory": {0: 0}, "affinity": [0, 1]}, "node 0 has no memory"),
    ],
)
def test_where_memory_can_not_be_bound_taskset_pins_and_that_is_said(limits, why):
    lane, notes = planned(recorded_host(HOST, **limits), profile="smoke")
    assert lane.setup.placement.task_manager == "taskset"
    assert "taskset" in lane.command
    (note,) = [note for note in notes if "memory is not bound" in note]
    assert why in note
    assert ("SYS_NICE" in note) == ("EPERM" in why), "a container is not blamed for all of them"


def test_cores_on_two_nodes_are_bound_to_none():
    lane, notes = planned(recorded_host(HOST), cores="31-32")
    assert lane.setup.placement.node is None
    assert lane.setup.placement.task_manager == "taskset"
    assert "memory is not bound to the node: the lane's cores are not known to be on one" in notes


def test_what_was_asked_for_is_in_the_plan():
    plan = make_plan(recorded_host(HOST), Options(cores="33,40", node=1))
    assert (plan.cores_requested, plan.node_requested) == ("33,40", 1)
    placement = plan.lanes[0].setup.placement
    assert (placement.cores, placement.node) == ([33, 40], 1)
    assert placement.left_out
