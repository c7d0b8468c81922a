"""What memory there is for a lane, and what sets it: host, control group or NUMA node."""

import pytest

from bench.model.base import Reading
from bench.plan.cores import lane_cores
from bench.plan.make import NoLane, make_plan
from bench.plan.nodes import memory_bound
from bench.plan.options import Options
from bench.plan.start.command import start
from bench.text import GIB
from tests.recorded_hosts import recorded_host

TWO_NODES, ONE_NODE = "sapphire-rapids-2s", "amd-genoa-vm"
REFUSED = Reading(reason="set_mempolicy(MPOL_BIND): EPERM (Operation not permitted)")


def bound(name, available=200 * GIB, free=None, **options):
    """The bound of a lane on this host, of which so much is available, and free on each node."""
    host = recorded_host(name, **options)
    host.allowance.memory_available_bytes = Reading(value=available)
    for node, left in (free or {}).items():
        host.topology.nodes[node].memory_available_bytes = Reading(value=left)
    return memory_bound(host, start(host, host.stacks[0], lane_cores(host)).placement)


def test_a_bound_lane_has_its_nodes_memory_and_no_more():
    of_node = bound(TWO_NODES, free={0: 100 * GIB, 1: 100 * GIB})
    assert (of_node.available, of_node.where) == (100 * GIB, "on NUMA node 0")
    assert bound(TWO_NODES, 90 * GIB, {0: 100 * GIB, 1: 100 * GIB}).where == "on this host"


def test_an_unbound_lane_has_all_nodes():
    free = {0: 2 * GIB, 1: 125 * GIB}
    assert bound(TWO_NODES, 127 * GIB, free).available == 2 * GIB
    assert bound(TWO_NODES, 127 * GIB, free, bindable=REFUSED).available == 127 * GIB


def test_an_unbound_lane_has_only_the_nodes_that_it_may_have_memory_from():
    free = {0: 2 * GIB, 1: 125 * GIB}
    only = bound(TWO_NODES, 127 * GIB, free, bindable=REFUSED, mems_allowed="1")
    assert (only.available, only.where) == (125 * GIB, "on NUMA node 1")


def test_on_a_host_of_one_node_the_hosts_count_rules():
    """A virtual machine's node was seen to show less than /proc/meminfo."""
    assert bound(ONE_NODE, 60 * GIB, {0: 50 * GIB}).available == 60 * GIB


def test_a_limit_of_a_control_group_is_named_where_it_is_the_least():
    limited = bound(TWO_NODES, 30 * GIB, {0: 100 * GIB, 1: 100 * GIB}, memory_limit=32 * GIB)
    assert limited.where == "under the memory limit of 32.0 GiB"
    full = bound(TWO_NODES, 3 * GIB, {0: 2 * GIB, 1: GIB}, memory_limit=32 * GIB, bindable=REFUSED)
    assert full.where == "on this host"


def test_a_node_of_which_nothing_is_known_has_what_it_has_in_all():
    host = recorded_host(TWO_NODES)
    host.allowance.memory_available_bytes = Reading(value=250 * GIB)
    host.topology.nodes[0].memory_available_bytes = Reading(reason="masked")
    placement = start(host, host.stacks[0], lane_cores(host)).placement
    assert memory_bound(host, placement).available == 128 * GIB


@pytest.mark.parametrize(
    ("limits", "where"),
    [
        ({"node_free": {0: 2 * GIB}}, "2.0 GiB available on NUMA node 0"),
        ({"memory_limit": 3 * GIB}, "available under the memory limit of 3.0 GiB"),
    ],
)
def test_too_large_names_the_bound(limits, where):
    with pytest.raises(NoLane) as caught:
        make_plan(recorded_host(TWO_NODES, **limits), Options(batch_size=64))
    assert {lane.intention for lane in caught.value.lanes} == {"too large"}
    for lane in caught.value.lanes:
        assert where in lane.reason
        assert "--batch-size" in lane.reason


def test_processes_alive_together_share_the_node():
    needed = sum(
        lane.memory_estimate_bytes for lane in make_plan(recorded_host(TWO_NODES), Options()).lanes
    )
    for share, together in ((0.8, False), (1.3, True)):
        host = recorded_host(TWO_NODES)
        host.topology.nodes[0].memory_available_bytes = Reading(value=int(share * needed))
        plan = make_plan(host, Options())
        assert plan.together == together
        assert plan.together_reason.endswith("available on NUMA node 0")
