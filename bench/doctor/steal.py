"""Steal: time that the hypervisor gave to other guests while this one wanted to run."""

from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.host.proc_stat import CpuTimes
from bench.model.finding import Finding
from bench.text import percent

ABOUT = Topic(
    "steal",
    "Stolen time is in the steps, and comes and goes with other people's load: rounds differ, and "
    "so will a repetition.",
)

NOTICED = 0.01
"""Share of the time wanted; below it steps' own scatter is larger."""

KNOWN_TICKS = 1000
"""Time wanted since boot, ten seconds, below which a share of it says nothing."""


def steal(case: Case) -> Finding:
    """Of the last second, and since boot: an idle guest wants no time, so none can be stolen now.

    Shares are of the time wanted, in use and stolen; of the last second, of the second.
    """
    if case.activity.value is None:
        return ABOUT.unknown(case.activity.reason)
    activity, lane = case.activity.value, case.cores.cpus
    if uncounted := activity.uncounted(lane, case.host.allowance.affinity):
        return ABOUT.unknown(uncounted)
    now, boot = ([times[cpu] for cpu in lane] for times in (activity.now, activity.since_boot))
    last = sum(t.steal for t in now) / sum(t.total for t in now)
    before = _of_wanted(boot)
    value = f"{percent(last)} of the last second"
    if before is not None:
        value += f", {percent(before)} of the time wanted since boot"
    if max(last, before or 0.0) < NOTICED:
        return ABOUT.ok(value)
    fix = [
        "# measure on a dedicated or bare-metal host, or at another hour;",
        "# column st tells how it goes, while a run is under way",
        "vmstat 5",
    ]
    return ABOUT.warning(value, fix)


def _of_wanted(times: list[CpuTimes]) -> float | None:
    stolen = sum(t.steal for t in times)
    wanted = stolen + sum(t.busy for t in times)
    return stolen / wanted if wanted >= KNOWN_TICKS else None
