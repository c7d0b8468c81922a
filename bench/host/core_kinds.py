"""Performance and efficiency cores, on hosts that have both."""

from bench.host.files import Files
from bench.model.host import CoreKind

_HYBRID: dict[str, CoreKind] = {
    "/sys/devices/cpu_core/cpus": "performance",
    "/sys/devices/cpu_atom/cpus": "efficiency",
    "/sys/devices/cpu_lowpower/cpus": "efficiency",
}
"""Intel's kinds, each with performance counters of its own (Linux: Documentation/ABI/testing/
sysfs-bus-event_source-devices and arch/x86/events/intel/core.c)."""

_AS_FAST = 0.8
"""Of the fastest core's capacity: favoured cores of one kind differ by some per cent."""


def core_kinds(files: Files, cpus: list[int]) -> dict[int, CoreKind]:
    """Each CPU's kind; {} on a host of one kind, or where nothing tells them apart."""
    listed = {
        cpu: kind for path, kind in _HYBRID.items() for cpu in files.numbers(path).value or []
    }
    kinds = {cpu: listed[cpu] for cpu in cpus if cpu in listed} or _by_capacity(files, cpus)
    return kinds if len(set(kinds.values())) > 1 else {}


def _by_capacity(files: Files, cpus: list[int]) -> dict[int, CoreKind]:
    """By what the scheduler holds them for, in parts of the fastest core's 1024."""
    capacities = {}
    for cpu in cpus:
        capacity = files.integer(f"/sys/devices/system/cpu/cpu{cpu}/cpu_capacity")
        if capacity is None:  # nor have the others one
            return {}
        capacities[cpu] = capacity
    bound = _AS_FAST * max(capacities.values(), default=0)
    return {
        cpu: "performance" if capacity >= bound else "efficiency"
        for cpu, capacity in capacities.items()
    }
