"""NUMA balancing: whether the kernel moves memory between nodes by itself."""

from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.doctor.fixes import on_host
from bench.model.finding import Finding

ABOUT = Topic(
    "NUMA balancing",
    "The kernel unmaps pages to see who touches them, and moves them between nodes: page faults "
    "in the middle of timed steps.",
)


def numa_balancing(case: Case) -> Finding:
    """Off, or without effect."""
    switch, nodes = case.host.settings.numa_balancing, len(case.host.topology.nodes)
    if nodes == 1:
        return ABOUT.ok("one NUMA node, nothing to move")
    if switch.value is None:
        return ABOUT.unknown(switch.reason)
    if not switch.value:
        return ABOUT.ok("off")
    fix = on_host(case.host, "sudo sysctl kernel.numa_balancing=0")
    return ABOUT.warning(f"on, over {nodes} nodes", fix)
