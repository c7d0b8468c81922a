import shutil

import pytest

from bench.host.cpu import read_cpuinfo
from bench.host.files import Files
from bench.host.topology import read_topology
from bench.model.host import Cache
from tests.recorded_hosts import NODE_BYTES, host_tree, own_tree, write

KIB, MIB = 2**10, 2**20


def topology(root, affinity=()):
    files = Files(root)
    return read_topology(files, read_cpuinfo(files), list(affinity))


@pytest.mark.parametrize(
    ("name", "sockets", "cores", "threads", "nodes"),
    [
        ("sapphire-rapids-2s", 2, 64, 128, 2),
        ("sapphire-rapids-hbm", 2, 112, 224, 16),
        ("granite-rapids", 2, 192, 192, 6),
        ("granite-rapids-6515p", 2, 32, 64, 2),
        ("emerald-rapids-vm-no-amx", 1, 2, 4, 1),
        ("ice-lake", 2, 64, 128, 2),
        ("cascade-lake", 2, 56, 112, 2),
        ("amd-genoa", 2, 192, 384, 2),
        ("amd-genoa-vm", 1, 2, 2, 1),
        ("sapphire-rapids-vm-no-amx", 2, 88, 176, 4),
        ("laptop", 1, 4, 8, 1),
    ],
)
def test_counts_are_those_of_lscpu(name, sockets, cores, threads, nodes, tmp_path):
    found = topology(host_tree(name, tmp_path))
    assert (found.sockets, found.cores, found.threads) == (sockets, cores, threads)
    assert len(found.nodes) == nodes
    assert found.memory_bytes.value == nodes * NODE_BYTES


def test_core_numbers_are_unique_over_the_host(tmp_path):
    found = topology(host_tree("sapphire-rapids-2s", tmp_path))
    by_cpu = {c.cpu: c for c in found.cpus}
    assert by_cpu[0].core == by_cpu[64].core == 0
    assert by_cpu[32].core == by_cpu[96].core == 32
    assert (by_cpu[31].socket, by_cpu[32].socket) == (0, 1)
    assert (by_cpu[31].node, by_cpu[32].node) == (0, 1)


def test_cpus_interleaved_between_sockets(tmp_path):
    found = topology(host_tree("granite-rapids-6515p", tmp_path))
    assert [c.socket for c in found.cpus[:4]] == [0, 1, 0, 1]
    assert found.nodes[1].cpus == list(range(1, 64, 2))


def test_a_node_of_memory_alone_has_no_cpus(tmp_path):
    found = topology(host_tree("sapphire-rapids-hbm", tmp_path))
    assert found.nodes[8].cpus == []
    assert found.nodes[8].memory_bytes.value == NODE_BYTES


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("sapphire-rapids-2s", [(48 * KIB, 64), (32 * KIB, 64), (2 * MIB, 64), (60 * MIB, 2)]),
        ("cascade-lake", [(32 * KIB, 56), (32 * KIB, 56), (MIB, 56), (39424 * KIB, 2)]),
        ("amd-genoa", [(32 * KIB, 192), (32 * KIB, 192), (MIB, 192), (32 * MIB, 24)]),
    ],
)
def test_caches_are_sizes_of_one_instance(name, sizes, tmp_path):
    kinds = [(1, "Data"), (1, "Instruction"), (2, "Unified"), (3, "Unified")]
    assert topology(host_tree(name, tmp_path)).caches == [
        Cache(level=level, kind=kind, size_bytes=size, instances=count)
        for (level, kind), (size, count) in zip(kinds, sizes, strict=True)
    ]


def test_a_cache_without_a_size_is_left_out(tmp_path):
    root = own_tree("laptop", tmp_path)
    for index in root.glob("sys/devices/system/cpu/cpu*/cache/index3/size"):
        index.unlink(missing_ok=True)
    assert [cache.level for cache in topology(root).caches] == [1, 1, 2]


def test_offline_cpus_are_left_out(tmp_path):
    root = own_tree("laptop", tmp_path)
    write(root, "sys/devices/system/cpu/online", "0-2,4-7")
    shutil.rmtree(root / "sys/devices/system/cpu/cpu3/topology")
    write(root, "sys/devices/system/cpu/cpu7/topology/core_cpus_list", "7")
    found = topology(root)
    assert [c.cpu for c in found.cpus] == [0, 1, 2, 4, 5, 6, 7]
    assert (found.cores, found.threads) == (4, 7)
    assert found.nodes[0].cpus == [0, 1, 2, 4, 5, 6, 7]


def test_masked_sysfs_falls_back_to_cpuinfo(tmp_path):
    found = topology(host_tree("sapphire-rapids-2s", tmp_path, sysfs=False))
    assert (found.sockets, found.cores, found.threads) == (2, 64, 128)
    assert found.cpus[32].socket == 1
    assert [node.node for node in found.nodes] == [0]
    assert found.nodes[0].memory_bytes.value == 2 * NODE_BYTES
    assert found.caches == []


def test_core_ids_that_repeat_in_each_socket_are_told_apart(tmp_path):
    lines = "processor: {}\nphysical id: {}\ncore id: {}"
    places = [(0, 0, 0), (1, 0, 1), (2, 1, 0), (3, 1, 1), (4, 0, 0)]
    write(tmp_path, "proc/cpuinfo", "\n\n".join(lines.format(*place) for place in places))
    assert [c.core for c in topology(tmp_path).cpus] == [0, 1, 2, 3, 0]


def test_a_package_the_kernel_does_not_know_is_the_first(tmp_path):
    root = own_tree("laptop", tmp_path)
    for cpu in range(8):
        write(root, f"sys/devices/system/cpu/cpu{cpu}/topology/physical_package_id", -1)
    assert topology(root).sockets == 1
    assert {c.socket for c in topology(root).cpus} == {0}


def test_with_no_file_the_affinity_is_what_is_known(tmp_path):
    found = topology(tmp_path, affinity=[2, 3])
    assert [(c.cpu, c.core, c.node) for c in found.cpus] == [(2, 0, 0), (3, 1, 0)]
    assert found.memory_bytes.reason == "/proc/meminfo: No such file or directory"
