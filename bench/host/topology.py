"""Sockets, cores, threads and NUMA nodes of the whole host, from sysfs or `/proc/cpuinfo`."""

import re

from bench.host.caches import read_caches
from bench.host.core_kinds import core_kinds
from bench.host.cores import core_numbers, socket_of
from bench.host.cpu import Block
from bench.host.files import Files
from bench.host.isolated import isolated_cpus
from bench.host.meminfo import HOST, allowed_nodes, meminfo_bytes, node_available
from bench.model.base import Reading
from bench.model.host import LogicalCpu, NumaNode, Topology

_CPUS = "/sys/devices/system/cpu"
_NODES = "/sys/devices/system/node"


def read_topology(files: Files, blocks: list[Block], affinity: list[int]) -> Topology:
    """Online CPUs and where they are; cores are numbered by their first CPU, as `lscpu` does."""
    by_cpu = {int(b["processor"]): b for b in blocks if b["processor"].isdecimal()}
    online = _online(files, by_cpu, affinity)
    nodes = _nodes(files, online)
    node_of = {cpu: node.node for node in nodes for cpu in node.cpus}
    cores = core_numbers(files, online, by_cpu)
    kinds = core_kinds(files, online)
    cpus = [
        LogicalCpu(
            cpu=cpu,
            core=cores[cpu],
            socket=socket_of(files, cpu, by_cpu.get(cpu, {})),
            node=node_of.get(cpu),
            kind=kinds.get(cpu),
        )
        for cpu in online
    ]
    return Topology(
        sockets=len({c.socket for c in cpus}),
        cores=len(set(cores.values())),
        threads=len(cpus),
        cpus=cpus,
        nodes=nodes,
        caches=read_caches(files, online),
        memory_bytes=meminfo_bytes(files, "MemTotal"),
        isolated=isolated_cpus(files),
        offline=_offline(files, online),
    )


def _online(files: Files, by_cpu: dict[int, Block], affinity: list[int]) -> list[int]:
    """The file's, or cpuinfo's, and this process's: what it may run on is online."""
    listed = files.numbers(f"{_CPUS}/online").value or list(by_cpu)
    return sorted({*listed, *affinity})


def _offline(files: Files, online: list[int]) -> Reading[list[int]]:
    listed = files.numbers(f"{_CPUS}/offline")
    if listed.value is None:
        return listed
    # The file may list what the firmware left room for: only what is there can be made online.
    present = files.numbers(f"{_CPUS}/present").value
    there = set(listed.value if present is None else present)
    return Reading(value=sorted(set(listed.value) & there - set(online)))


def _nodes(files: Files, online: list[int]) -> list[NumaNode]:
    folders = _node_folders(files)
    cpus = {number: files.numbers(f"{folder}/cpulist").value for number, folder in folders}
    allowed = allowed_nodes(files).value or []
    if not folders and len(allowed) > 1:
        # Masked, and nothing else tells which CPUs are on which node.
        return [_node(files, number, [], f"{_NODES}/node{number}/meminfo") for number in allowed]
    if len(folders) < 2:
        # No NUMA in this kernel, or its folder is masked: the host is one node.
        ((number, listed),) = cpus.items() or [(allowed[0] if allowed else 0, None)]
        mine = online if listed is None else [cpu for cpu in online if cpu in listed]
        return [_node(files, number, mine, HOST)]
    return [
        _node(files, number, [c for c in online if c in (cpus[number] or [])], f"{folder}/meminfo")
        for number, folder in folders
    ]


def _node(files: Files, number: int, cpus: list[int], meminfo: str) -> NumaNode:
    """A node whose memory is told by `meminfo`: of the only node, by the host's, which is whole."""
    available = (
        meminfo_bytes(files, "MemAvailable") if meminfo == HOST else node_available(files, meminfo)
    )
    return NumaNode(
        node=number,
        cpus=cpus,
        memory_bytes=meminfo_bytes(files, "MemTotal", meminfo),
        memory_available_bytes=available,
    )


def _node_folders(files: Files) -> list[tuple[int, str]]:
    names = (name for name in files.names(_NODES) if re.fullmatch(r"node\d+", name))
    return sorted((int(name.removeprefix("node")), f"{_NODES}/{name}") for name in names)
