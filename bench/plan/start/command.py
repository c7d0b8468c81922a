"""The command that starts a pinned worker: through ipexrun, or by hand where that can't run."""

import shlex
import sys
from dataclasses import dataclass
from typing import Literal

from bench.model.host import Host
from bench.text import format_cpulist

TaskManager = Literal["numactl", "taskset", "affinity"]

SPEC = "SPEC"
"""Stands in a command for the path of the lane's spec file."""


@dataclass(frozen=True)
class Start:
    """How every lane of a run is started. `notes` say what could not be had, with its remedy."""

    launcher: Literal["ipexrun", "direct"]
    task_manager: TaskManager
    cpus: list[int]
    node: int
    preload: list[str]
    command: list[str]
    environment: dict[str, str]
    notes: list[str]


def start(host: Host, cpus: list[int], node: int, second_threads: bool) -> Start:
    """Choose launcher and task manager for this host and build the command.

    `second_threads`: some of `cpus` are not their core's first thread, which ipexrun would
    silently leave out of its list.
    """
    tools = host.tools
    manager, notes = _task_manager(host)
    for what, reading in (("tcmalloc", tools.tcmalloc), ("libiomp5", tools.iomp5)):
        if reading.reason is not None:
            notes.append(f"{what}: {reading.reason}")
    preload = [p for p in (tools.tcmalloc.value, tools.iomp5.value) if p is not None]
    environment = {"LD_PRELOAD": ":".join(preload)} if preload else {}
    ipexrun = tools.ipexrun.value
    if ipexrun is not None and tools.lscpu.value is not None:
        command = _ipexrun(ipexrun, host, manager, cpus, second_threads)
        return Start("ipexrun", manager, cpus, node, preload, command, environment, notes)
    missing = tools.ipexrun.reason or f"it needs lscpu, which is {tools.lscpu.reason}"
    notes.append(f"the IPEX launcher is not used, workers are pinned directly: {missing}")
    environment |= _openmp(cpus, intel=tools.iomp5.value is not None)
    command = [*_prefix(manager, cpus, node), *_worker()]
    return Start("direct", manager, cpus, node, preload, command, environment, notes)


def _task_manager(host: Host) -> tuple[TaskManager, list[str]]:
    """Numactl where the kernel lets it bind memory (it has no fallback), else taskset."""
    tools, policy = host.tools, host.limits.memory_policy
    notes = []
    if tools.numactl.value is None:
        notes.append(f"memory is not bound to the node: numactl is {tools.numactl.reason}")
    elif policy.value is not True:
        why = policy.reason or "the kernel refuses set_mempolicy"
        notes.append(
            f"memory is not bound to the node: {why}; in a container add cap_add: [SYS_NICE] "
            "(docker run: --cap-add SYS_NICE)"
        )
    else:
        return "numactl", notes
    return ("taskset" if tools.taskset.value is not None else "affinity"), notes


def _worker() -> list[str]:
    return [sys.executable, "-m", "bench.worker", SPEC]


def _ipexrun(
    ipexrun: str, host: Host, manager: TaskManager, cpus: list[int], second_threads: bool
) -> list[str]:
    """The launcher with every choice made for it: by itself it looks at the whole host."""
    return [
        *(sys.executable, "-m", "bench.worker.ipexrun", ipexrun, "cpu"),
        *("--ninstances", "1"),
        *("--ncores-per-instance", str(len(cpus))),
        *("--cores-list", ",".join(map(str, cpus))),
        *("--multi-task-manager", "none" if manager == "affinity" else manager),
        *("--memory-allocator", "tcmalloc" if host.tools.tcmalloc.value else "default"),
        *("--omp-runtime", "intel" if host.tools.iomp5.value else "default"),
        "--use-e-cores",  # it takes cores whose top clock is 15 % lower for E-cores, and drops them
        *(("--use-logical-cores",) if second_threads else ()),
        "--no-python",  # its own way to run a module asserts that the name ends in .py
        *map(shlex.quote, _worker()),  # it joins these, unquoted, into a shell's line
    ]


def _prefix(manager: TaskManager, cpus: list[int], node: int) -> list[str]:
    cores = format_cpulist(cpus)
    if manager == "numactl":
        return ["numactl", "-C", cores, "-m", str(node)]
    return ["taskset", "-c", cores] if manager == "taskset" else []


def _openmp(cpus: list[int], *, intel: bool) -> dict[str, str]:
    """What ipexrun 2.8 sets (`launcher_base.py`, `set_omp_runtime`), for starts without it."""
    threads = {"OMP_NUM_THREADS": str(len(cpus))}
    if intel:
        return threads | {"KMP_AFFINITY": "granularity=fine,compact,1,0", "KMP_BLOCKTIME": "1"}
    return threads | {"OMP_SCHEDULE": "STATIC", "OMP_PROC_BIND": "CLOSE"}
