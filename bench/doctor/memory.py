"""Memory for the lanes of the default profile, by the plan's own estimate."""

from bench.doctor.case import Case
from bench.doctor.demand import demand
from bench.doctor.finding import Topic
from bench.doctor.fixes import for_container, in_container, on_host
from bench.model.finding import Finding
from bench.plan.estimate import largest_batch
from bench.text import GIB, size

ABOUT = Topic(
    "memory",
    "A lane that does not fit is not started, and with a smaller batch the figures are of another "
    "workload, which nobody else's compare with.",
)

SMALLEST = "smoke"


def memory(case: Case) -> Finding:
    """Enough for the largest lane of the default profile, or at least for the smallest profile."""
    available = case.host.allowance.memory_available_bytes
    if available.value is None:
        return ABOUT.unknown(available.reason)
    wanted = case.demand
    value = (
        f"{size(available.value)} available; profile {wanted.profile} needs about "
        f"{size(wanted.memory_bytes)} for its largest lane, {size(wanted.together_bytes)} for all "
        "at once"
    )
    if available.value >= wanted.memory_bytes:
        return ABOUT.ok(value)
    smallest = demand(case.host, SMALLEST).memory_bytes
    if available.value < smallest:
        value = f"{value}, and profile {SMALLEST} about {size(smallest)}"
        return ABOUT.failure(value, _more(case, smallest))
    return ABOUT.warning(value, [*_more(case, wanted.memory_bytes), *_less(case, available.value)])


def _more(case: Case, needed: int) -> list[str]:
    """How to get `needed` bytes: a higher limit where one is in the way, else a larger host."""
    limit, gib = case.host.allowance.memory_limit_bytes.value, -(-needed // GIB) + 1
    if limit is None or limit >= gib * GIB:
        largest = "ps -eo pid,rss,args --sort=-rss | head"
        return on_host(case.host, "# end what takes memory, the largest first", largest)
    if in_container(case.host):
        pod = f"resources: {{limits: {{memory: {gib}Gi}}}}"
        return for_container(case.host, f"mem_limit: {gib}g", f"--memory {gib}g", pod)
    return [
        "# in a unit with a limit of its own",
        f"sudo systemd-run --scope --uid=$(id -u) -p MemoryMax={gib}G bench run",
    ]


def _less(case: Case, available: int) -> list[str]:
    """The largest batch that fits for every lane, or else the smallest profile."""
    lanes = case.demand.lanes
    batch = min(largest_batch(lane.setup, lane.workload, available) for lane in lanes)
    option = f"--batch-size {batch}" if batch else f"--profile {SMALLEST}"
    return ["# or: a smaller workload", f"bench run {option}"]
