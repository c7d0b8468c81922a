"""Turbo: whether the CPU's frequency may rise above its nominal value."""

from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.doctor.fixes import on_host
from bench.model.finding import Finding

ABOUT = Topic(
    "turbo",
    "Without turbo every figure is lower than on the same CPU elsewhere, and not by one factor: "
    "turbo has steps of its own for AVX-512 and for AMX.",
)

_CPUS = "/sys/devices/system/cpu"


def turbo(case: Case) -> Finding:
    """On, as the CPU is sold."""
    settings = case.host.settings
    if settings.turbo.value is None:
        return ABOUT.unknown(settings.turbo.reason)
    if settings.turbo.value:
        return ABOUT.ok("on")
    if (settings.frequency_driver.value or "").startswith("intel"):
        switch = f"echo 0 | sudo tee {_CPUS}/intel_pstate/no_turbo"
    else:
        switch = f"echo 1 | sudo tee {_CPUS}/cpufreq/boost"
    return ABOUT.warning("off", on_host(case.host, switch))
