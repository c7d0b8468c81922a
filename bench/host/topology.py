"""Sockets, cores, threads and NUMA nodes of the whole host, from sysfs or `/proc/cpuinfo`."""

import re
from collections.abc import Hashable

from bench.host.caches import read_caches
from bench.host.cpu import Block
from bench.host.files import Files, parsed
from bench.host.meminfo import meminfo_bytes
from bench.model.host import LogicalCpu, NumaNode, Topology
from bench.text import parse_cpulist

_CPUS = "/sys/devices/system/cpu"
_NODES = "/sys/devices/system/node"


def read_topology(files: Files, blocks: list[Block], affinity: list[int]) -> Topology:
    """Online CPUs and where they are; cores are numbered by their first CPU, as `lscpu` does."""
    by_cpu = {int(b["processor"]): b for b in blocks if b["processor"].isdigit()}
    # What this process may run on is online, so its affinity is the last resort.
    online = _online(files) or sorted(by_cpu) or sorted(affinity)
    nodes = _nodes(files, online)
    node_of = {cpu: node.node for node in nodes for cpu in node.cpus}
    numbers: dict[Hashable, int] = {}
    cpus = [
        LogicalCpu(
            cpu=cpu,
            core=numbers.setdefault(_core(files, cpu, by_cpu.get(cpu, {})), len(numbers)),
            socket=_socket(files, cpu, by_cpu.get(cpu, {})),
            node=node_of[cpu],
        )
        for cpu in online
    ]
    return Topology(
        sockets=len({c.socket for c in cpus}),
        cores=len(numbers),
        threads=len(cpus),
        cpus=cpus,
        nodes=nodes,
        caches=read_caches(files, online),
        memory_bytes=meminfo_bytes(files, "MemTotal"),
    )


def _online(files: Files) -> list[int]:
    return parsed(files.reading(f"{_CPUS}/online"), parse_cpulist).value or []


def _core(files: Files, cpu: int, block: Block) -> Hashable:
    # A core is its set of threads: core_id repeats from one socket, or die, to the next.
    for name in ("core_cpus_list", "thread_siblings_list"):
        threads = files.text(f"{_CPUS}/cpu{cpu}/topology/{name}")
        if threads is not None:
            return threads
    if "core id" in block:
        return block.get("physical id"), block["core id"]
    return cpu


def _socket(files: Files, cpu: int, block: Block) -> int:
    number = files.integer(f"{_CPUS}/cpu{cpu}/topology/physical_package_id")
    if number is None and block.get("physical id", "").isdigit():
        number = int(block["physical id"])
    # The kernel says -1 where it does not know, on some virtual and ARM machines.
    return max(0, number or 0)


def _nodes(files: Files, online: list[int]) -> list[NumaNode]:
    nodes = [
        NumaNode(
            node=number,
            cpus=cpus,
            memory_bytes=meminfo_bytes(files, "MemTotal", f"{folder}/meminfo"),
        )
        for number, folder in _node_folders(files)
        for cpus in [_cpus_of_node(files, folder, online)]
    ]
    if {cpu for node in nodes for cpu in node.cpus} == set(online) and nodes:
        return nodes
    # No NUMA in this kernel, or its folder is masked: the host is one node.
    return [NumaNode(node=0, cpus=online, memory_bytes=meminfo_bytes(files, "MemTotal"))]


def _node_folders(files: Files) -> list[tuple[int, str]]:
    names = (name for name in files.names(_NODES) if re.fullmatch(r"node\d+", name))
    return sorted((int(name.removeprefix("node")), f"{_NODES}/{name}") for name in names)


def _cpus_of_node(files: Files, folder: str, online: list[int]) -> list[int]:
    cpus = parsed(files.reading(f"{folder}/cpulist"), parse_cpulist).value or []
    return [cpu for cpu in cpus if cpu in set(online)]
