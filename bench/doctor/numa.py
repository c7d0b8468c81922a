"""Memory on NUMA nodes: whether the kernel moves it about, and whether a lane may bind its own."""

from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.doctor.fixes import install, on_host, permit
from bench.model.finding import Finding

BALANCING = Topic(
    "NUMA balancing",
    "The kernel unmaps pages to see who touches them, and moves them between nodes: page faults "
    "in the middle of timed steps.",
)
POLICY = Topic(
    "memory policy",
    "Unbound memory can come from another node, at a fraction of the bandwidth, and differently "
    "in each process.",
)


def numa_balancing(case: Case) -> Finding:
    """Off, or without effect."""
    found, nodes = case.host.settings.numa_balancing, len(case.host.topology.nodes)
    if nodes == 1:
        return BALANCING.ok("one NUMA node, nothing to move")
    if found.value is None:
        return BALANCING.unknown(found.reason)
    if not found.value:
        return BALANCING.ok("off")
    fix = on_host(case.host, "sudo sysctl kernel.numa_balancing=0")
    return BALANCING.warning(f"on, over {nodes} nodes", fix)


def memory_policy(case: Case) -> Finding:
    """A lane's memory is bound by numactl, where there is one and the kernel lets it."""
    host, nodes = case.host, len(case.host.topology.nodes)
    allowed = host.limits.memory_policy
    if nodes == 1:
        return POLICY.ok("one NUMA node, nothing to bind")
    if allowed.value is None:
        return POLICY.unknown(allowed.reason)
    if not allowed.value:
        return POLICY.warning(
            f"not permitted: set_mempolicy is refused, {nodes} nodes", _permit(case)
        )
    if host.tools.numactl.value is None:
        return POLICY.warning(
            "permitted, but there is no numactl", install(host, "numactl", "numactl")
        )
    return POLICY.ok(f"permitted: a lane's memory is bound to node {case.cores.node}")


def _permit(case: Case) -> list[str]:
    return permit(
        case.host,
        "cap_add: [SYS_NICE]",
        "--cap-add SYS_NICE",
        "securityContext: {capabilities: {add: [SYS_NICE]}}",
    )
