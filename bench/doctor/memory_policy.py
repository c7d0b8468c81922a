"""The memory policy: whether a lane may bind its memory to its own NUMA node."""

from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.doctor.fixes import as_docker_run, in_container, install, permit
from bench.model.finding import Finding
from bench.plan.nodes import may_bind, memory_bytes, why_not_bound

ABOUT = Topic(
    "memory policy",
    "Unbound memory can come from another node, at a fraction of the bandwidth, and differently "
    "in each process.",
)


def memory_policy(case: Case) -> Finding:
    """A lane's memory is bound by numactl, where there is one and the kernel lets it."""
    host, node = case.host, case.cores.node
    nodes, bindable = len(host.topology.nodes), host.allowance.bindable_nodes
    if nodes == 1:
        return ABOUT.ok("one NUMA node, nothing to bind")
    if node is None:
        return ABOUT.unknown(
            "the lane's CPUs are not known to be on one NUMA node, so its memory is not bound"
        )
    if memory_bytes(host, node) == 0:
        return ABOUT.ok(f"node {node} has no memory of its own, so a lane's memory is not bound")
    if bindable.value is None and "EPERM" in (bindable.reason or ""):
        refused = f"not permitted: {bindable.reason}, {nodes} nodes"
        return ABOUT.warning(refused, _permit(case))
    if bindable.value is None:
        return ABOUT.unknown(bindable.reason)
    if not may_bind(host, node):
        return ABOUT.warning(f"node {node} {why_not_bound(host, node)}", _allow(case, node))
    if host.tools.numactl.value is None:
        fix = install(host, "numactl", "numactl")
        return ABOUT.warning("permitted, but there is no numactl", fix)
    return ABOUT.ok(f"permitted: a lane's memory is bound to node {node}")


def _allow(case: Case, node: int) -> list[str]:
    """How this process gets memory of the node that its CPUs are on."""
    if case.host.settings.container.value == "kubernetes":
        policy = "# in the node's kubelet configuration, and CPUs in whole numbers in the pod's"
        return [policy, "memoryManagerPolicy: Static", "topologyManagerPolicy: single-numa-node"]
    if in_container(case.host):
        return as_docker_run(case.host, f"--cpuset-mems {node}")
    return [
        "# in a unit that may have memory of that node",
        f"sudo systemd-run --scope --uid=$(id -u) -p AllowedMemoryNodes={node} \\",
        "  bench run",
    ]


def _permit(case: Case) -> list[str]:
    return permit(
        case.host,
        "cap_add: [SYS_NICE]",
        "--cap-add SYS_NICE",
        "securityContext: {capabilities: {add: [SYS_NICE]}}",
    )
