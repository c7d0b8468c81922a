"""The processes of a run, round by round, and what they got."""

from pathlib import PurePath

from bench.analysis.rates import compute_rate, end_to_end_rate
from bench.model.base import Reading
from bench.model.process import Process
from bench.model.record import Observed
from bench.model.result import Result
from bench.report.document.captions import disturbances
from bench.report.document.lanes import state
from bench.report.document.parts import (
    UNKNOWN,
    Bullets,
    Cell,
    Column,
    Item,
    Paragraph,
    Section,
    Table,
    line,
)
from bench.report.document.wording import rate_unit
from bench.text import duration, figure, format_cpulist


def rounds(result: Result) -> Section:
    """One row a process, in the order they ran, and what disturbed rounds."""
    if not result.processes:
        nothing = Paragraph(line("None: the run ended before its first process."))
        return Section("Rounds", (nothing,), detail=True)
    disturbed = {each.round for each in result.summary.rounds if each.disturbed}
    invalid = {lane.lane for lane in result.summary.lanes if lane.state == "invalid"}
    in_order = sorted(result.processes, key=lambda each: (each.round, each.position))
    rows = tuple(
        (
            Cell(f"{each.round}, disturbed" if each.round in disturbed else str(each.round)),
            Cell(str(each.position + 1)),
            Cell(each.lane, lane=True),
            *(_invalid() if each.lane in invalid else _came_to(each)),
            Cell(duration(each.wall_seconds)),
            *_noise(each),
        )
        for each in in_order
    )
    how = (
        f"One fresh process a row; lanes are shuffled in each round, seed {result.plan.seed}. "
        "Steal and others' CPU are the CPU seconds that a hypervisor and other processes had while "
        "it had its turns. Switches are involuntary context switches: others wanted its cores."
    )
    sentences = tuple(Item(line(each)) for each in disturbances(result.summary))
    table = Table(_columns(rate_unit(result.plan)), rows)
    return Section("Rounds", (Paragraph(line(how)), table, Bullets(sentences)), detail=True)


def observed(result: Result) -> Section | None:
    """What the processes got, by their own account; None if no process gave one.

    One row a lane, and another for each process that got something else.
    """
    rows = {
        (process.lane, *_got(process.record.observed))
        for process in result.processes
        if process.outcome == "completed" and process.record and process.record.observed
    }
    if not rows:
        return None
    order = {lane.id: i for i, lane in enumerate(result.plan.lanes)}
    sorted_rows = sorted(rows, key=lambda row: (order.get(row[0], len(order)), row))
    columns = (
        *(Column(title) for title in ("lane", "CPUs", "threads", "memory", "allocator", "OpenMP")),
        *(Column(title) for title in ("oneDNN may use", "IPEX level")),
    )
    cells = tuple((Cell(lane, lane=True), *map(Cell, texts)) for lane, *texts in sorted_rows)
    return Section("What each lane got", (Table(columns, cells),), detail=True)


def _columns(rate: str) -> tuple[Column, ...]:
    left = [Column(title) for title in ("round", "place", "lane", "outcome")]
    titles = [
        *(f"compute {rate}", f"end-to-end {rate}", "wall time", "load before", "steal, s"),
        *("others' CPU, s", "throttled periods", "switches"),
    ]
    return (*left, *(Column(title, right=True) for title in titles))


def _invalid() -> list[Cell]:
    return [state("invalid"), Cell(UNKNOWN), Cell(UNKNOWN)]


def _came_to(process: Process) -> list[Cell]:
    """Its outcome, and its rates if it completed."""
    if process.record is None or process.outcome != "completed":
        return [Cell(process.outcome), Cell(UNKNOWN), Cell(UNKNOWN)]
    rates = (compute_rate(process.record), end_to_end_rate(process.record))
    cells = [Cell(UNKNOWN if rate is None else figure(rate)) for rate in rates]
    return [Cell(process.outcome), *cells]


def _noise(process: Process) -> list[Cell]:
    """What else wanted its CPUs; a dash for what is not known."""
    noise, seen = process.noise, process.record.observed if process.record else None
    texts = [
        _number(noise.load_before, "{:.2f}"),
        _number(noise.steal_seconds, "{:.1f}"),
        _number(noise.others_cpu_seconds, "{:.1f}"),
        _number(noise.throttled_periods, "{:,}"),
        UNKNOWN if seen is None else f"{seen.context_switches_involuntary:,}",
    ]
    return [Cell(text) for text in texts]


def _number(read: Reading[float] | Reading[int], form: str) -> str:
    return UNKNOWN if read.value is None else form.format(read.value)


def _got(seen: Observed) -> tuple[str, ...]:
    return (
        format_cpulist(seen.affinity_at_start),
        str(seen.torch_threads),
        seen.memory_policy or "policy unknown",
        _names(seen.allocators) or "libc",
        _names(seen.openmp_libraries) or "none mapped",
        f"{seen.onednn_isa or 'not told'} (oneDNN {seen.onednn or 'unknown'})",
        seen.ipex_isa or UNKNOWN,
    )


def _names(paths: list[str]) -> str:
    return ", ".join(PurePath(path).name for path in paths)
