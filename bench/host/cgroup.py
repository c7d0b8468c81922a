"""What the process's cgroups leave it: CPUs, quota and memory, in version 1, 2 or both."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from bench.host.files import Files
from bench.host.hierarchy import Hierarchy, find
from bench.model.base import Reading

N = TypeVar("N", int, float)
T = TypeVar("T")

_NO_LIMIT = 2**60
"""Version 1 has no word for "no limit": it shows the largest number of pages, above this."""

_MEMORY = {
    2: ("memory.max", "memory.current", r"(?:in)?active_file|slab_reclaimable"),
    1: ("memory.limit_in_bytes", "memory.usage_in_bytes", r"total_(?:in)?active_file"),
}
"""Limit, use, and the lines of memory.stat that the kernel gives up before it refuses memory: file
pages and reclaimable slab (Linux: Documentation/admin-guide/cgroup-v2.rst)."""


@dataclass(frozen=True)
class Cgroup:
    """The tightest of the process's cgroup and every one above it that can be seen.

    `memory_headroom_bytes` is what is left of the memory limits, page cache not counted as used.
    """

    version: Reading[int]
    cpuset: Reading[list[int]]
    quota_cpus: Reading[float]
    memory_limit_bytes: Reading[int]
    memory_high_bytes: Reading[int]
    memory_headroom_bytes: Reading[int]


class _Unclear(ValueError):
    """A file that is there and does not tell."""


def read_cgroup(files: Files) -> Cgroup:
    """Read the controllers `cpu`, `cpuset` and `memory`, each where it is mounted."""
    cpu, memory = find(files, "cpu"), find(files, "memory")
    known = cpu or memory
    limits, no_limit = _memory_limits(files, memory)
    return Cgroup(
        version=Reading(value=known.version) if known else Reading(reason=_absent("cpu")),
        cpuset=_cpuset(files, find(files, "cpuset")),
        quota_cpus=_quota(files, cpu),
        memory_limit_bytes=_least([limit for limit, _ in limits], no_limit),
        memory_high_bytes=_memory_high(files, memory),
        memory_headroom_bytes=_least([max(0, lim - used) for lim, used in limits], no_limit),
    )


def _quota(files: Files, cpu: Hierarchy | None) -> Reading[float]:
    if cpu is None:
        return Reading(reason=_absent("cpu"))
    return _least(*_at_each(cpu, "quota", lambda folder: _quota_at(files, folder, cpu.version)))


def _at_each(
    hierarchy: Hierarchy, what: str, read: Callable[[str], T | None]
) -> tuple[list[T], str]:
    """What `read` finds in the levels' folders, None left out, and what to say if that is none."""
    values: list[T] = []
    unclear = None
    for folder in hierarchy.folders:
        try:
            value = read(folder)
        except _Unclear as error:
            unclear = str(error)
        else:
            values += [] if value is None else [value]
    return values, _none(what, hierarchy, unclear)


def _quota_at(files: Files, folder: str, version: int) -> float | None:
    """A level's quota; None if it has none."""
    if version == 2:
        path = f"{folder}/cpu.max"
        words = _words(files, path)
    else:
        path = f"{folder}/cpu.cfs_quota_us"
        words = _words(files, path)
        words += _words(files, f"{folder}/cpu.cfs_period_us") if words else []
    if not words or words[0] in ("max", "-1"):
        return None
    if len(words) != 2 or not all(_is_number(word) and int(word) for word in words):
        raise _Unclear(f"{path} says {' '.join(words)[:40]!r}")
    return int(words[0]) / int(words[1])


def _words(files: Files, path: str) -> list[str]:
    """A file's words; [] if this level has no such file. _Unclear if it is there and can't be read.

    A controller that is not switched on for a level has no files there.
    """
    if not files.exists(path):
        return []
    text = files.reading(path)
    if text.value is None:
        raise _Unclear(str(text.reason))
    return text.value.split()


def _cpuset(files: Files, cpuset: Hierarchy | None) -> Reading[list[int]]:
    if cpuset is None:
        return Reading(reason=_absent("cpuset"))
    if not cpuset.own:
        return Reading(reason=_none("cpuset", cpuset, None))
    names = {2: ["cpuset.cpus.effective"], 1: ["cpuset.effective_cpus", "cpuset.cpus"]}
    for folder in cpuset.folders:
        for name in names[cpuset.version]:
            if files.text(f"{folder}/{name}") is not None:
                return files.numbers(f"{folder}/{name}")
    return Reading(reason="no cpuset at any level")


def _memory_limits(files: Files, memory: Hierarchy | None) -> tuple[list[tuple[int, int]], str]:
    """Limit and bytes in use of every level that has a limit, and what to say if none has."""
    if memory is None:
        return [], _absent("memory")
    limit, usage, reclaimable = _MEMORY[memory.version]

    def limit_at(folder: str) -> tuple[int, int] | None:
        allowed = _bytes(files, f"{folder}/{limit}")
        if allowed is None:
            return None
        stat = files.text(f"{folder}/memory.stat") or ""
        spare = sum(map(int, re.findall(rf"^(?:{reclaimable}) (\d+)$", stat, re.MULTILINE)))
        used = files.integer(f"{folder}/{usage}") or 0
        return allowed, max(0, used - spare)

    return _at_each(memory, "memory limit", limit_at)


def _memory_high(files: Files, memory: Hierarchy | None) -> Reading[int]:
    if memory is None:
        return Reading(reason=_absent("memory"))
    if memory.version == 1:
        return Reading(reason="cgroup version 1 has no memory.high")
    return _least(
        *_at_each(memory, "memory.high", lambda folder: _bytes(files, f"{folder}/memory.high"))
    )


def _bytes(files: Files, path: str) -> int | None:
    """A level's limit; None if it has none."""
    words = _words(files, path)
    if not words or words == ["max"]:
        return None
    if len(words) != 1 or not _is_number(words[0]):
        raise _Unclear(f"{path} says {' '.join(words)[:40]!r}")
    return int(words[0]) if int(words[0]) < _NO_LIMIT else None


def _is_number(word: str) -> bool:
    """Whether it is one of the kernel's, which has 64 bits."""
    return word.isdecimal() and len(word) <= 20


def _least(values: list[N], otherwise: str) -> Reading[N]:
    return Reading(value=min(values)) if values else Reading(reason=otherwise)


def _none(what: str, hierarchy: Hierarchy, unclear: str | None) -> str:
    """Why there is no value: none is set, which only he can say who saw every level."""
    why = unclear or hierarchy.hidden
    if why is None:
        return f"no {what} set"
    if hierarchy.own and unclear is None:
        return f"no {what} at the levels that can be seen; {why}"
    return f"not known: {why}"


def _absent(controller: str) -> str:
    return f"no cgroup with the {controller} controller is mounted"
