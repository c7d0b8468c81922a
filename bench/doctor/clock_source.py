"""The kernel's clock source, which every timed step is read from."""

from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.doctor.fixes import on_host
from bench.model.finding import Finding

ABOUT = Topic(
    "clock source",
    "Steps are timed with it. The slow ones are read through a system call of microseconds, and "
    "the kernel takes them when it found the CPU's counter unstable.",
)

_CLOCKS = "/sys/devices/system/clocksource/clocksource0"

FAST = {"tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter"}
"""Those that a process reads without a system call."""


def clock_source(case: Case) -> Finding:
    """The CPU's own counter, or a hypervisor's page on top of it."""
    current = case.files.reading(f"{_CLOCKS}/current_clocksource")
    if current.value is None:
        return ABOUT.unknown(current.reason)
    if current.value in FAST:
        return ABOUT.ok(current.value)
    available = (case.files.text(f"{_CLOCKS}/available_clocksource") or "").split()
    better = next((name for name in available if name in FAST), None)
    if better is None:
        value = f"{current.value}; the kernel offers no better one"
        why = ["# why not", "sudo dmesg | grep -iE 'tsc|clocksource'"]
        return ABOUT.warning(value, on_host(case.host, *why))
    switch = [f"echo {better} | sudo tee \\", f"  {_CLOCKS}/current_clocksource"]
    return ABOUT.warning(current.value, on_host(case.host, *switch))
