"""SMT: a lane has one thread of each core; what runs on the other shares the core's units."""

from bench.doctor.busy import NOTICED_CPU
from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.doctor.fixes import on_host
from bench.model.finding import Finding
from bench.text import format_cpulist, percent

ABOUT = Topic(
    "SMT",
    "A lane has one thread of each core. The other costs nothing while it is idle; a busy one has "
    "its part of the core's AVX-512 and AMX units and of its caches.",
)


def smt(case: Case) -> Finding:
    """On is as good as off, as long as nobody uses the second threads."""
    siblings = _siblings(case)
    if not siblings:
        known = case.host.settings.smt.value is not None
        return ABOUT.ok("off" if known else "each core here shows one thread")
    if case.activity.value is None:
        return ABOUT.unknown(f"on; whether second threads are idle: {case.activity.reason}")
    activity = case.activity.value
    if uncounted := activity.uncounted(siblings, case.host.allowance.affinity):
        return ABOUT.unknown(f"on; whether second threads are idle: {uncounted}")
    share = {cpu: activity.busy(cpu) for cpu in siblings}
    busy = [cpu for cpu in siblings if share[cpu] >= NOTICED_CPU]
    if not busy:
        return ABOUT.ok("on; the second threads of the lane's cores are idle")
    fix = on_host(case.host, "echo off | sudo tee /sys/devices/system/cpu/smt/control")
    return ABOUT.warning(
        f"on, and others have {len(busy)} of the lane's {len(siblings)} second threads: "
        f"CPUs {format_cpulist(busy)}, the busiest for {percent(max(share.values()))} of the time",
        fix,
    )


def _siblings(case: Case) -> list[int]:
    """The CPUs that share a core with one of the lane's, whether this process may use them or not.

    By the topology: a virtual machine may know of siblings and not of the switch.
    """
    cpus = case.host.topology.cpus
    cores = {each.core for each in cpus if each.cpu in case.cores.cpus}
    return [each.cpu for each in cpus if each.core in cores and each.cpu not in case.cores.cpus]
