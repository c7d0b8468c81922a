"""A start by hand, for a stack without IPEX's launcher and where that can't be used.

It binds the same cores and memory and sets the same variables as the launcher would.
"""

from bench.model.setup import Placement
from bench.text import format_cpulist


def command(placement: Placement, worker: list[str]) -> list[str]:
    """Start `worker` where the placement says; with `affinity` the controller pins it."""
    cores = format_cpulist(placement.cores)
    if placement.task_manager == "numactl":
        return ["numactl", "-C", cores, "-m", str(placement.node), *worker]
    return (["taskset", "-c", cores] if placement.task_manager == "taskset" else []) + worker


def environment(cores: list[int], *, intel: bool) -> dict[str, str]:
    """What ipexrun 2.8 sets (`launcher_base.py`, `set_omp_runtime`), for starts without it.

    `intel`: Intel's OpenMP runtime is there, else it is GNU's.
    """
    threads = {"OMP_NUM_THREADS": str(len(cores))}
    if intel:
        return threads | {"KMP_AFFINITY": "granularity=fine,compact,1,0", "KMP_BLOCKTIME": "1"}
    return threads | {"OMP_SCHEDULE": "STATIC", "OMP_PROC_BIND": "CLOSE"}
