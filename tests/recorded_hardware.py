"""A recorded processor as files: its `/proc/cpuinfo`, and what `lscpu` tells as sysfs."""

import atexit
import re
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bench.text import format_cpulist, parse_cpulist

HOSTS = Path(__file__).parent / "recorded" / "hosts"
NODE_BYTES = 128 * 2**30


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


@cache
def hardware_files(name: str) -> Path:
    """The files that tell of a host's hardware: thousands, so they are written once."""
    root = temporary_folder()
    layout = read_layout(name)
    _write_cpuinfo(root, name, layout)
    write(root, "proc/meminfo", _meminfo(NODE_BYTES * len(layout.nodes)))
    _write_topology(root, layout)
    _write_nodes(root, layout)
    _write_caches(root, layout)
    return root


def temporary_folder() -> Path:
    """A folder for the length of the tests, in memory if there is room: disks take seconds."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2**30
    folder = Path(tempfile.mkdtemp(prefix="recorded-host-", dir=memory if roomy else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def read_layout(name: str) -> Layout:
    """Where every CPU of a recorded host is."""
    lscpu = recorded_text(name, "lscpu")
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


def recorded_text(name: str, file: str) -> str:
    return (HOSTS / name / file).read_text(encoding="utf-8")


def write(root: Path, path: str, text: object) -> None:
    """One file of the tree, as the kernel writes it: with a line's end."""
    target = root / path
    try:
        target.write_text(f"{text}\n", encoding="utf-8")
    except FileNotFoundError:
        target.parent.mkdir(parents=True)
        target.write_text(f"{text}\n", encoding="utf-8")


def _meminfo(total: int) -> str:
    kilobytes = total // 1024
    return f"MemTotal: {kilobytes} kB\nMemAvailable: {kilobytes * 9 // 10} kB"


def node_meminfo(node: int, total: int, free: int) -> str:
    """A node has no MemAvailable: here nothing is cached, and what is free is what it can give."""
    lines = {"MemTotal": total, "MemFree": free, "Active(file)": 0, "Inactive(file)": 0}
    return "\n".join(f"Node {node} {name}: {count // 1024} kB" for name, count in lines.items())


def _write_cpuinfo(root: Path, name: str, layout: Layout) -> None:
    block = recorded_text(name, "cpuinfo").strip()
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
    write(root, f"{cpus}/isolated", "")
    for siblings, package in zip(layout.threads, layout.packages, strict=True):
        for cpu in siblings:
            write(root, f"{cpus}/cpu{cpu}/topology/core_cpus_list", format_cpulist(siblings))
            write(root, f"{cpus}/cpu{cpu}/topology/physical_package_id", package)


def _write_nodes(root: Path, layout: Layout) -> None:
    for node, cpus in layout.nodes.items():
        folder = f"sys/devices/system/node/node{node}"
        write(root, f"{folder}/cpulist", format_cpulist(cpus))
        text = node_meminfo(node, NODE_BYTES, NODE_BYTES * 9 // 10)
        write(root, f"{folder}/meminfo", text)


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
