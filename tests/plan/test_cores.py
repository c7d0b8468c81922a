"""Which CPUs a lane gets on recorded hosts: bare, pinned, in a cpuset, under a quota."""

import re

import pytest

from bench.errors import BenchError, Exit
from bench.model.base import Reading
from bench.plan.cores import lane_cores, needs_second_threads
from bench.text import format_cpulist
from tests.recorded_hosts import recorded_host


@pytest.mark.parametrize(
    ("name", "cores"),
    [
        ("sapphire-rapids-2s", 32),
        ("sapphire-rapids-hbm", 14),
        ("granite-rapids", 32),
        ("ice-lake", 32),
        ("cascade-lake", 28),
        ("emerald-rapids-vm-no-amx", 2),
        ("amd-genoa", 96),
        ("laptop", 4),
    ],
)
def test_one_thread_of_each_core_of_one_node(name, cores):
    host = recorded_host(name)
    chosen = lane_cores(host)
    by_cpu = {c.cpu: c for c in host.topology.cpus}
    assert len(chosen.cpus) == cores
    assert {by_cpu[cpu].node for cpu in chosen.cpus} == {chosen.node}
    assert len({by_cpu[cpu].core for cpu in chosen.cpus}) == cores
    assert not needs_second_threads(host, chosen.cpus)


def test_the_node_with_most_allowed_cores_wins():
    """Nodes of this host: 0-31,64-95 and 32-63,96-127."""
    host = recorded_host("sapphire-rapids-2s", affinity=[30, 31, *range(40, 44)])
    chosen = lane_cores(host)
    assert (chosen.cpus, chosen.node) == ([40, 41, 42, 43], 1)


def test_a_cpuset_of_second_threads_uses_them():
    host = recorded_host("sapphire-rapids-2s", affinity=list(range(64, 68)))
    chosen = lane_cores(host)
    assert chosen.cpus == [64, 65, 66, 67]
    assert needs_second_threads(host, chosen.cpus)


def test_both_threads_of_a_core_count_once():
    host = recorded_host("sapphire-rapids-2s", affinity=[0, 64, 1, 65])
    assert lane_cores(host).cpus == [0, 1]


@pytest.mark.parametrize("version", [1, 2])
def test_a_cpuset_and_a_quota_cut(version):
    host = recorded_host("ice-lake", cpuset="0-7", quota=3.5, cgroup_version=version)
    chosen = lane_cores(host)
    assert chosen.cpus == [0, 1, 2]
    assert "quota of 3.5" in chosen.reason


def test_a_quota_of_half_a_cpu_still_leaves_one():
    host = recorded_host("ice-lake", quota=0.5)
    assert len(lane_cores(host).cpus) == 1


def test_a_quota_larger_than_the_cores_cuts_nothing():
    assert "quota" not in lane_cores(recorded_host("ice-lake", quota=40)).reason


def on(host, **changes):
    """The host with its CPUs of these numbers changed: `on(host, node={3: None})`."""
    cpus = [
        cpu.model_copy(
            update={name: by.get(cpu.cpu, getattr(cpu, name)) for name, by in changes.items()}
        )
        for cpu in host.topology.cpus
    ]
    return host.model_copy(update={"topology": host.topology.model_copy(update={"cpus": cpus})})


@pytest.mark.parametrize("affinity", [[], [24], [24, 300]])
def test_no_core_to_choose_is_an_error_with_cause_and_remedy(affinity):
    host = on(recorded_host("laptop", affinity=[0]))
    host.allowance.affinity = affinity
    with pytest.raises(BenchError) as caught:
        lane_cores(host)
    assert caught.value.code == Exit.CANNOT
    assert format_cpulist(affinity) in caught.value.cause
    assert caught.value.remedy


def test_affinity_is_believed_and_not_the_file_of_a_cpuset():
    host = recorded_host("laptop", affinity=[2, 3], cpuset="0")
    assert lane_cores(host).cpus == [2, 3]


def test_what_is_left_out_and_why():
    """Nodes of this host: 0-31,64-95 and 32-63,96-127."""
    host = recorded_host("sapphire-rapids-2s", affinity=[*range(8), 32, 64, 65], quota=6.0)
    host.topology.offline = Reading(value=[128, 129])
    chosen = lane_cores(host)
    assert chosen.cpus == [0, 1, 2, 3, 4, 5]
    assert chosen.left_out == [
        "CPUs 128-129: offline",
        "CPUs 8-31,33-63,66-127: outside this process's affinity",
        "CPU 32: on NUMA node 1",
        "CPUs 64-65: second threads of their cores",
        "CPUs 6-7: beyond the CPU quota of 6",
    ]


def test_performance_and_efficiency_cores_share_no_lane():
    """Even where there are more of the slow ones; both threads of a fast one count once."""
    host = recorded_host("laptop", efficiency="1-3,5-7")
    chosen = lane_cores(host)
    assert chosen.cpus == [0]
    assert "performance core" in chosen.reason
    assert "efficiency cores, which share no lane with others" in chosen.left_out[0]
    slow = recorded_host("laptop", efficiency="1-3,5-7", affinity=[1, 2, 3])
    assert lane_cores(slow).cpus == [1, 2, 3]
    asked = lane_cores(host, "0-3")
    assert asked.cpus == [0, 1, 2, 3]
    assert "performance and efficiency cores together" in asked.reason


def test_isolated_cpus_share_no_lane_with_others():
    host = recorded_host("laptop", isolated="2-3", affinity=[0, 1, 2, 3])
    chosen = lane_cores(host)
    assert chosen.cpus == [0, 1]
    assert chosen.left_out[-1].startswith("CPUs 2-3: isolated")
    alone = lane_cores(recorded_host("laptop", isolated="2-3", affinity=[2, 3]))
    assert alone.cpus == [2, 3]
    assert "isolated" in alone.reason


def test_a_node_without_memory_is_not_chosen_before_one_that_has_some():
    host = recorded_host("sapphire-rapids-2s", affinity=[*range(8), 32, 33], node_memory={0: 0})
    chosen = lane_cores(host)
    assert (chosen.cpus, chosen.node) == ([32, 33], 1)
    assert "CPUs 0-7: on NUMA node 0, which has no memory" in chosen.left_out
    only = lane_cores(recorded_host("sapphire-rapids-2s", affinity=[0, 1], node_memory={0: 0}))
    assert (only.cpus, only.node) == ([0, 1], 0)
    assert "no memory of its own" in only.reason


def test_where_nodes_are_not_told_a_lane_keeps_to_a_socket():
    """As in a sandbox without /sys on two sockets: numactl would take all memory from node 0."""
    host = recorded_host("sapphire-rapids-2s", sysfs=False)
    chosen = lane_cores(host)
    assert (chosen.cpus, chosen.node) == (list(range(32)), None)
    assert "on socket 0, whose NUMA node is not known" in chosen.reason
    assert chosen.left_out[0] == "CPUs 32-63,96-127: on socket 1"
    other = recorded_host("sapphire-rapids-2s", sysfs=False, affinity=[0, 40, 41])
    assert lane_cores(other).cpus == [40, 41]


def test_nodes_that_are_left_out_for_one_reason_are_told_together():
    """This host has cores on nodes 0 to 7."""
    host = recorded_host("sapphire-rapids-hbm", mems_allowed="0-2", node_memory={1: 0})
    said = lane_cores(host).left_out
    others = "is not among those that this process may have memory from (0-2)"
    assert [each.partition(": ")[2] for each in said] == [
        "on NUMA node 1, which has no memory",
        "on NUMA node 2",
        f"on NUMA nodes 3-7, each of which {others}",
        "second threads of their cores",
    ]


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        ({"mems_allowed": "1"}, "is not among those that this process may have memory from (1)"),
        (
            {"bindable": Reading(value=[1])},
            "gave no memory when the probe tried to bind some there",
        ),
    ],
)
def test_a_node_that_memory_may_not_be_bound_to_is_not_chosen(limits, why):
    affinity = [*range(8), 32, 33]
    chosen = lane_cores(recorded_host("sapphire-rapids-2s", affinity=affinity, **limits))
    assert (chosen.cpus, chosen.node) == ([32, 33], 1)
    assert f"CPUs 0-7: on NUMA node 0, which {why}" in chosen.left_out


def test_where_nothing_may_be_bound_the_most_cores_are_chosen():
    host = recorded_host(
        "sapphire-rapids-2s", affinity=[30, 31, 40], bindable=Reading(reason="EPERM")
    )
    assert lane_cores(host).cpus == [30, 31]


def test_a_cpu_in_no_node_leaves_the_others_their_nodes():
    host = on(recorded_host("sapphire-rapids-2s", affinity=[0, 1, 2, 32]), node={2: None})
    chosen = lane_cores(host)
    assert (chosen.cpus, chosen.node) == ([0, 1], 0)
    assert "CPU 2: in no NUMA node" in chosen.left_out
    host.allowance.affinity = [2]
    assert (lane_cores(host).cpus, lane_cores(host).node) == ([2], None)


@pytest.mark.parametrize(
    ("asked", "cpus", "node"),
    [
        ("0-3", [0, 1, 2, 3], 0),
        (" 3, 1 - 2", [1, 2, 3], 0),
        ("0,64", [0, 64], 0),
        ("40,41,40", [40, 41], 1),
        ("31-32", [31, 32], None),
    ],
)
def test_cores_by_name_are_taken_just_so(asked, cpus, node):
    chosen = lane_cores(recorded_host("sapphire-rapids-2s", quota=1.0), asked)
    assert (chosen.cpus, chosen.node) == (cpus, node)
    assert "asked for by --cores" in chosen.reason
    assert chosen.left_out[-1].endswith("not among those of --cores")


@pytest.mark.parametrize(
    "text",
    ["", " ", ",", "x", "0-", "-1", "3-1", "0,,1", "1.5", "0-x", "1e3", "0-9999999999", "٣", "all"],
)
def test_a_list_that_is_none_is_a_usage_error_that_repeats_it(text):
    with pytest.raises(BenchError) as caught:
        lane_cores(recorded_host("laptop"), text)
    assert caught.value.code == Exit.USAGE
    assert f"--cores {text!r}" in caught.value.cause


@pytest.mark.parametrize(
    ("cores", "node", "said"),
    [
        ("0-9", None, "--cores 0-9: not there, or offline: CPUs 8-9"),
        ("0,5", None, "--cores 0,5: outside its affinity: CPU 5"),
        ("999999", None, "offline: CPU 999999"),
        (None, 7, "--node 7: there is no such node"),
        ("0", 1, "--node 1: there is no such node"),
    ],
)
def test_cores_and_nodes_that_can_not_be_had(cores, node, said):
    with pytest.raises(BenchError, match=re.escape(said)) as caught:
        lane_cores(recorded_host("laptop", affinity=[0, 1, 2, 3]), cores, node)
    assert caught.value.code == Exit.CANNOT
    assert "--cores 0-3" in caught.value.remedy or "--node 0" in caught.value.remedy


def test_a_node_by_number():
    host = recorded_host("sapphire-rapids-2s")
    chosen = lane_cores(host, node=1)
    assert (chosen.cpus, chosen.node) == (list(range(32, 64)), 1)
    assert chosen.reason.endswith("on NUMA node 1, asked for by --node")
    assert "CPUs 0-31,64-95: on NUMA node 0" in chosen.left_out
    assert lane_cores(host, "33,40", 1).cpus == [33, 40]


def test_a_node_whose_cpus_others_have():
    host = recorded_host("sapphire-rapids-2s", affinity=[0, 1])
    with pytest.raises(BenchError, match="--node 1: this process may use no CPU of that node"):
        lane_cores(host, node=1)
    with pytest.raises(BenchError, match="--cores 0-1,33 and --node 1: not on that node: CPUs 0-1"):
        lane_cores(recorded_host("sapphire-rapids-2s"), "0-1,33", 1)
