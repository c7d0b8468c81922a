"""Which CPUs this process may use and a lane gets, and whether a quota stops it on them."""

from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.doctor.fixes import for_container, in_container
from bench.model.finding import Finding
from bench.plan.hazards import NO_QUOTA, quota_bites
from bench.text import format_cpulist

ABOUT = Topic(
    "CPUs and quota",
    "A cpuset gives a lane whole cores. A quota stops every thread for the rest of each tenth of "
    "a second once its share is used up, which no ratio cancels.",
)


def cpus(case: Case) -> Finding:
    """No quota that bites, and more than one core; a quota below one CPU interrupts every step."""
    host, lane = case.host, case.cores
    quota, mine = host.allowance.quota_cpus, host.allowance.affinity
    has = f"{len(mine)} of {host.topology.threads} CPUs allowed ({format_cpulist(mine)})"
    gets = f"a lane gets {len(lane.cpus)}{_left_out(case)}"
    if quota_bites(host, lane):
        value, fix = f"{has}, but a quota of {quota.value:g}; {gets}", _pin(case)
        return ABOUT.failure(value, fix) if (quota.value or 0) < 1 else ABOUT.warning(value, fix)
    known = quota.value is not None or (quota.reason or "").startswith(NO_QUOTA)
    quotas = ", no quota below that" if known else f"; quota: {quota.reason}"
    value = f"{has}{quotas}; {gets}"
    if len(lane.cpus) == 1 and host.topology.cores > 1:
        return ABOUT.warning(f"{value}: one core of {host.topology.cores}", _more_cpus(case))
    return ABOUT.ok(value) if known else ABOUT.unknown(value)


def _left_out(case: Case) -> str:
    """How many CPUs a lane leaves out, and why."""
    count = case.host.topology.threads - len(case.cores.cpus)
    if not count:
        return ""
    why = f" ({'; '.join(case.cores.left_out)})" if case.cores.left_out else ""
    return f" and leaves out {count}{why}"


def _more_cpus(case: Case) -> list[str]:
    every = format_cpulist(cpu.cpu for cpu in case.host.topology.cpus)
    if case.demand.options.cores is not None:
        return ["# without --cores, or with more of them", f"bench run --cores {every}"]
    if in_container(case.host):
        count = case.host.topology.threads
        pod = f'resources: {{requests: {{cpu: "{count}"}}, limits: {{cpu: "{count}"}}}}'
        return for_container(case.host, f'cpuset: "{every}"', f"--cpuset-cpus {every}", pod)
    return [
        "# this shell was given one CPU: ask for more where it was started",
        "# (srun --cpus-per-task, taskset), or take them where nothing forbids it",
        f"taskset -c {every} bench run",
    ]


def _pin(case: Case) -> list[str]:
    lane = format_cpulist(case.cores.cpus)
    if in_container(case.host):
        count = _threads(case)
        pod = f'resources: {{requests: {{cpu: "{count}"}}, limits: {{cpu: "{count}"}}}}'
        needs = "# whole CPUs are pinned where the node has cpuManagerPolicy: static"
        fix = for_container(case.host, f'cpuset: "{lane}"', f"--cpuset-cpus {lane}", pod)
        return [needs if pod in fix else "# in place of cpus: and --cpus", *fix]
    return [
        "# in a unit of its own, with CPUs of its own and no quota",
        f"sudo systemd-run --scope --uid=$(id -u) -p AllowedCPUs={lane} \\",
        "  bench run",
    ]


def _threads(case: Case) -> int:
    """How many CPUs the lane's cores are, which is what Kubernetes counts."""
    cpus = case.host.topology.cpus
    cores = {each.core for each in cpus if each.cpu in case.cores.cpus}
    return sum(each.core in cores for each in cpus)
