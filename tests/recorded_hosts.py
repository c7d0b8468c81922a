"""Recorded hosts, expanded into the files and the kernel's answers that `probe` would find there.

`tests/recorded/hosts/<name>/` holds one processor's `/proc/cpuinfo` and the text of `lscpu`. What
they don't tell is made up here, and only that: memory sizes, cgroups, the numbers of siblings.
"""

import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from bench.host.cpu import Block
from bench.host.instructions import Attempt
from bench.host.live import Live
from bench.host.probe import probe
from bench.host.stacks import STACKS, StackEntry
from bench.model.base import Reading
from bench.model.host import AmxPermission, Host, Stack, Tools
from bench.text import format_cpulist, parse_cpulist
from tests.copies import tree_copy
from tests.recorded_hardware import (
    HOSTS,
    NODE_BYTES,
    Layout,
    hardware_files,
    node_meminfo,
    read_layout,
    recorded_text,
    temporary_folder,
    write,
)

__all__ = ["HOSTS", "NODE_BYTES", "read_layout", "write"]
"""Beside what is here, from the hardware's files: what tests want of them."""

PID = 4242
NOT_BOUND = Reading[list[int]](reason="set_mempolicy(MPOL_BIND): EPERM (Operation not permitted)")
HALF_A_NODE = Reading(value=NODE_BYTES // 2)
REFUSED = "EOPNOTSUPP (Operation not supported)"

View = Literal["host", "container", "container-host-namespace"]
"""From where cgroups are seen: with a namespace of their own, or by the host's paths."""


def host_tree(
    name: str,
    tmp_path: Path,
    *,
    cpuset: str | None = None,
    quota: float | None = None,
    memory_limit: int | None = None,
    cgroup_version: int = 2,
    view: View = "host",
    sysfs: bool = True,
    cpuinfo: bool = True,
    memory_high: int | None = None,
    memory_used: int = 2**30,
    memory_stat: Mapping[str, int] = MappingProxyType({"inactive_file": 2**28}),
    mems_allowed: str | None = None,
    online: str | None = None,
    isolated: str = "",
    efficiency: str = "",
    node_memory: Mapping[int, int] = MappingProxyType({}),
    node_free: Mapping[int, int] = MappingProxyType({}),
    node_cpus: Mapping[int, str] = MappingProxyType({}),
) -> Path:
    """The root of a tree with the recorded host's `/proc` and `/sys`, for `probe(root=...)`.

    `cpuset` is a list such as "0-3", `quota` a number of CPUs, `memory_limit` and `memory_high`
    bytes, `memory_stat` lines of the cgroup's file by version 2's names. Without `sysfs` there is
    nothing below `/sys/devices`, as where a sandbox masks it, and no `/proc/cpuinfo` without
    `cpuinfo`. `mems_allowed`, `online`, `isolated` and `efficiency` (cores; all others are for
    performance) are lists too. `node_memory` and `node_free` are bytes by NUMA node, `node_cpus`
    lists. All trees of a host share the files of its hardware, by links: `own_tree` is one to be
    changed.
    """
    root, hardware = tmp_path / name, hardware_files(name)
    for path in (*(("proc/cpuinfo",) if cpuinfo else ()), "proc/meminfo"):
        link_to(hardware, root, path)
    changes = online, isolated, efficiency, node_memory, node_free, node_cpus
    if sysfs and any(changes):
        _link_apart(hardware, root)
        _write_changes(root, read_layout(name), *changes)
    elif sysfs:
        link_to(hardware, root, "sys/devices")
    nodes = mems_allowed or format_cpulist(read_layout(name).nodes)
    write(root, "proc/self/status", f"Name:\tpython\nPid:\t{PID}\nMems_allowed_list:\t{nodes}")
    allowed = cpuset or format_cpulist(read_layout(name).online)
    stat = dict(memory_stat)
    write_cgroup(
        root, cgroup_version, view, allowed, quota, memory_limit, memory_high, memory_used, stat
    )
    return root


def link_to(hardware: Path, root: Path, path: str) -> None:
    """One file or folder of a tree, shared with the trees of the same hardware."""
    link = root / path
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(hardware / path)


def _link_apart(hardware: Path, root: Path) -> None:
    """`/sys/devices`, of which the lists of CPUs and the nodes' files can be changed."""
    cpus, nodes = "sys/devices/system/cpu", "sys/devices/system/node"
    for each in (hardware / cpus).iterdir():
        if each.is_dir():
            link_to(hardware, root, f"{cpus}/{each.name}")
    shutil.copytree(hardware / nodes, root / nodes)


def _write_changes(
    root: Path,
    layout: Layout,
    online: str | None,
    isolated: str,
    efficiency: str,
    node_memory: Mapping[int, int],
    node_free: Mapping[int, int],
    node_cpus: Mapping[int, str],
) -> None:
    cpus = "sys/devices/system/cpu"
    write(root, f"{cpus}/online", online or format_cpulist(layout.online))
    write(root, f"{cpus}/isolated", isolated)
    if efficiency:
        slow = parse_cpulist(efficiency)
        fast = [cpu for cpu in layout.online if cpu not in slow]
        write(root, "sys/devices/cpu_core/cpus", format_cpulist(fast))
        write(root, "sys/devices/cpu_atom/cpus", efficiency)
    for node in {*node_memory, *node_free}:
        total = node_memory.get(node, NODE_BYTES)
        text = node_meminfo(node, total, node_free.get(node, total * 9 // 10))
        write(root, f"sys/devices/system/node/node{node}/meminfo", text)
    for node, listed in node_cpus.items():
        write(root, f"sys/devices/system/node/node{node}/cpulist", listed)


def own_tree(name: str, tmp_path: Path) -> Path:
    """A tree as of `host_tree`, each file its own."""
    return Path(shutil.copytree(host_tree(name, tmp_path), tmp_path / f"own-{name}"))


def recorded_host(
    name: str,
    *,
    affinity: list[int] | None = None,
    amx: Literal["granted", "refused"] | None = None,
    executed: dict[str, bool] | None = None,
    memory_policy: bool = True,
    missing_tools: tuple[str, ...] = (),
    unlisted: tuple[str, ...] = (),
    cpuset: str | None = None,
    shm: Reading[int] = HALF_A_NODE,
    shm_free: Reading[int] | None = None,
    bindable: Reading[list[int]] | None = None,
    environment: Mapping[str, str] = MappingProxyType({}),
    **tree: Any,
) -> Host:
    """The recorded host as `probe` describes it.

    By default the process may use every CPU of its cpuset, the kernel grants AMX where the flags
    advertise it, instructions are not tried (`executed` says what came of those that were), and
    every tool and package is there: `missing_tools` leaves some out. `unlisted` are flags that
    only CPUID tells. Memory can be bound to every node that is allowed and has some, `bindable`
    says otherwise; `shm_free` is `shm` where it is not given. `tree` goes to `host_tree`.
    """
    key = repr(sorted(locals().items()))  # reading a big host's files takes most of a test's time
    if key in _PROBED:
        return tree_copy(_PROBED[key])
    options = {"cpuset": cpuset, **tree}
    plain = ((k, tuple(v.items()) if isinstance(v, Mapping) else v) for k, v in options.items())
    root = _tree(name, tuple(sorted(plain)))
    if affinity is None:
        affinity = parse_cpulist(cpuset) if cpuset else read_layout(name).online
    if amx is None:
        amx = "granted" if "amx_tile" in recorded_text(name, "cpuinfo") else "refused"
    live = recorded_live(
        affinity,
        amx,
        executed or {},
        memory_policy,
        missing_tools,
        unlisted,
        shm=shm,
        shm_free=shm_free,
        bindable=bindable,
        environment=environment,
    )
    _PROBED[key] = probe(root, live=live)
    return tree_copy(_PROBED[key])


_PROBED: dict[str, Host] = {}


@cache
def _tree(name: str, options: tuple[tuple[str, object], ...]) -> Path:
    given = {key: dict(v) if isinstance(v, tuple) else v for key, v in options}
    return host_tree(name, temporary_folder(), **given)  # type: ignore[arg-type]


def recorded_live(
    affinity: list[int],
    amx: Literal["granted", "refused"] = "granted",
    executed: dict[str, bool] | None = None,
    memory_policy: bool = True,
    missing_tools: tuple[str, ...] = (),
    unlisted: tuple[str, ...] = (),
    machine: str = "x86_64",
    shm: Reading[int] = HALF_A_NODE,
    described: Block | None = None,
    shm_free: Reading[int] | None = None,
    bindable: Reading[list[int]] | None = None,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Live:
    """What the kernel of a recorded host answered, and py-cpuinfo of its CPU: nothing."""
    assert set(missing_tools) <= _can_miss(), missing_tools

    def execute(name: str) -> Attempt:
        if name not in (executed or {}):
            return Attempt(None, "not tried: a recorded host")
        return Attempt(True, "executed") if executed[name] else Attempt(False, "SIGILL")

    permission = AmxPermission(
        granted=amx == "granted", answer="granted" if amx == "granted" else REFUSED
    )
    return Live(
        machine=machine,
        host_name="recorded",
        kernel="6.1.0",
        affinity=affinity,
        amx_permission=permission,
        execute=execute,
        unlisted_flags=lambda: frozenset(unlisted),
        describe_cpu=lambda: described or {},
        environment=environment,
        bind_memory=lambda nodes: (
            bindable or (Reading(value=nodes) if memory_policy else NOT_BOUND)
        ),
        shm_bytes=shm,
        shm_available_bytes=shm_free or shm,
        tools=lambda _topology, _bindable: _tools(missing_tools),
        stacks=_stacks(missing_tools),
    )


def write_cgroup(
    root: Path,
    version: int,
    view: View,
    cpus: str,
    quota: float | None,
    memory_limit: int | None,
    memory_high: int | None = None,
    memory_used: int = 2**30,
    memory_stat: Mapping[str, int] = MappingProxyType({"inactive_file": 2**28}),
) -> None:
    """The process's cgroup and the one above it; the limits are the upper one's on a host."""
    path = "/" if view == "container" else "/bench.slice/run"
    mount_root = "/" if view == "host" else path
    # In a container the mount point shows the container's own cgroup, whatever its path.
    limited, own = ("/bench.slice", "/bench.slice/run") if view == "host" else ("", "")
    controllers = ["cpu", "cpuset", "memory"] if version == 1 else [""]
    memberships, mounts = [], []
    for number, controller in enumerate(controllers):
        point = f"/sys/fs/cgroup/{controller}".rstrip("/")
        kind = "cgroup cgroup rw," + controller if version == 1 else "cgroup2 cgroup2 rw"
        memberships.append(f"{number + 1 if version == 1 else 0}:{controller}:{path}")
        mounts.append(f"{30 + number} 20 0:{30 + number} {mount_root} {point} ro,nosuid - {kind}")
    write(root, "proc/self/cgroup", "\n".join(memberships))
    write(root, "proc/self/mountinfo", "22 1 0:2 / / rw - ext4 /dev/vda rw\n" + "\n".join(mounts))
    base = root / "sys/fs/cgroup"
    if version == 2:
        write(base, f"{own[1:] or '.'}/cpuset.cpus.effective", cpus)
        write(base, f"{limited[1:] or '.'}/cpu.max", f"{_microseconds(quota) or 'max'} 100000")
        write(base, f"{limited[1:] or '.'}/memory.max", memory_limit or "max")
        write(base, f"{limited[1:] or '.'}/memory.high", memory_high or "max")
        write(base, f"{limited[1:] or '.'}/memory.current", memory_used)
        lines = [f"{line} {count}" for line, count in memory_stat.items()]
        write(base, f"{limited[1:] or '.'}/memory.stat", "\n".join(["anon 1", *lines]))
        write(base, f"{own[1:] or '.'}/cgroup.procs", PID)
    else:
        write(base, f"cpuset{own}/cpuset.cpus", cpus)
        write(base, f"cpu{limited}/cpu.cfs_quota_us", _microseconds(quota) or -1)
        write(base, f"cpu{limited}/cpu.cfs_period_us", 100000)
        write(base, f"memory{limited}/memory.limit_in_bytes", memory_limit or 2**63 - 4096)
        write(base, f"memory{limited}/memory.usage_in_bytes", memory_used)
        lines = [f"total_{line} {count}" for line, count in memory_stat.items()]
        write(base, f"memory{limited}/memory.stat", "\n".join(["cache 1", *lines]))
        for controller in controllers:
            write(base, f"{controller}{own}/cgroup.procs", PID)
            if view == "host":
                write(base, f"{controller}/release_agent", "")


def _microseconds(quota: float | None) -> int | None:
    return None if quota is None else round(quota * 100_000)


def _tools(missing: tuple[str, ...]) -> Tools:
    paths = {
        "lscpu": "/usr/bin/lscpu",
        "which": "/usr/bin/which",
        "numactl": "/usr/bin/numactl",
        "taskset": "/usr/bin/taskset",
        "tcmalloc": "/usr/lib/x86_64-linux-gnu/libtcmalloc.so",
        "compiler": "/usr/bin/g++",
    }
    return Tools(**{name: _unless(name, missing, path) for name, path in paths.items()})


def _stacks(missing: tuple[str, ...]) -> list[Stack]:
    """Every stack of the catalogue, with the releases that it is meant to have."""
    return [_stack(entry, missing) for entry in STACKS.values()]


def _stack(entry: StackEntry, missing: tuple[str, ...]) -> Stack:
    ipex = "intel-extension-for-pytorch"
    folder = "/opt/venv" if ipex in entry.packages else f"/opt/.stacks/{entry.name}"
    return Stack(
        name=entry.name,
        python=Reading(value=f"{folder}/bin/python"),
        packages={name: _unless(name, missing, pin) for name, pin in entry.packages.items()},
        ipexrun=_unless("ipexrun", missing, f"{folder}/bin/ipexrun")
        if ipex in entry.packages
        else Reading(reason=f"it comes with {ipex}, which this stack has not"),
        iomp5=_unless("iomp5", missing, f"{folder}/lib/libiomp5.so"),
        headers=_unless("headers", missing, "/usr/include/python3.11/Python.h"),
        lock=Reading(value="5f" * 32),
    )


def _unless(name: str, missing: tuple[str, ...], value: str) -> Reading[str]:
    if name in missing:
        return Reading(reason="not found; install it with: a package manager")
    return Reading(value=value)


def _can_miss() -> set[str]:
    packages = {name for entry in STACKS.values() for name in entry.packages}
    return {*Tools.model_fields, "ipexrun", "iomp5", "headers", *packages}
