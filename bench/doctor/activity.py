"""Who has the CPUs now: about one second of `/proc/stat` and of every process's own times."""

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.host.files import Files, parsed
from bench.model.base import Reading
from bench.text import parse_cpulist

SECONDS = 1.0

NOTICED = 0.05
"""A process is named if it took this share of one CPU."""


@dataclass(frozen=True)
class Times:
    """One CPU's clock ticks since boot: in use by anybody, stolen by the hypervisor, and all."""

    busy: int
    steal: int
    total: int

    def since(self, earlier: "Times") -> "Times":
        """What was added since an earlier look."""
        return Times(
            self.busy - earlier.busy, self.steal - earlier.steal, self.total - earlier.total
        )


@dataclass(frozen=True)
class Consumer:
    """A process that took a noticeable `share` of one CPU, and the CPUs it may run on."""

    pid: int
    name: str
    share: float
    cpus: frozenset[int]


@dataclass(frozen=True)
class Activity:
    """What went on while we slept, by CPU, and since boot. `consumers` come most active first.

    In a container the CPUs' times are the whole host's, the processes only the container's.
    """

    now: dict[int, Times]
    since_boot: dict[int, Times]
    load: Reading[float]
    consumers: list[Consumer]

    def busy(self, cpu: int) -> float:
        """Share of the second that this CPU was in use by others; 0 if nothing is known of it."""
        times = self.now.get(cpu)
        return times.busy / times.total if times else 0.0


def watch(files: Files, sleep: Callable[[float], None] = time.sleep) -> Reading[Activity]:
    """Look twice, about a second apart. `sleep` is for tests, which let something happen in it."""
    first, before = parsed(files.reading("/proc/stat"), _cpu_times), _process_ticks(files)
    sleep(SECONDS)
    second, after = parsed(files.reading("/proc/stat"), _cpu_times), _process_ticks(files)
    if first.value is None or second.value is None:
        return Reading(reason=first.reason or second.reason)
    earlier = first.value
    spent = {cpu: t.since(earlier[cpu]) for cpu, t in second.value.items() if cpu in earlier}
    now = {cpu: times for cpu, times in spent.items() if times.total > 0}
    if not now:
        return Reading(reason="/proc/stat: its counters stand still")
    ticks = max(times.total for times in now.values())
    shares = {pid: (t - before.get(pid, (0, ""))[0]) / ticks for pid, (t, _) in after.items()}
    noticed = sorted((pid for pid in shares if shares[pid] >= NOTICED), key=lambda p: -shares[p])
    consumers = [
        Consumer(pid, after[pid][1], shares[pid], _allowed(files, pid))
        for pid in noticed
        if pid != os.getpid()
    ]
    load = parsed(files.reading("/proc/loadavg"), lambda text: float(text.split()[0]))
    return Reading(value=Activity(now, second.value, load, consumers))


def _cpu_times(text: str) -> dict[int, Times]:
    """Each CPU's line. The first eight columns: guests' time is in the first two already."""
    found = {}
    for number, columns in re.findall(r"^cpu(\d+) ([\d ]+)$", text, re.MULTILINE):
        user, nice, system, idle, iowait, irq, softirq, steal = map(int, columns.split()[:8])
        busy = user + nice + system + irq + softirq
        found[int(number)] = Times(busy, steal, busy + idle + iowait + steal)
    if not found:
        raise ValueError(text)
    return found


def _process_ticks(files: Files) -> dict[int, tuple[int, str]]:
    """Ticks in user and kernel mode, and the name, of every process that can be seen."""
    found = {}
    for pid in files.names("/proc"):
        stat = files.text(f"/proc/{pid}/stat") if pid.isdigit() else None
        # A name may hold spaces and brackets; proc(5): fields 14 and 15 are the ticks.
        fields = (stat or "").rpartition(")")[2].split()
        if stat and len(fields) > 12:
            name = stat.partition("(")[2].rpartition(")")[0]
            found[int(pid)] = int(fields[11]) + int(fields[12]), name
    return found


def _allowed(files: Files, pid: int) -> frozenset[int]:
    status = files.text(f"/proc/{pid}/status") or ""
    line = re.search(r"^Cpus_allowed_list:\s*(\S+)$", status, re.MULTILINE)
    return frozenset(parse_cpulist(line[1])) if line else frozenset()
