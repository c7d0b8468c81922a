"""Which CPUs a lane gets on recorded hosts: bare, pinned, in a cpuset, under a quota."""

import pytest

from bench.plan.cores import lane_cores, needs_second_threads
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
