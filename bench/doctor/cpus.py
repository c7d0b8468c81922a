"""Which CPUs this process may use, and whether a quota stops it on them."""

from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.doctor.fixes import for_container, in_container
from bench.model.finding import Finding
from bench.plan.cores import allowed
from bench.text import format_cpulist

ABOUT = Topic(
    "CPUs and quota",
    "A cpuset gives a lane whole cores. A quota stops every thread for the rest of each tenth of "
    "a second once its share is used up, which no ratio cancels.",
)


def cpus(case: Case) -> Finding:
    """No quota below the allowed CPUs; one below a single CPU interrupts every step."""
    quota, mine = case.host.allowance.quota_cpus, allowed(case.host)
    has = f"{len(mine)} of {case.host.topology.threads} CPUs allowed ({format_cpulist(mine)})"
    if quota.value is None and "no quota" not in (quota.reason or ""):
        return ABOUT.unknown(f"{has}; quota: {quota.reason}")
    lane = f"a lane gets {len(case.cores.cpus)}"
    if quota.value is None or quota.value >= len(mine):
        return ABOUT.ok(f"{has}, no quota below that; {lane}")
    value = f"{has}, but a quota of {quota.value:g}; {lane}"
    fix = _pin(case)
    return ABOUT.failure(value, fix) if quota.value < 1 else ABOUT.warning(value, fix)


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
