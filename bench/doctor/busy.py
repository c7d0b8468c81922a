"""Others on the lane's CPUs, in the last second."""

from bench.doctor.activity import Activity, Consumer
from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.doctor.fixes import on_host
from bench.model.finding import Finding
from bench.text import format_cpulist, percent

ABOUT = Topic(
    "load now",
    "A step ends when its slowest thread does: one CPU shared with somebody else slows all of a "
    "lane's down.",
)

NOTICED_CPU = 0.2
"""One CPU counts as taken if it was in use for this share of a second; an idle host's are not."""

NOTICED_MEAN = 0.05
"""All of a lane's CPUs together count as taken from here on."""

NAMED = 3
"""So many processes are named."""


def busy(case: Case) -> Finding:
    """Nobody there, or who."""
    if case.activity.value is None:
        return ABOUT.unknown(case.activity.reason)
    activity, lane = case.activity.value, case.cores.cpus
    if uncounted := activity.uncounted(lane, case.host.allowance.affinity):
        return ABOUT.unknown(uncounted)
    shares = {cpu: activity.busy(cpu) for cpu in lane}
    mean, most = sum(shares.values()) / len(lane), max(lane, key=lambda cpu: shares[cpu])
    value = f"{percent(mean)} of the lane's CPUs' time taken (CPU {most}: {percent(shares[most])})"
    if activity.load.value is not None:
        value += f", load average {activity.load.value:g}"
    if mean < NOTICED_MEAN and shares[most] < NOTICED_CPU:
        return ABOUT.ok(value)
    there = [one for one in activity.consumers if not one.cpus or one.cpus & set(lane)][:NAMED]
    named = ", ".join(f"{one.name} (process {one.pid}, {percent(one.share)})" for one in there)
    return ABOUT.warning(f"{value}; {named}" if named else value, _look(case, activity, there))


def _look(case: Case, activity: Activity, there: list[Consumer]) -> list[str]:
    if there:
        pids = ",".join(str(one.pid) for one in there)
        return [
            "# see what they are; stop them, or wait for their end",
            f"ps -o pid,user,%cpu,etime,args -p {pids}",
        ]
    # Those of other containers, and of the host, can't be seen from inside one.
    who = f"# see who is on CPUs {format_cpulist(case.cores.cpus)}; stop them, or wait"
    return on_host(case.host, who, "ps -eo psr,pid,%cpu,etime,args --sort=-%cpu | head -20")
