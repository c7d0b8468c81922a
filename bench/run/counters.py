"""What the kernel counts: CPU time, of CPUs and of processes, and throttling by a quota."""

import os
import re
import time
from dataclasses import dataclass

import psutil

from bench.host.files import Files
from bench.host.hierarchy import Hierarchy
from bench.host.proc_stat import cpu_times
from bench.model.base import Reading

JIFFIES = os.sysconf("SC_CLK_TCK")
"""In a second."""


@dataclass(frozen=True)
class Counters:
    """One moment's counters. They only mean something as the difference of two moments."""

    at: float
    """Seconds of the monotonic clock."""
    stolen: Reading[int]
    """Jiffies."""
    others: Reading[int]
    """Jiffies in which the CPUs were busy, less those of the session."""
    others_on_package: Reading[int]
    """The same of all CPUs of the packages that they are on."""
    throttled_periods: Reading[int]
    throttled: Reading[int]
    """Nanoseconds."""


def read_counters(
    files: Files, cpus: list[int], package: list[int], session: int, quota: Hierarchy | None
) -> Counters:
    """Read them all: of these CPUs, of the session with that id, of the cgroups of `quota`.

    `package` are the CPUs of the packages that they are on; [] if nobody wants to know of them.
    """
    stat = files.reading("/proc/stat")
    busy, stolen = _cpu_jiffies(stat, cpus)
    busy_package = _cpu_jiffies(stat, package)[0] if package else Reading[int](reason="not asked")
    periods, throttled = _throttling(files, quota)
    own = _session_jiffies(session)
    return Counters(
        at=time.monotonic(),
        stolen=stolen,
        others=difference(busy, own),
        others_on_package=difference(busy_package, own),
        throttled_periods=periods,
        throttled=throttled,
    )


def difference(minuend: Reading[int], subtrahend: Reading[int]) -> Reading[int]:
    """Their difference; if one is unknown, that one."""
    if minuend.value is None:
        return minuend
    if subtrahend.value is None:
        return subtrahend
    return Reading(value=minuend.value - subtrahend.value)


def _cpu_jiffies(stat: Reading[str], cpus: list[int]) -> tuple[Reading[int], Reading[int]]:
    """Jiffies since the host's start in which the CPUs were busy, and that were stolen of them."""
    try:
        times = cpu_times(stat.value or "")
    except ValueError:
        times = {}
    missing = next((cpu for cpu in cpus if cpu not in times), None)
    if missing is not None:
        unknown = Reading[int](reason=stat.reason or f"/proc/stat does not tell of CPU {missing}")
        return unknown, unknown
    own = [times[cpu] for cpu in cpus]
    if not any(each.total for each in own):
        # Some sandboxes show the file with zeros.
        unknown = Reading(reason="/proc/stat counts nothing here")
        return unknown, unknown
    busy, stolen = sum(each.busy for each in own), sum(each.steal for each in own)
    return Reading(value=busy), Reading(value=stolen)


def _session_jiffies(session: int) -> Reading[int]:
    """Jiffies of a session's processes, with their threads and the children they waited for.

    A process that ends passes its time on to its parent in the session, so the sum never shrinks.
    """
    # The kernel is asked first: reading every process's file would take far longer.
    pids = [pid for pid in psutil.pids() if _session_of(pid) == session]
    seconds = [sum(times) for pid in pids if (times := _cpu_seconds(pid)) is not None]
    if not seconds:
        return Reading(reason=f"no process of session {session} can be seen")
    return Reading(value=round(sum(seconds) * JIFFIES))


def _cpu_seconds(pid: int) -> tuple[float, float, float, float] | None:
    """Of the process and of its former children, each in user mode and in the kernel."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return None  # it has ended meanwhile
    return times.user, times.system, times.children_user, times.children_system


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None  # it has ended, or a security module hides it: then it is none of ours


def _throttling(files: Files, quota: Hierarchy | None) -> tuple[Reading[int], Reading[int]]:
    """Periods that quotas cut short and nanoseconds it cost, of the cgroup and those above it."""
    if quota is None or not quota.own:
        none = "no cgroup with the cpu controller is mounted"
        unknown = Reading[int](reason=none if quota is None else quota.hidden)
        return unknown, unknown
    name, unit = {1: ("throttled_time", 1), 2: ("throttled_usec", 1000)}[quota.version]
    texts = [files.text(f"{folder}/cpu.stat") or "" for folder in quota.folders]
    levels = [dict(re.findall(r"^(\w+) (\d+)$", text, re.MULTILINE)) for text in texts]
    # Version 2 has the file without these lines where the controller is not enabled.
    levels = [level for level in levels if {"nr_throttled", name} <= level.keys()]
    if not levels:
        unknown = Reading(reason=f"{quota.folders[0]}/cpu.stat does not count throttling")
        return unknown, unknown
    periods = sum(int(level["nr_throttled"]) for level in levels)
    return Reading(value=periods), Reading(value=sum(int(level[name]) * unit for level in levels))
