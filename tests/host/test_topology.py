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
    assert found.caches == []


def test_where_nodes_are_masked_the_host_is_one_only_if_its_memory_is(tmp_path):
    """By the nodes that the process may have memory of: which CPUs are on them, nothing tells."""
    found = topology(host_tree("sapphire-rapids-2s", tmp_path, sysfs=False))
    assert [(node.node, node.cpus) for node in found.nodes] == [(0, []), (1, [])]
    assert {cpu.node for cpu in found.cpus} == {None}
    one = host_tree("sapphire-rapids-2s", tmp_path / "one", sysfs=False, mems_allowed="1")
    (node,) = topology(one).nodes
    assert (node.node, len(node.cpus)) == (1, 128)
    assert node.memory_bytes.value == 2 * NODE_BYTES


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


GIB = 2**30


@pytest.mark.parametrize(
    ("listed", "affinity", "online"),
    [
        ("0", [24], [0, 24]),
        ("nonsense", [5], [0, 1, 2, 3, 4, 5, 6, 7]),
        ("", [2, 3], [0, 1, 2, 3, 4, 5, 6, 7]),
        ("0-3", [2, 9], [0, 1, 2, 3, 9]),
    ],
)
def test_a_cpu_that_this_process_may_run_on_is_online(listed, affinity, online, tmp_path):
    root = host_tree("laptop", tmp_path, online=listed, isolated="7")
    write(root, "sys/devices/system/cpu/online", listed)
    assert [c.cpu for c in topology(root, affinity).cpus] == online


def test_a_cpu_in_no_node_has_none_and_moves_no_other(tmp_path):
    root = host_tree("sapphire-rapids-2s", tmp_path, node_cpus={1: "32-62,96-127"})
    found = topology(root)
    node_of = {c.cpu: c.node for c in found.cpus}
    assert (node_of[31], node_of[62], node_of[63], node_of[64]) == (0, 1, None, 0)
    assert [len(node.cpus) for node in found.nodes] == [64, 63]


def test_the_only_node_need_not_hold_every_cpu(tmp_path):
    root = host_tree("laptop", tmp_path, node_cpus={0: "0-6"})
    assert {c.cpu: c.node for c in topology(root, [7]).cpus}[7] is None


def test_of_two_nodes_the_host_is_not_one_though_neither_tells_its_cpus(tmp_path):
    root = host_tree("ice-lake", tmp_path, node_cpus={0: "x", 1: "x"})
    assert {c.node for c in topology(root).cpus} == {None}


def test_each_nodes_memory_and_what_it_can_give(tmp_path):
    root = host_tree(
        "ice-lake", tmp_path, node_memory={0: 0, 1: 64 * GIB}, node_free={0: 0, 1: 2 * GIB}
    )
    lines = ["Active(file): 1048576", "Inactive(file): 1048576", "SReclaimable: 1024"]
    path = root / "sys/devices/system/node/node1/meminfo"
    path.write_text(
        "Node 1 MemTotal: 67108864 kB\nNode 1 MemFree: 2097152 kB\n"
        "Node 1 Active: 9 kB\nNode 1 Active(anon): 9 kB\nNode 1 KReclaimable: 9 kB\n"
        + "".join(f"Node 1 {line} kB\n" for line in lines)
    )
    empty, full = topology(root).nodes
    assert (empty.memory_bytes.value, empty.memory_available_bytes.value) == (0, 0)
    assert full.memory_bytes.value == 64 * GIB
    assert full.memory_available_bytes.value == 4 * GIB + MIB


def test_of_the_only_node_the_hosts_meminfo_rules(tmp_path):
    root = host_tree("laptop", tmp_path, node_memory={0: NODE_BYTES // 2})
    (node,) = topology(root).nodes
    assert node.memory_bytes.value == NODE_BYTES
    assert node.memory_available_bytes.value == NODE_BYTES // 1024 * 9 // 10 * 1024


def test_a_node_that_does_not_tell_what_is_free(tmp_path):
    root = host_tree("ice-lake", tmp_path, node_free={0: 1})
    write(root, "sys/devices/system/node/node1/meminfo", "Node 1 MemTotal: 1024 kB")
    assert topology(root).nodes[1].memory_available_bytes.reason == (
        "/sys/devices/system/node/node1/meminfo: no line 'MemFree'"
    )


def test_intels_kinds_of_cores(tmp_path):
    root = host_tree("laptop", tmp_path, efficiency="2-3,6-7")
    kinds = [c.kind for c in topology(root).cpus]
    assert kinds == ["performance", "performance", "efficiency", "efficiency"] * 2


def test_cores_of_one_kind_have_none(tmp_path):
    root = host_tree("laptop", tmp_path, efficiency="0-7")
    assert {c.kind for c in topology(root).cpus} == {None}


@pytest.mark.parametrize(
    ("capacities", "efficiency"),
    [
        ([1024, 1010, 1024, 980], []),
        ([1024, 1024, 446, 446], [2, 3]),
        ([1024, 870, 280, 280], [2, 3]),
    ],
)
def test_kinds_by_capacity(capacities, efficiency, tmp_path):
    write(tmp_path, "sys/devices/system/cpu/online", "0-3")
    for cpu, capacity in enumerate(capacities):
        write(tmp_path, f"sys/devices/system/cpu/cpu{cpu}/cpu_capacity", capacity)
    kinds = {c.cpu: c.kind for c in topology(tmp_path).cpus}
    assert [cpu for cpu, kind in kinds.items() if kind == "efficiency"] == efficiency
    assert (None in kinds.values()) == (efficiency == [])


def test_isolated_and_offline_cpus(tmp_path):
    root = host_tree("laptop", tmp_path, online="0-5", isolated="4-5")
    write(root, "sys/devices/system/cpu/offline", "6-15")
    write(root, "sys/devices/system/cpu/present", "0-7")
    found = topology(root)
    assert (found.isolated.value, found.offline.value) == ([4, 5], [6, 7])
    assert topology(host_tree("laptop", tmp_path / "none")).isolated.value == []


@pytest.mark.parametrize(
    ("partition", "isolated"), [("isolated", [2, 3]), ("isolated invalid (x)", []), ("root", [])]
)
def test_an_isolated_partition_is_not_balanced(partition, isolated, tmp_path):
    root = host_tree("laptop", tmp_path, cpuset="2-3")
    own = "sys/fs/cgroup/bench.slice/run"
    write(root, f"{own}/cpuset.cpus.partition", partition)
    assert topology(root).isolated.value == isolated
    write(root, "sys/fs/cgroup/cpuset.cpus.isolated", "6")
    assert topology(root).isolated.value == sorted({*isolated, 6})


@pytest.mark.parametrize(("above", "isolated"), [("0", [2, 3]), ("1", [])])
def test_a_cpuset_of_version_1_that_no_level_balances(above, isolated, tmp_path):
    root = host_tree("laptop", tmp_path, cpuset="2-3", cgroup_version=1)
    for folder, balanced in (("bench.slice/run", "0"), ("bench.slice", "0"), (".", above)):
        write(root, f"sys/fs/cgroup/cpuset/{folder}/cpuset.sched_load_balance", balanced)
    assert topology(root).isolated.value == isolated


def cpuinfo(root, lines, places):
    blocks = ("\n".join(f"{n}: {v}" for n, v in zip(lines, each, strict=True)) for each in places)
    write(root, "proc/cpuinfo", "\n\n".join(blocks))


def test_core_ids_that_repeat_in_each_die_are_told_apart_by_their_line(tmp_path):
    lines = ("processor", "physical id", "die id", "core id")
    cpuinfo(tmp_path, lines, [(0, 0, 0, 0), (1, 0, 1, 0), (2, 0, 0, 0), (3, 0, 1, 0)])
    assert [c.core for c in topology(tmp_path).cpus] == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("siblings", "apic_ids", "cores"),
    [
        (8, [0, 2, 16, 18, 1, 3, 17, 19], [0, 1, 2, 3, 0, 1, 2, 3]),
        (4, [0, 1, 8, 9], [0, 1, 2, 3]),
    ],
)
def test_core_ids_that_repeat_in_each_die_are_told_apart_by_apic_ids(
    siblings, apic_ids, cores, tmp_path
):
    """Cpuinfo has no line for the die: two dies of two cores each, with and without SMT."""
    lines = ("processor", "physical id", "siblings", "core id", "cpu cores", "apicid")
    places = [
        (cpu, 0, siblings, (0, 1, 0, 1)[cpu % 4], 4, apic) for cpu, apic in enumerate(apic_ids)
    ]
    cpuinfo(tmp_path, lines, places)
    assert [c.core for c in topology(tmp_path).cpus] == cores


def test_without_lists_of_threads_sysfs_dies_count_too(tmp_path):
    write(tmp_path, "sys/devices/system/cpu/online", "0-3")
    for cpu, (die, core) in enumerate([(0, 0), (0, 1), (1, 0), (1, 1)]):
        folder = f"sys/devices/system/cpu/cpu{cpu}/topology"
        for name, number in (("physical_package_id", 0), ("die_id", die), ("core_id", core)):
            write(tmp_path, f"{folder}/{name}", number)
    assert topology(tmp_path).cores == 4


def test_a_list_of_threads_without_the_cpu_itself_is_not_believed(tmp_path):
    write(tmp_path, "sys/devices/system/cpu/online", "0-1")
    for cpu in (0, 1):
        write(tmp_path, f"sys/devices/system/cpu/cpu{cpu}/topology/core_cpus_list", "0")
    assert topology(tmp_path).cores == 2
