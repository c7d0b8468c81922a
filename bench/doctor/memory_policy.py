"""The memory policy: whether a lane may bind its memory to its own NUMA node."""

from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.doctor.fixes import install, permit
from bench.model.finding import Finding

ABOUT = Topic(
    "memory policy",
    "Unbound memory can come from another node, at a fraction of the bandwidth, and differently "
    "in each process.",
)


def memory_policy(case: Case) -> Finding:
    """A lane's memory is bound by numactl, where there is one and the kernel lets it."""
    host, nodes = case.host, len(case.host.topology.nodes)
    allowed = host.allowance.memory_policy
    if nodes == 1:
        return ABOUT.ok("one NUMA node, nothing to bind")
    if allowed.value is None:
        return ABOUT.unknown(allowed.reason)
    if not allowed.value:
        refused = f"not permitted: set_mempolicy is refused, {nodes} nodes"
        return ABOUT.warning(refused, _permit(case))
    if host.tools.numactl.value is None:
        fix = install(host, "numactl", "numactl")
        return ABOUT.warning("permitted, but there is no numactl", fix)
    return ABOUT.ok(f"permitted: a lane's memory is bound to node {case.cores.node}")


def _permit(case: Case) -> list[str]:
    return permit(
        case.host,
        "cap_add: [SYS_NICE]",
        "--cap-add SYS_NICE",
        "securityContext: {capabilities: {add: [SYS_NICE]}}",
    )
