"""What this process may use of the host: affinity, cpuset, quota and memory."""

from bench.host.cgroup import read_cgroup
from bench.host.files import Files
from bench.host.live import Live
from bench.host.meminfo import allowed_nodes, meminfo_bytes
from bench.model.base import Reading
from bench.model.host import Allowance, Topology
from bench.text import format_cpulist


def read_allowance(files: Files, topology: Topology, live: Live) -> Allowance:
    """The cgroups' limits beside what the kernel answered about this process."""
    cgroup = read_cgroup(files)
    memory_nodes = allowed_nodes(files)
    return Allowance(
        affinity=sorted(live.affinity),
        cgroup_version=cgroup.version,
        cpuset=cgroup.cpuset,
        quota_cpus=cgroup.quota_cpus,
        memory_limit_bytes=cgroup.memory_limit_bytes,
        memory_high_bytes=cgroup.memory_high_bytes,
        memory_available_bytes=_available(files, cgroup.memory_headroom_bytes),
        memory_nodes=memory_nodes,
        bindable_nodes=_bindable(topology, memory_nodes, live),
        shm_bytes=live.shm_bytes,
        shm_available_bytes=live.shm_available_bytes,
    )


def _available(files: Files, headroom: Reading[int]) -> Reading[int]:
    host = meminfo_bytes(files, "MemAvailable")
    if host.value is None:
        return host if headroom.value is None else headroom
    return host if headroom.value is None else Reading(value=min(host.value, headroom.value))


def _bindable(topology: Topology, allowed: Reading[list[int]], live: Live) -> Reading[list[int]]:
    """Tried for the nodes that have memory, as far as this process may have it."""
    nodes = [each.node for each in topology.nodes if each.memory_bytes.value != 0]
    if allowed.value is not None:
        nodes = [node for node in nodes if node in allowed.value]
    if not nodes:
        allowed_here = "" if allowed.value is None else f" ({format_cpulist(allowed.value)})"
        return Reading(reason=f"no node with memory is among those allowed{allowed_here}")
    return live.bind_memory(nodes)
