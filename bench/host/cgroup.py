"""What the process's cgroups leave it: CPUs, quota and memory, in version 1, 2 or both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeVar

from bench.host.files import Files, parsed
from bench.model.base import Reading
from bench.text import parse_cpulist

N = TypeVar("N", int, float)

_NO_LIMIT = 2**60
"""Version 1 has no word for "no limit": it shows the largest number of pages, above this."""


@dataclass(frozen=True)
class Cgroup:
    """The tightest of the process's cgroup and every one above it that can be seen.

    `memory_headroom_bytes` is what is left of the memory limits.
    """

    version: Reading[int]
    cpuset: Reading[list[int]]
    quota_cpus: Reading[float]
    memory_limit_bytes: Reading[int]
    memory_headroom_bytes: Reading[int]


@dataclass(frozen=True)
class Mount:
    """One cgroup file system: `root` is the cgroup that appears at the folder `point`."""

    root: PurePosixPath
    point: PurePosixPath
    version: int
    controllers: frozenset[str]


@dataclass(frozen=True)
class Hierarchy:
    """One controller's cgroups: the process's own folder first, then those above it."""

    version: int
    folders: list[str]


def read_cgroup(files: Files) -> Cgroup:
    """Read the controllers `cpu`, `cpuset` and `memory`, each where it is mounted."""
    cpu, memory = find(files, "cpu"), find(files, "memory")
    known = cpu or memory
    limits = _memory_limits(files, memory) if memory else []
    no_limit = "no memory limit set" if memory else _absent("memory")
    return Cgroup(
        version=Reading(value=known.version) if known else Reading(reason=_absent("cpu")),
        cpuset=_cpuset(files, find(files, "cpuset")),
        quota_cpus=_quota(files, cpu),
        memory_limit_bytes=_least([limit for limit, _ in limits], no_limit),
        memory_headroom_bytes=_least([max(0, lim - used) for lim, used in limits], no_limit),
    )


def find(files: Files, controller: str) -> Hierarchy | None:
    """Where a controller's cgroups of this process are; None if they are not mounted."""
    mounts = list(_mounts(files))
    for version, path in _memberships(files, controller):
        fitting = [m for m in mounts if m.version == version and controller in m.controllers]
        # A container can hold several mounts: the one that shows the process's own cgroup is it.
        fitting.sort(key=lambda mount: not path.is_relative_to(mount.root))
        if fitting:
            return Hierarchy(version, _folders(fitting[0], path))
    return None


def _memberships(files: Files, controller: str) -> list[tuple[int, PurePosixPath]]:
    memberships = []
    for line in (files.text("/proc/self/cgroup") or "").splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controller in controllers.split(","):
            memberships.append((1, PurePosixPath(path)))
        elif number == "0" and not controllers:
            memberships.append((2, PurePosixPath(path)))
    # Where both versions are mounted, a controller that version 1 holds is not in version 2.
    return sorted(memberships)


def _mounts(files: Files) -> Iterator[Mount]:
    for line in (files.text("/proc/self/mountinfo") or "").splitlines():
        place, _, kind = line.partition(" - ")
        fields, words = place.split(), kind.split()
        if len(fields) < 5 or len(words) < 3 or words[0] not in ("cgroup", "cgroup2"):
            continue
        version = 2 if words[0] == "cgroup2" else 1
        held = {"cpu", "cpuset", "memory"} if version == 2 else set(words[2].split(","))
        yield Mount(_unescaped(fields[3]), _unescaped(fields[4]), version, frozenset(held))


def _unescaped(path: str) -> PurePosixPath:
    # The kernel writes a space in a path as \040.
    return PurePosixPath(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), path))


def _folders(mount: Mount, path: PurePosixPath) -> list[str]:
    inside = PurePosixPath()
    # A path elsewhere is the host's or another namespace's name for what is mounted here.
    if path.is_relative_to(mount.root) and ".." not in path.parts:
        inside = path.relative_to(mount.root)
    return [str(mount.point / part) for part in (inside, *inside.parents)]


def _quota(files: Files, cpu: Hierarchy | None) -> Reading[float]:
    if cpu is None:
        return Reading(reason=_absent("cpu"))
    quotas = []
    for folder in cpu.folders:
        if cpu.version == 2:
            words = (files.text(f"{folder}/cpu.max") or "").split()
        else:
            names = "cpu.cfs_quota_us", "cpu.cfs_period_us"
            words = [files.text(f"{folder}/{name}") or "" for name in names]
        # "max" in version 2, -1 in version 1: no quota at this level.
        if len(words) == 2 and all(word.isdigit() and int(word) for word in words):
            quotas.append(int(words[0]) / int(words[1]))
    return _least(quotas, "no quota set")


def _cpuset(files: Files, cpuset: Hierarchy | None) -> Reading[list[int]]:
    if cpuset is None:
        return Reading(reason=_absent("cpuset"))
    names = {2: ["cpuset.cpus.effective"], 1: ["cpuset.effective_cpus", "cpuset.cpus"]}
    for folder in cpuset.folders:
        for name in names[cpuset.version]:
            text = files.reading(f"{folder}/{name}")
            if text.value is not None:
                return parsed(text, parse_cpulist)
    return Reading(reason="no cpuset at any level")


def _memory_limits(files: Files, memory: Hierarchy) -> list[tuple[int, int]]:
    """Limit and bytes in use of every level that has a limit."""
    limit, usage, reclaimable = {
        2: ("memory.max", "memory.current", "inactive_file"),
        1: ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    }[memory.version]
    limits = []
    for folder in memory.folders:
        allowed = files.integer(f"{folder}/{limit}")
        if allowed is not None and allowed < _NO_LIMIT:
            stat = files.text(f"{folder}/memory.stat") or ""
            # The kernel gives up cached file pages before it refuses memory.
            cached = re.search(rf"^{reclaimable} (\d+)", stat, re.MULTILINE)
            used = files.integer(f"{folder}/{usage}") or 0
            limits.append((allowed, max(0, used - int(cached[1] if cached else 0))))
    return limits


def _least(values: list[N], otherwise: str) -> Reading[N]:
    return Reading(value=min(values)) if values else Reading(reason=otherwise)


def _absent(controller: str) -> str:
    return f"no cgroup with the {controller} controller is mounted"
