"""Memory for the lanes of a run, by the plan's own estimate and bound."""

from dataclasses import replace

from bench.doctor.case import Case
from bench.doctor.demand import demand
from bench.doctor.finding import Topic
from bench.doctor.fixes import for_container, in_container, on_host
from bench.model.finding import Finding
from bench.plan.estimate import largest_batch
from bench.plan.lanes import lanes_on
from bench.text import GIB, size

ABOUT = Topic(
    "memory",
    "A lane that does not fit is not started, and with a smaller batch the figures are of another "
    "workload, which nobody else's compare with.",
)

SMALLEST = "smoke"


def memory(case: Case) -> Finding:
    """Enough for the largest lane of what would be run, or at least for the smallest profile."""
    wanted, available = case.demand, case.demand.bound.available
    if available is None:
        return ABOUT.unknown(wanted.bound.where)
    batch = wanted.lanes[0].setup.batch_size
    value = (
        f"{size(available)} available {wanted.bound.where}; profile {wanted.profile} with batch "
        f"{batch} needs about {size(wanted.memory_bytes)} for its largest lane, "
        f"{size(wanted.together_bytes)} for all at once"
    )
    if available >= wanted.memory_bytes:
        return _below_high(case, value)
    least = replace(wanted.options, profile=SMALLEST, batch_size=None, image_size=None)
    smallest = demand(case.host, least).memory_bytes
    if available < smallest:
        value = f"{value}, and profile {SMALLEST} about {size(smallest)}"
        return ABOUT.failure(value, _more(case, smallest))
    fixes = [*_more(case, wanted.memory_bytes), *_less(case, available)]
    if any(lane.intention == "planned" for lane in lanes_on(case.host, wanted.options).lanes):
        return ABOUT.warning(value, fixes)
    return ABOUT.failure(f"{value}: none of its lanes fits", fixes)


def _below_high(case: Case, value: str) -> Finding:
    """Enough, unless the kernel slows the process down before it has as much."""
    high, needed = case.host.allowance.memory_high_bytes.value, case.demand.memory_bytes
    if high is None or high >= needed:
        return ABOUT.ok(value)
    return ABOUT.warning(
        f"{value}; above {size(high)} (memory.high) the kernel slows it down",
        [*_raise(case, needed, "MemoryHigh"), *_less(case, high)],
    )


def _more(case: Case, needed: int) -> list[str]:
    """How to get `needed` bytes: a higher limit where one is in the way, else a larger host."""
    limit, node = case.host.allowance.memory_limit_bytes.value, case.cores.node
    if case.demand.bound.of_nodes:
        here = f"/sys/devices/system/node/node{node}/meminfo"
        ended = "# end what has memory on that node, or choose another: --node"
        return on_host(case.host, ended, f"grep -E 'Free|FilePages|AnonPages' {here}")
    if limit is None or limit >= needed + GIB:
        largest = "ps -eo pid,rss,args --sort=-rss | head"
        return on_host(case.host, "# end what takes memory, the largest first", largest)
    return _raise(case, needed, "MemoryMax")


def _raise(case: Case, needed: int, setting: str) -> list[str]:
    gib = -(-needed // GIB) + 1
    if in_container(case.host):
        pod = f"resources: {{limits: {{memory: {gib}Gi}}}}"
        return for_container(case.host, f"mem_limit: {gib}g", f"--memory {gib}g", pod)
    return [
        "# in a unit with a limit of its own",
        f"sudo systemd-run --scope --uid=$(id -u) -p {setting}={gib}G bench run",
    ]


def _less(case: Case, available: int) -> list[str]:
    """The largest batch that fits for every lane, or else the smallest profile."""
    lanes = case.demand.lanes
    batch = min(largest_batch(lane.setup, lane.workload, available) for lane in lanes)
    option = f"--batch-size {batch}" if batch else f"--profile {SMALLEST}"
    return ["# or: a smaller workload", f"bench run {option}"]
