"""A start through IPEX's launcher, with every choice made for it."""

import shlex

from bench.model.host import Host, Stack
from bench.model.setup import Placement, TaskManager
from bench.plan.cores import needs_second_threads

PACKAGE = "intel-extension-for-pytorch"
"""Brings it."""


def belongs(stack: Stack) -> bool:
    """Whether that stack is meant to have it: another lacks nothing without."""
    return PACKAGE in stack.packages


def missing(host: Host, stack: Stack, cores: list[int], manager: TaskManager) -> str | None:
    """Why it can't be used here, or would place a lane elsewhere; None if it can."""
    tools = host.tools
    if stack.ipexrun.value is None:
        return stack.ipexrun.reason
    if tools.lscpu.value is None:
        return f"it needs lscpu: {tools.lscpu.reason}"
    if manager == "affinity":  # by itself it binds threads and leaves all else where it was
        return f"it needs numactl or taskset: {tools.taskset.reason}"
    if tools.which.value is None:
        return f"it needs which, to find {manager}: {tools.which.reason}"
    if len(cores) == len(host.topology.cpus) and needs_second_threads(host, cores):
        return "given every CPU of the host it binds no thread to one"
    return None


def command(host: Host, stack: Stack, placement: Placement, worker: list[str]) -> list[str]:
    """Start `worker` where the placement says: by itself the launcher looks at the whole host."""
    cores = placement.cores
    return [
        *(worker[0], "-m", "bench.worker.ipexrun", str(stack.ipexrun.value), "cpu"),
        *("--ninstances", "1"),
        *("--ncores-per-instance", str(len(cores))),
        *("--cores-list", ",".join(map(str, cores))),
        *("--multi-task-manager", placement.task_manager),
        *("--memory-allocator", "tcmalloc" if host.tools.tcmalloc.value else "default"),
        *("--omp-runtime", "intel" if stack.iomp5.value else "default"),
        "--use-e-cores",  # it takes cores whose top clock is 15 % lower for E-cores, and drops them
        # It silently leaves out what is not its core's first thread.
        *(("--use-logical-cores",) if needs_second_threads(host, cores) else ()),
        "--no-python",  # its own way to run a module asserts that the name ends in .py
        *map(shlex.quote, worker),  # it joins these, unquoted, into a shell's line
    ]
