"""The frequency governor: who chooses the CPU's frequency."""

from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.doctor.fixes import on_host
from bench.model.finding import Finding

ABOUT = Topic(
    "governor",
    "Any governor but performance lowers the frequency in pauses and raises it late: the first "
    "steps of each process are slower, and rounds differ.",
)


def governor(case: Case) -> Finding:
    """Every policy should say performance."""
    chosen = case.host.settings.governor
    if chosen.value is None:
        return ABOUT.unknown(chosen.reason)
    if chosen.value == "performance":
        return ABOUT.ok(chosen.value)
    fix = on_host(
        case.host,
        "echo performance | sudo tee \\",
        "  /sys/devices/system/cpu/cpufreq/policy*/scaling_governor",
    )
    return ABOUT.warning(chosen.value, fix)
