"""A start through IPEX's launcher, with every choice made for it."""

import shlex

from bench.model.host import Host, Stack
from bench.model.setup import Placement
from bench.plan.cores import needs_second_threads


def missing(host: Host, stack: Stack) -> str | None:
    """Why it can't be used here; None if it can."""
    if stack.ipexrun.value is None:
        return stack.ipexrun.reason
    if host.tools.lscpu.value is None:
        return f"it needs lscpu, which is {host.tools.lscpu.reason}"
    return None


def command(host: Host, stack: Stack, placement: Placement, worker: list[str]) -> list[str]:
    """Start `worker` where the placement says: by itself the launcher looks at the whole host."""
    manager, cores = placement.task_manager, placement.cores
    return [
        *(worker[0], "-m", "bench.worker.ipexrun", str(stack.ipexrun.value), "cpu"),
        *("--ninstances", "1"),
        *("--ncores-per-instance", str(len(cores))),
        *("--cores-list", ",".join(map(str, cores))),
        *("--multi-task-manager", "none" if manager == "affinity" else manager),
        *("--memory-allocator", "tcmalloc" if host.tools.tcmalloc.value else "default"),
        *("--omp-runtime", "intel" if stack.iomp5.value else "default"),
        "--use-e-cores",  # it takes cores whose top clock is 15 % lower for E-cores, and drops them
        # It silently leaves out what is not its core's first thread.
        *(("--use-logical-cores",) if needs_second_threads(host, cores) else ()),
        "--no-python",  # its own way to run a module asserts that the name ends in .py
        *map(shlex.quote, worker),  # it joins these, unquoted, into a shell's line
    ]
