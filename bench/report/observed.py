"""What the processes of a lane really got, in words: for the report's table."""

from pathlib import PurePath

from bench.host.cpulist import format_cpulist
from bench.results.schema import Process, Result
from bench.worker.contract import Observed

HEADER = [
    "lane",
    "CPUs",
    "threads",
    "memory",
    "allocator",
    "OpenMP",
    "oneDNN may use",
    "IPEX level",
]


def observed_rows(result: Result) -> list[list[str]]:
    """One row of plain words a lane, and another for each process that got something else."""
    rows = [
        [process.lane, *_words(process.record.observed)]
        for process in _completed(result)
        if process.record is not None and process.record.observed is not None
    ]
    order = [lane.id for lane in result.plan.lanes]
    different = {tuple(row) for row in rows}
    return [list(row) for row in sorted(different, key=lambda row: (order.index(row[0]), row))]


def noise_words(process: Process) -> list[str]:
    """Load before, stolen seconds and the process's involuntary context switches."""
    seen = process.record.observed if process.record else None
    switches = "–" if seen is None else f"{seen.context_switches_involuntary:,}"
    return [f"{process.noise.load_before:.2f}", f"{process.noise.steal_seconds:.1f}", switches]


def _completed(result: Result) -> list[Process]:
    return [process for process in result.processes if process.outcome == "completed"]


def _words(seen: Observed) -> list[str]:
    return [
        format_cpulist(seen.affinity_at_start),
        str(seen.torch_threads),
        seen.memory_policy or "policy unknown",
        _names(seen.allocators) or "libc",
        _names(seen.openmp_libraries) or "none mapped",
        f"{seen.onednn_isa or 'not told'} (oneDNN {seen.onednn or 'unknown'})",
        seen.ipex_isa or "–",
    ]


def _names(paths: list[str]) -> str:
    return ", ".join(PurePath(path).name for path in paths)
