"""The CPU's frequency: who chooses it, and whether it may rise above its nominal value."""

from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.doctor.fixes import on_host
from bench.model.finding import Finding

_CPUS = "/sys/devices/system/cpu"

GOVERNOR = Topic(
    "governor",
    "Any governor but performance lowers the frequency in pauses and raises it late: the first "
    "steps of each process are slower, and rounds differ.",
)
TURBO = Topic(
    "turbo",
    "Without turbo every figure is lower than on the same CPU elsewhere, and not by one factor: "
    "turbo has steps of its own for AVX-512 and for AMX.",
)


def governor(case: Case) -> Finding:
    """Every policy should say performance."""
    found = case.host.settings.governor
    if found.value is None:
        return GOVERNOR.unknown(found.reason)
    if found.value == "performance":
        return GOVERNOR.ok(found.value)
    fix = on_host(
        case.host,
        "echo performance | sudo tee \\",
        f"  {_CPUS}/cpufreq/policy*/scaling_governor",
    )
    return GOVERNOR.warning(found.value, fix)


def turbo(case: Case) -> Finding:
    """On, as the CPU is sold."""
    settings = case.host.settings
    if settings.turbo.value is None:
        return TURBO.unknown(settings.turbo.reason)
    if settings.turbo.value:
        return TURBO.ok("on")
    if (settings.frequency_driver.value or "").startswith("intel"):
        switch = f"echo 0 | sudo tee {_CPUS}/intel_pstate/no_turbo"
    else:
        switch = f"echo 1 | sudo tee {_CPUS}/cpufreq/boost"
    return TURBO.warning("off", on_host(case.host, switch))
