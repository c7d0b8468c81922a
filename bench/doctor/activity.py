"""Who has the CPUs now: about one second of `/proc/stat` and of every process's own times."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from bench.host.files import Files, parsed
from bench.host.proc_stat import CpuTimes, cpu_times
from bench.model.base import Reading
from bench.text import cpus_words

SECONDS = 1.0

NOTICED = 0.05
"""A process is named if it took this share of one CPU."""


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

    now: dict[int, CpuTimes]
    since_boot: dict[int, CpuTimes]
    load: Reading[float]
    consumers: list[Consumer]

    def busy(self, cpu: int) -> float:
        """Share of the second that this CPU was in use by others. KeyError if it is not counted."""
        return self.now[cpu].busy / self.now[cpu].total

    def uncounted(self, cpus: list[int], mine: list[int]) -> str | None:
        """Which CPUs nothing is known of, in words; None if these are counted.

        `mine` are all that this process may use: LXC's file counts a container's CPUs from 0 on,
        whatever their numbers, so where one is missing no line is known to be its CPU's.
        """
        missing = [cpu for cpu in sorted({*cpus, *mine}) if cpu not in self.now]
        if not missing:
            return None
        return f"/proc/stat does not count {cpus_words(missing)}"


def watch(files: Files, sleep: Callable[[float], None] = time.sleep) -> Reading[Activity]:
    """Look twice, about a second apart. `sleep` is for tests, which let something happen in it.

    The CPUs' times are read from `files`, the processes' are this machine's.
    """
    first, before, begun = _counters(files), _processes(), time.monotonic()
    sleep(SECONDS)
    second, after, elapsed = _counters(files), _processes(), time.monotonic() - begun
    if first.value is None or second.value is None:
        return Reading(reason=first.reason or second.reason)
    earlier = first.value
    spent = {cpu: t.since(earlier[cpu]) for cpu, t in second.value.items() if cpu in earlier}
    now = {cpu: times for cpu, times in spent.items() if times.total > 0}
    if not now:
        return Reading(reason="/proc/stat: its counters stand still")
    load = parsed(files.reading("/proc/loadavg"), lambda text: float(text.split()[0]))
    taken = {each: seconds - before.get(each, 0.0) for each, seconds in after.items()}
    return Reading(value=Activity(now, second.value, load, _consumers(taken, elapsed)))


def _counters(files: Files) -> Reading[dict[int, CpuTimes]]:
    return parsed(files.reading("/proc/stat"), cpu_times)


def _processes() -> dict[psutil.Process, float]:
    """CPU seconds of every process that can be seen. One that got another's number is another."""
    seen = {each: each.info["cpu_times"] for each in psutil.process_iter(["cpu_times"])}
    return {each: times.user + times.system for each, times in seen.items() if times is not None}


def _consumers(taken: dict[psutil.Process, float], elapsed: float) -> list[Consumer]:
    """Who took a noticeable part of the time, but for this process, most active first."""
    consumers = []
    for process, seconds in sorted(taken.items(), key=lambda each: -each[1]):
        if seconds >= NOTICED * elapsed and process.pid != os.getpid():
            try:
                allowed = frozenset(process.cpu_affinity() or ())
                consumers.append(Consumer(process.pid, process.name(), seconds / elapsed, allowed))
            except psutil.Error:
                continue  # it has ended
    return consumers
