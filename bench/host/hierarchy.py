"""Where this process's cgroups are in the file system, and which of their levels can be seen."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from bench.host.files import Files

_FOLDERS = 4096
"""So many cgroups at most are looked into for this process."""


@dataclass(frozen=True)
class Mount:
    """One cgroup file system: `root` is the cgroup that appears at the folder `point`."""

    root: PurePosixPath
    point: PurePosixPath
    version: int
    controllers: frozenset[str]


@dataclass(frozen=True)
class Hierarchy:
    """One controller's cgroups: the process's own folder first, then those above it.

    `hidden` says which levels can't be seen, None if there is none. Where the process's `own` was
    not met, `folders` are only what is certainly above it.
    """

    version: int
    folders: list[str]
    own: bool
    hidden: str | None


def find(files: Files, controller: str) -> Hierarchy | None:
    """Where a controller's cgroups of this process are; None if they are not mounted."""
    version, path = _membership(files, controller)
    fitting = [m for m in _mounts(files) if m.version == version and controller in m.controllers]
    if not fitting:
        return None
    return (
        _first(_by_name(files, mount, path) for mount in fitting)
        or _first(_by_process(files, mount) for mount in fitting)
        or _not_met(files, fitting[0], path)
    )


def _first(candidates: Iterator[Hierarchy | None]) -> Hierarchy | None:
    return next((each for each in candidates if each is not None), None)


def _membership(files: Files, controller: str) -> tuple[int, PurePosixPath]:
    """The version that has the controller, and the process's path there; version 0 for neither.

    A controller that version 1 holds is not in version 2, though 1 may be mounted nowhere here.
    """
    membership = 0, PurePosixPath()
    for line in (files.text("/proc/self/cgroup") or "").splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controller in controllers.split(","):
            return 1, PurePosixPath(path)
        if number == "0" and not controllers:
            membership = 2, PurePosixPath(path)
    return membership


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


def _by_name(files: Files, mount: Mount, path: PurePosixPath) -> Hierarchy | None:
    """By the names of the mount's root and the process's path, both as its namespace has them."""
    below = _below(mount.root, path)
    folder = mount.point / below[1] if below is not None else mount.point
    # Every cgroup has that file: something else may be mounted over it.
    if below is None or below[0] or not files.exists(f"{folder}/cgroup.procs"):
        return None
    return _seen(files, mount, folder)


def _by_process(files: Files, mount: Mount) -> Hierarchy | None:
    """By looking for the process: a root above its namespace (`/../..`) does not name the way."""
    process = re.search(r"^Pid:\s*(\d+)", files.text("/proc/self/status") or "", re.MULTILINE)
    if process is None:
        return None
    waiting, left = deque([str(mount.point)]), _FOLDERS
    while waiting and left:
        folder, left = waiting.popleft(), left - 1
        # Of a threaded group only the threads can be read.
        for name in ("cgroup.procs", "cgroup.threads"):
            if process[1] in (files.text(f"{folder}/{name}") or "").split():
                return _seen(files, mount, PurePosixPath(folder))
        waiting.extend(files.folders(folder))
    return None


def _seen(files: Files, mount: Mount, own: PurePosixPath) -> Hierarchy:
    inside = own.relative_to(mount.point)
    folders = [str(mount.point / part) for part in (inside, *inside.parents)]
    whole = _ascent(mount.root)[1] == PurePosixPath() and _is_top(files, mount)
    hidden = None if whole else f"the levels above {mount.point} are hidden from here"
    return Hierarchy(mount.version, folders, own=True, hidden=hidden)


def _is_top(files: Files, mount: Mount) -> bool:
    """Whether a mount shows the host's own first cgroup: in a namespace `/` is another's name.

    Only the first one has `release_agent` in version 1, and lacks `cgroup.type` and the limits in
    version 2 (Linux: kernel/cgroup/cgroup-v1.c and cgroup.c, CFTYPE_ONLY_ON_ROOT, NOT_ON_ROOT).
    """
    point = mount.point
    if mount.version == 1:
        return files.exists(f"{point}/release_agent")
    names = ("cgroup.type", "cgroup.events", "cpu.max", "memory.max")
    return not any(files.exists(f"{point}/{name}") for name in names)


def _not_met(files: Files, mount: Mount, path: PurePosixPath) -> Hierarchy:
    below = _below(mount.root, path)
    above = [] if below is None else [str(mount.point)]
    if below is not None and below[0] == 0:
        folders = [str(mount.point / parent) for parent in below[1].parents]
        above = [folder for folder in folders if files.exists(folder)]
    hidden = f"its own cgroup was not met below {mount.point}, whose root is {mount.root}"
    return Hierarchy(mount.version, above, own=False, hidden=hidden)


def _below(root: PurePosixPath, path: PurePosixPath) -> tuple[int, PurePosixPath] | None:
    """Where a cgroup is below a mount's root: levels without a name, then names; None: nowhere."""
    (root_up, root_names), (up, names) = _ascent(root), _ascent(path)
    if root_names != PurePosixPath():
        aligned = root_up == up and names.is_relative_to(root_names)
        return (0, names.relative_to(root_names)) if aligned else None
    return (root_up - up, names) if up <= root_up else None


def _ascent(path: PurePosixPath) -> tuple[int, PurePosixPath]:
    """How many levels a path leads above the namespace's root, and the names after that."""
    parts = [part for part in path.parts if part != "/"]
    up = parts.count("..")
    return up, PurePosixPath(*parts[up:])
