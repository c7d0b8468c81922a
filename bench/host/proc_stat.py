"""What each CPU did since boot, from `/proc/stat`."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class CpuTimes:
    """One CPU's clock ticks: in use by anybody, stolen by the hypervisor, and all."""

    busy: int
    steal: int
    total: int

    def since(self, earlier: "CpuTimes") -> "CpuTimes":
        """What was added since an earlier look."""
        return CpuTimes(
            self.busy - earlier.busy, self.steal - earlier.steal, self.total - earlier.total
        )


def cpu_times(text: str) -> dict[int, CpuTimes]:
    """Each CPU's times since boot by its number, from the file's text.

    Raises ValueError where no CPU is counted. By proc(5) a guest's time is in user or nice already.
    """
    times = {}
    for number, columns in re.findall(r"^cpu(\d+) +([\d ]+)$", text, re.MULTILINE):
        user, nice, system, idle, iowait, irq, softirq, steal = map(int, columns.split()[:8])
        busy = user + nice + system + irq + softirq
        times[int(number)] = CpuTimes(busy, steal, busy + idle + iowait + steal)
    if not times:
        raise ValueError("it counts no CPU")
    return times
