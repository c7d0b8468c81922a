"""NUMA nodes as sources of memory: which may be bound to, and how much there is for a lane."""

from dataclasses import dataclass

from bench.model.host import Host, NumaNode
from bench.model.setup import Placement
from bench.text import GIB, format_cpulist


@dataclass(frozen=True)
class MemoryBound:
    """The most that a lane's processes may have together, in bytes, and what sets it.

    `of_nodes`: a NUMA node does, or several.
    """

    available: int | None
    where: str
    of_nodes: bool = False

    def __str__(self) -> str:
        """`60.0 GiB available on NUMA node 3`."""
        if self.available is None:
            return f"memory that is not known: {self.where}"
        return f"{self.available / GIB:.1f} GiB available {self.where}"


def may_bind(host: Host, node: int) -> bool:
    """Whether memory may be bound to that node, as far as is known: it has some, and is let."""
    allowance = host.allowance
    let = (allowance.memory_nodes.value, allowance.bindable_nodes.value)
    return memory_bytes(host, node) != 0 and all(nodes is None or node in nodes for nodes in let)


def why_not_bound(host: Host, node: int) -> str:
    """What keeps memory from being bound to that node, as what the node does."""
    let = host.allowance.memory_nodes.value
    if memory_bytes(host, node) == 0:
        return "has no memory"
    if let is not None and node not in let:
        return f"is not among those that this process may have memory from ({format_cpulist(let)})"
    return "gave no memory when the probe tried to bind some there"


def memory_bytes(host: Host, node: int) -> int | None:
    """How much memory the node has; 0 for one with processors only, None if it is not known."""
    return next((n.memory_bytes.value for n in host.topology.nodes if n.node == node), None)


def memory_bound(host: Host, placement: Placement) -> MemoryBound:
    """The least of what the host, its control groups and the nodes of that placement leave.

    On a host of one node the host's own count rules: a virtual machine's node may show less.
    """
    available = host.allowance.memory_available_bytes
    where = _of_host(host) if available.value is not None else f"{available.reason}"
    nodes = _sources(host, placement)
    left = _left(nodes)
    if not nodes or left is None or (available.value is not None and available.value <= left):
        return MemoryBound(available.value, where)
    plural = "s" if len(nodes) > 1 else ""
    where = f"on NUMA node{plural} {format_cpulist(node.node for node in nodes)}"
    return MemoryBound(left, where, of_nodes=True)


def _sources(host: Host, placement: Placement) -> list[NumaNode]:
    """The nodes that its memory comes from; [] for all of the host."""
    every, let = host.topology.nodes, host.allowance.memory_nodes.value
    if len(every) < 2:
        return []
    if placement.task_manager == "numactl":
        return [node for node in every if node.node == placement.node]
    some = [node for node in every if let is not None and node.node in let]
    return some if len(some) < len(every) else []


def _left(nodes: list[NumaNode]) -> int | None:
    """What is left on those nodes; of one of which that is not known, no more than it has."""
    total = 0
    for node in nodes:
        left = node.memory_available_bytes.value
        left = node.memory_bytes.value if left is None else left
        if left is None:
            return None
        total += left
    return total


def _of_host(host: Host) -> str:
    """What sets the least of host and control groups: the limit, where the host has more left."""
    limit, total = host.allowance.memory_limit_bytes.value, host.topology.memory_bytes.value
    left = _left(host.topology.nodes)
    if limit is None or (total is not None and limit >= total):
        return "on this host"
    if left is not None and left <= (host.allowance.memory_available_bytes.value or 0):
        return "on this host"
    return f"under the memory limit of {limit / GIB:.1f} GiB"
