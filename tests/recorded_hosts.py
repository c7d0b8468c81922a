"""Recorded hosts, expanded into the files and the kernel's answers that `probe` would find there.

`tests/recorded/hosts/<name>/` holds one processor's `/proc/cpuinfo` and the text of `lscpu`. What
they don't tell is made up here, and only that: memory sizes, cgroups, the numbers of siblings.
"""

import atexit
import re
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from bench.host.cpu import Block
from bench.host.instructions import Attempt
from bench.host.live import Live
from bench.host.probe import probe
from bench.host.stacks import STACKS
from bench.model.base import Reading
from bench.model.host import AmxPermission, Host, Stack, Tools
from bench.text import format_cpulist, parse_cpulist

HOSTS = Path(__file__).parent / "recorded" / "hosts"
NODE_BYTES = 128 * 2**30
HALF_A_NODE = Reading(value=NODE_BYTES // 2)
REFUSED = "EOPNOTSUPP (Operation not supported)"

View = Literal["host", "container", "container-host-namespace"]
"""From where cgroups are seen: with a namespace of their own, or by the host's paths."""


@dataclass(frozen=True)
class Layout:
    """Where every CPU is, by `lscpu`. `threads` are the CPUs of each core, `packages` its socket.

    Hyper-threads are numbered after all cores, as every recorded host of more than one node shows.
    """

    online: list[int]
    nodes: dict[int, list[int]]
    threads: list[list[int]]
    packages: list[int]
    caches: list[tuple[int, str, int, list[list[int]]]]
    """Level, kind, bytes, and the CPUs of each instance."""


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
) -> Path:
    """The root of a tree with the recorded host's `/proc` and `/sys`, for `probe(root=...)`.

    `cpuset` is a list such as "0-3", `quota` a number of CPUs, `memory_limit` bytes. Without
    `sysfs` there is nothing below `/sys/devices`, as where a sandbox masks it. All trees of a host
    share the files of its hardware, by links: `own_tree` is one to be changed.
    """
    root = tmp_path / name
    for path in ("proc/cpuinfo", "proc/meminfo", *(("sys/devices",) if sysfs else ())):
        link = root / path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(_hardware(name) / path)
    allowed = cpuset or format_cpulist(read_layout(name).online)
    write_cgroup(root, cgroup_version, view, allowed, quota, memory_limit)
    return root


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
    **tree: object,
) -> Host:
    """The recorded host as `probe` describes it.

    By default the process may use every CPU of its cpuset, the kernel grants AMX where the flags
    advertise it, instructions are not tried (`executed` says what came of those that were), and
    every tool and package is there: `missing_tools` leaves some out. `unlisted` are flags that
    only CPUID tells; `tree` goes to `host_tree`.
    """
    options = {"cpuset": cpuset, **tree}
    root = _tree(name, tuple(sorted(options.items())))
    if affinity is None:
        affinity = parse_cpulist(cpuset) if cpuset else read_layout(name).online
    if amx is None:
        amx = "granted" if "amx_tile" in _recorded(name, "cpuinfo") else "refused"
    live = recorded_live(
        affinity, amx, executed or {}, memory_policy, missing_tools, unlisted, shm=shm
    )
    return probe(root, live=live)


@cache
def _hardware(name: str) -> Path:
    """The files that tell of a host's hardware: thousands, so they are written once."""
    root = _folder()
    layout = read_layout(name)
    _write_cpuinfo(root, name, layout)
    write(root, "proc/meminfo", _meminfo("", NODE_BYTES * len(layout.nodes)))
    _write_topology(root, layout)
    _write_nodes(root, layout)
    _write_caches(root, layout)
    return root


@cache
def _tree(name: str, options: tuple[tuple[str, object], ...]) -> Path:
    return host_tree(name, _folder(), **dict(options))  # type: ignore[arg-type]


def _folder() -> Path:
    """A folder for the length of the tests, in memory if there is room: disks take seconds."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2**30
    folder = Path(tempfile.mkdtemp(prefix="recorded-host-", dir=memory if roomy else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


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
        memory_policy=Reading(value=memory_policy),
        shm_bytes=shm,
        tools=_tools(missing_tools),
        stacks=_stacks(missing_tools),
    )


def read_layout(name: str) -> Layout:
    """Where every CPU of a recorded host is."""
    lscpu = _recorded(name, "lscpu")
    online = parse_cpulist(_field(lscpu, r"On-line CPU\(s\) list"))
    listed = re.findall(r"NUMA node(\d+) CPU\(s\):[ \t]*(\S*)", lscpu)
    nodes = {int(number): parse_cpulist(cpus) for number, cpus in listed}
    per_core = int(_field(lscpu, r"Thread\(s\) per core"))
    sockets = int(_field(lscpu, r"Socket\(s\)"))
    cores = len(online) // per_core
    threads = [
        [online[core + cores * thread] for thread in range(per_core)] for core in range(cores)
    ]
    populated = [cpus for cpus in nodes.values() if cpus]
    socket_of = {
        cpu: place * sockets // len(populated)
        for place, cpus in enumerate(populated)
        for cpu in cpus
    }
    packages = [socket_of[core[0]] for core in threads]
    by_socket = [core for _, core in sorted(zip(packages, threads, strict=True))]
    return Layout(online, nodes, threads, packages, _caches(lscpu, by_socket, sockets))


def _caches(
    lscpu: str, cores: list[list[int]], sockets: int
) -> list[tuple[int, str, int, list[list[int]]]]:
    caches = []
    for label, level, kind in (
        ("L1d", 1, "Data"),
        ("L1i", 1, "Instruction"),
        ("L2", 2, "Unified"),
        ("L3", 3, "Unified"),
    ):
        text = _field(lscpu, rf"{label}(?: cache)?")
        counted = re.search(r"\((\d+) instance", text)
        count = int(counted[1]) if counted else sockets if level == 3 else len(cores)
        size = _bytes(text)
        # Since util-linux 2.34 (written "3 MiB", not "32K") the line is the sum of all instances,
        # rounded to a tenth: caches come in steps of 16 KiB.
        one = round(size / count / 2**14) * 2**14 if "iB" in text else size
        share = len(cores) // count
        groups = [cores[i * share : (i + 1) * share] for i in range(count)]
        shared = [sorted(cpu for core in group for cpu in core) for group in groups]
        caches.append((level, kind, one, shared))
    return caches


def _bytes(text: str) -> int:
    size = re.match(r"([\d.]+) ?([KMG])", text)
    assert size is not None, text
    return round(float(size[1]) * {"K": 2**10, "M": 2**20, "G": 2**30}[size[2]])


def _field(lscpu: str, label: str) -> str:
    line = re.search(rf"^\s*{label}:\s*(.*)$", lscpu, re.MULTILINE)
    assert line is not None, label
    return line[1].strip()


def _recorded(name: str, file: str) -> str:
    return (HOSTS / name / file).read_text(encoding="utf-8")


def write(root: Path, path: str, text: object) -> None:
    """One file of the tree, as the kernel writes it: with a line's end."""
    target = root / path
    try:
        target.write_text(f"{text}\n", encoding="utf-8")
    except FileNotFoundError:
        target.parent.mkdir(parents=True)
        target.write_text(f"{text}\n", encoding="utf-8")


def _meminfo(prefix: str, total: int) -> str:
    kilobytes = total // 1024
    return f"{prefix}MemTotal: {kilobytes} kB\n{prefix}MemAvailable: {kilobytes * 9 // 10} kB"


def _write_cpuinfo(root: Path, name: str, layout: Layout) -> None:
    block = _recorded(name, "cpuinfo").strip()
    place = {
        cpu: (core, package)
        for core, (cpus, package) in enumerate(zip(layout.threads, layout.packages, strict=True))
        for cpu in cpus
    }
    blocks = []
    for cpu in layout.online:
        core, package = place[cpu]
        own = re.sub(r"^(processor\s*:).*", rf"\1 {cpu}", block, flags=re.MULTILINE)
        own = re.sub(r"^(physical id\s*:).*", rf"\1 {package}", own, flags=re.MULTILINE)
        own = re.sub(r"^(core id\s*:).*", rf"\1 {core}", own, flags=re.MULTILINE)
        blocks.append(own)
    write(root, "proc/cpuinfo", "\n\n".join(blocks) + "\n")


def _write_topology(root: Path, layout: Layout) -> None:
    cpus = "sys/devices/system/cpu"
    write(root, f"{cpus}/online", format_cpulist(layout.online))
    for siblings, package in zip(layout.threads, layout.packages, strict=True):
        for cpu in siblings:
            write(root, f"{cpus}/cpu{cpu}/topology/core_cpus_list", format_cpulist(siblings))
            write(root, f"{cpus}/cpu{cpu}/topology/physical_package_id", package)


def _write_nodes(root: Path, layout: Layout) -> None:
    for node, cpus in layout.nodes.items():
        folder = f"sys/devices/system/node/node{node}"
        write(root, f"{folder}/cpulist", format_cpulist(cpus))
        write(root, f"{folder}/meminfo", _meminfo(f"Node {node} ", NODE_BYTES))


def _write_caches(root: Path, layout: Layout) -> None:
    for index, (level, kind, size, instances) in enumerate(layout.caches):
        for shared in instances:
            folders = [f"sys/devices/system/cpu/cpu{cpu}/cache/index{index}" for cpu in shared]
            write(root, f"{folders[0]}/level", level)
            write(root, f"{folders[0]}/type", kind)
            write(root, f"{folders[0]}/size", f"{size // 1024}K")
            write(root, f"{folders[0]}/shared_cpu_list", format_cpulist(shared))
            for other in folders[1:]:
                (root / other).parent.mkdir(parents=True, exist_ok=True)
                (root / other).symlink_to(root / folders[0])


def write_cgroup(
    root: Path,
    version: int,
    view: View,
    cpus: str,
    quota: float | None,
    memory_limit: int | None,
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
        write(base, f"{limited[1:] or '.'}/memory.current", 2**30)
        write(base, f"{limited[1:] or '.'}/memory.stat", f"anon 1\ninactive_file {2**28}")
    else:
        write(base, f"cpuset{own}/cpuset.cpus", cpus)
        write(base, f"cpu{limited}/cpu.cfs_quota_us", _microseconds(quota) or -1)
        write(base, f"cpu{limited}/cpu.cfs_period_us", 100000)
        write(base, f"memory{limited}/memory.limit_in_bytes", memory_limit or 2**63 - 4096)
        write(base, f"memory{limited}/memory.usage_in_bytes", 2**30)
        write(base, f"memory{limited}/memory.stat", f"cache 1\ntotal_inactive_file {2**28}")


def _microseconds(quota: float | None) -> int | None:
    return None if quota is None else round(quota * 100_000)


def _tools(missing: tuple[str, ...]) -> Tools:
    paths = {
        "lscpu": "/usr/bin/lscpu",
        "numactl": "/usr/bin/numactl",
        "taskset": "/usr/bin/taskset",
        "tcmalloc": "/usr/lib/x86_64-linux-gnu/libtcmalloc.so",
    }
    return Tools(**{name: _unless(name, missing, path) for name, path in paths.items()})


def _stacks(missing: tuple[str, ...]) -> list[Stack]:
    """Every stack of the catalogue, with the releases that it is meant to have."""
    return [
        Stack(
            name=entry.name,
            python=Reading(value="/opt/venv/bin/python"),
            packages={name: _unless(name, missing, pin) for name, pin in entry.packages.items()},
            ipexrun=_unless("ipexrun", missing, "/opt/venv/bin/ipexrun"),
            iomp5=_unless("iomp5", missing, "/opt/venv/lib/libiomp5.so"),
            lock=Reading(value="5f" * 32),
        )
        for entry in STACKS.values()
    ]


def _unless(name: str, missing: tuple[str, ...], value: str) -> Reading[str]:
    if name in missing:
        return Reading(reason="not found; install it with: a package manager")
    return Reading(value=value)


def _can_miss() -> set[str]:
    packages = {name for entry in STACKS.values() for name in entry.packages}
    return {*Tools.model_fields, "ipexrun", "iomp5", *packages}
