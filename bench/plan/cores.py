"""Which CPUs a lane gets: one thread a physical core, on one NUMA node, within what is allowed."""

from dataclasses import dataclass

from bench.model.host import Host, LogicalCpu


@dataclass(frozen=True)
class LaneCores:
    """The CPUs of every lane of a run, by the kernel's numbers, and how they were chosen."""

    cpus: list[int]
    node: int
    reason: str


def lane_cores(host: Host) -> LaneCores:
    """Choose: allowed by affinity and cpuset, one thread a core, the node with most, the quota."""
    mine = allowed(host)
    firsts = _first_threads([c for c in host.topology.cpus if c.cpu in mine])
    nodes = sorted({c.node for c in firsts})
    by_node = {node: [c.cpu for c in firsts if c.node == node] for node in nodes}
    node = max(nodes, key=lambda n: (len(by_node[n]), -n))
    cpus = by_node[node]
    reason = f"one thread of each core that is allowed here on NUMA node {node}"
    if len(nodes) > 1:
        reason += f" (of {len(nodes)} with allowed cores)"
    quota = host.allowance.quota_cpus.value
    if quota is not None and quota < len(cpus):
        cpus = cpus[: max(1, int(quota))]
        reason += f", cut to the CPU quota of {quota:g}"
    return LaneCores(cpus, node, reason)


def needs_second_threads(host: Host, cpus: list[int]) -> bool:
    """True if one of `cpus` is not its core's first thread on the host: ipexrun leaves it out."""
    firsts = {c.cpu for c in _first_threads(host.topology.cpus)}
    return not set(cpus) <= firsts


def allowed(host: Host) -> set[int]:
    """The CPUs that affinity and cpuset leave this process."""
    affinity = set(host.allowance.affinity)
    cpuset = host.allowance.cpuset.value
    return affinity & set(cpuset) if cpuset is not None else affinity


def _first_threads(cpus: list[LogicalCpu]) -> list[LogicalCpu]:
    firsts: dict[int, LogicalCpu] = {}
    for cpu in sorted(cpus, key=lambda c: c.cpu):
        firsts.setdefault(cpu.core, cpu)
    return sorted(firsts.values(), key=lambda c: c.cpu)
