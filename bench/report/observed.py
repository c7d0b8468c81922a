"""What the processes of a lane really got, in words: for the report's table."""

from pathlib import PurePath

from bench.model.base import Reading
from bench.model.process import Process
from bench.model.record import Observed
from bench.model.result import Result
from bench.text import format_cpulist

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

NOISE_HEADER = ["load before", "steal, s", "others' CPU, s", "throttled periods", "switches"]


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
    """Cells of `NOISE_HEADER`; a dash for what is not known."""
    noise, seen = process.noise, process.record.observed if process.record else None
    return [
        _number(noise.load_before, "{:.2f}"),
        _number(noise.steal_seconds, "{:.1f}"),
        _number(noise.others_cpu_seconds, "{:.1f}"),
        _number(noise.throttled_periods, "{:,}"),
        "–" if seen is None else f"{seen.context_switches_involuntary:,}",
    ]


def _number(read: Reading[float] | Reading[int], form: str) -> str:
    return "–" if read.value is None else form.format(read.value)


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
