"""What the kernel counts: CPU time, of CPUs and of processes, and throttling by a quota."""

import os
import re
import time
from dataclasses import dataclass

from bench.host.cgroup import Hierarchy
from bench.host.files import Files
from bench.model.base import Reading

JIFFIES = os.sysconf("SC_CLK_TCK")
"""In a second."""

# Columns of a CPU in /proc/stat, by proc(5). A guest's time is in user or nice already.
_BUSY = (0, 1, 2, 5, 6)  # user, nice, system, irq, softirq
_STOLEN = 7

# Columns of a process in /proc/PID/stat behind its name: utime, stime, cutime, cstime.
_CPU_TIMES = slice(11, 15)


@dataclass(frozen=True)
class Counters:
    """One moment's counters. They only mean something as the difference of two moments."""

    at: float
    """Seconds of the monotonic clock."""
    stolen: Reading[int]
    """Jiffies."""
    others: Reading[int]
    """Jiffies in which the CPUs were busy, less those of the session."""
    throttled_periods: Reading[int]
    throttled: Reading[int]
    """Nanoseconds."""


def read_counters(files: Files, cpus: list[int], session: int, quota: Hierarchy | None) -> Counters:
    """Read them all: of these CPUs, of the session with that id, of the cgroups of `quota`."""
    busy, stolen = _cpu_jiffies(files, cpus)
    periods, throttled = _throttling(files, quota)
    return Counters(
        at=time.monotonic(),
        stolen=stolen,
        others=difference(busy, _session_jiffies(files, session)),
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


def _cpu_jiffies(files: Files, cpus: list[int]) -> tuple[Reading[int], Reading[int]]:
    """Jiffies since the host's start in which the CPUs were busy, and that were stolen of them."""
    stat = files.reading("/proc/stat")
    rows = re.findall(r"^cpu(\d+) (.*)", stat.value or "", re.MULTILINE)
    counted = {int(cpu): [int(word) for word in words.split()] for cpu, words in rows}
    missing = next((cpu for cpu in cpus if cpu not in counted), None)
    if stat.value is None or missing is not None:
        unknown = Reading[int](reason=stat.reason or f"/proc/stat does not tell of CPU {missing}")
        return unknown, unknown
    own = [counted[cpu] for cpu in cpus]
    if not any(map(any, own)):
        # Some sandboxes show the file with zeros.
        unknown = Reading(reason="/proc/stat counts nothing here")
        return unknown, unknown
    busy = sum(row[column] for row in own for column in _BUSY)
    return Reading(value=busy), Reading(value=sum(row[_STOLEN] for row in own))


def _session_jiffies(files: Files, session: int) -> Reading[int]:
    """Jiffies of a session's processes, with their threads and the children they waited for.

    A process that ends passes its time on to its parent in the session, so the sum never shrinks.
    """
    pids = [int(name) for name in files.names("/proc") if name.isdigit()]
    # The kernel is asked first: reading every process's file would take far longer.
    stats = [files.text(f"/proc/{pid}/stat") for pid in pids if _session_of(pid) == session]
    # A command's name, in parentheses, may hold anything, parentheses too.
    columns = [stat.rpartition(")")[2].split() for stat in stats if stat is not None]
    if not columns:
        return Reading(reason=f"/proc shows no process of session {session}")
    return Reading(value=sum(int(word) for row in columns for word in row[_CPU_TIMES]))


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None  # it has ended, or a security module hides it: then it is none of ours


def _throttling(files: Files, quota: Hierarchy | None) -> tuple[Reading[int], Reading[int]]:
    """Periods that quotas cut short and nanoseconds it cost, of the cgroup and those above it."""
    if quota is None:
        unknown = Reading[int](reason="no cgroup with the cpu controller is mounted")
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
