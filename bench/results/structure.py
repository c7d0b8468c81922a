"""What every reader of a result relies on beyond its schema: names, paths, lists that fit."""

import re
from collections.abc import Iterator

from bench.model.process import Energy, Process, Rank
from bench.model.record import (
    PHASES,
    Compilation,
    CoreLimits,
    Measurement,
    RankRecord,
    StepTimes,
)
from bench.model.result import Result
from bench.model.summary import CompileCost, Departure, LaneSummary, Ratio, Spread
from bench.results.files import is_inside

LANES = 64
"""Lanes in a plan: charts and tables have room for as many."""

PARTS = 32
"""Kinds of kernels, of which there are a dozen: charts have a colour and a legend for each."""

SETS = 32
"""Instruction sets of generated code, of which there are half a dozen."""

_WORD = re.compile(r"[A-Za-z0-9_]{1,40}")
"""An instruction set's name, or a compiler's word for one."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+@-]{0,63}")
"""A lane's id: harmless in a file name, a table, a spreadsheet's cell and on a terminal."""


def faults(result: Result) -> Iterator[str]:
    """What is wrong with how a result's parts fit together, each in a line that says where."""
    lanes = [lane.id for lane in result.plan.lanes]
    if len(lanes) > LANES:
        yield f"plan.lanes: more than {LANES}"
    if len(set(lanes)) < len(lanes):
        yield "plan.lanes: two lanes have the same id"
    if [lane.lane for lane in result.summary.lanes] != lanes:
        yield "summary.lanes: not the lanes of the plan"
    for name in sorted({*lanes, *_lanes_named(result)}):
        if not _NAME.fullmatch(name):
            yield f"{name[:64]!a} is not a lane's id"
    for i, lane in enumerate(result.summary.lanes):
        yield from (f"summary.lanes.{i}.{what}" for what in _figure_faults(lane))
    for i, departure in enumerate(result.summary.departures):
        yield from (f"summary.departures.{i}: {x}" for x in _departure_faults(departure, lanes))
    for i, process in enumerate(result.processes):
        for what in _process_faults(process, lanes):
            yield f"processes.{i}.{what}"


def _lanes_named(result: Result) -> Iterator[str]:
    summary = result.summary
    yield from (result.plan.baseline, summary.baseline)
    if summary.best_fp32 is not None:
        yield summary.best_fp32
    for lane in summary.lanes:
        for ratio in (*lane.compute_ratios, *lane.end_to_end_ratios):
            yield ratio.against


def _figure_faults(lane: LaneSummary) -> Iterator[str]:
    """A lane's figures, where they can't be such: charts have no room for them."""
    for field in ("compute_samples_per_second", "end_to_end_samples_per_second", "epoch_seconds"):
        over: Spread | None = getattr(lane, field)
        if over is not None and not 0 < over.low <= over.median <= over.high:
            yield f"{field}: not in order"
    for ratio in (*lane.compute_ratios, *lane.end_to_end_ratios):
        if not _in_order(ratio):
            yield f"ratio to {ratio.against}: not in order"
    phases = lane.phase_seconds
    if phases and (tuple(phases) != PHASES or not _are_parts(phases) or sum(phases.values()) == 0):
        yield "phase_seconds: not the phases of a step"
    if lane.kernels is not None and not _are_parts(lane.kernels.milliseconds):
        yield "kernels.milliseconds: not kinds of kernels"
    share = lane.kernels
    if (
        share is not None
        and min(share.covered or 0, share.calls or 0, share.calls_expected or 0) < 0
    ):
        yield "kernels: negative coverage"
    if lane.energy is not None and not (
        0
        < lane.energy.joules_per_sample.low
        <= lane.energy.joules_per_sample.median
        <= lane.energy.joules_per_sample.high
    ):
        yield "energy: not in order"
    if lane.compilation is not None and not _cost_in_order(lane.compilation):
        yield "compilation: not in order"
    if lane.limits is not None and not (
        lane.limits.peak_gflops > 0 and (lane.limits.clock_mhz is None or lane.limits.clock_mhz > 0)
    ):
        yield "limits: not above 0"


def _in_order(ratio: Ratio) -> bool:
    interval = ratio.interval or ratio
    return 0 < ratio.low <= ratio.value <= ratio.high and 0 < interval.low <= interval.high


def _cost_in_order(cost: CompileCost) -> bool:
    """Compiling may cost less than nothing: its step is one of a process, less another's."""
    warm = cost.warm_seconds
    paid = (cost.pays_off_steps, cost.pays_off_steps_low, cost.pays_off_steps_high)
    return min(each or 0 for each in (*paid, cost.pays_off_seconds)) >= 0 and (
        warm is None or warm.low <= warm.median <= warm.high
    )


def _departure_faults(departure: Departure, lanes: list[str]) -> Iterator[str]:
    if not {departure.lane, departure.other} <= set(lanes):
        yield "of a lane that is not in the plan"
    ratios = (departure.compute, departure.end_to_end)
    if not all(_in_order(each) for each in ratios if each is not None):
        yield "a ratio is not in order"


def _are_parts(times: dict[str, float]) -> bool:
    """Whether these are times by a few plain words."""
    words = all(re.fullmatch(r"[a-z][a-z ]{0,39}", each) for each in times)
    return words and len(times) <= PARTS and all(time >= 0 for time in times.values())


def _process_faults(process: Process, lanes: list[str]) -> Iterator[str]:
    if process.lane not in lanes:
        yield "lane: not in the plan"
    if process.round < 1 or process.position < 0:
        yield "round, position: rounds count from 1, positions from 0"
    if not is_inside(process.log):
        yield "log: leads out of the folder"
    if process.noise.energy.value is not None and not _metered(process.noise.energy.value):
        yield "noise.energy: a turn of none of its packages, or not above 0"
    for i, rank in enumerate(process.ranks):
        yield from (f"ranks.{i}.{what}" for what in _rank_faults(rank, i, process.lane))


def _metered(energy: Energy) -> bool:
    """Whether each turn has joules of each package, and a time to divide them by."""
    return all(
        len(turn.joules) == len(energy.packages) and turn.seconds > 0 and min(turn.joules) >= 0
        for turn in energy.turns
    )


def _rank_faults(rank: Rank, number: int, lane: str) -> Iterator[str]:
    if rank.rank != number:
        yield "rank: ranks count from 0, in order"
    if rank.evidence is not None and not is_inside(rank.evidence):
        yield "evidence: leads out of the folder"
    if rank.record is not None:
        if (rank.record.lane, rank.record.rank) != (lane, number):
            yield "record.lane, record.rank: another's than the process's"
        yield from (f"record.{what}" for what in _record_faults(rank.record))


def _record_faults(record: RankRecord) -> Iterator[str]:
    if any(seconds < 0 for seconds in record.epoch_seconds):
        yield "epoch_seconds: negative"
    if (record.evidence_seconds or 0) < 0:
        yield "evidence_seconds: negative"
    if record.limits is not None and not _measured(record.limits):
        yield "limits: not all of them are above 0"
    if record.compilation is not None:
        yield from (f"compilation{what}" for what in _compilation_faults(record.compilation))
    yield from _step_faults(record.warmup.steps, "warmup.steps")
    yield from _part_faults(record.compute, "compute")
    yield from _part_faults(record.end_to_end, "end_to_end")


def _compilation_faults(compilation: Compilation) -> Iterator[str]:
    made, generated = compilation, compilation.generated
    if min(made.first_step_seconds, made.graphs, made.graph_breaks, made.recompiled) < 0:
        yield ": negative"
    if generated is None:
        return
    instructions = generated.instructions or {}
    if min(generated.kernels, *instructions.values(), 0) < 0:
        yield ".generated: negative"
    words = [generated.vector_set, *instructions]
    if len(words) > SETS or not all(_WORD.fullmatch(each) for each in words):
        yield ".generated: not names of instruction sets"


def _measured(limits: CoreLimits) -> bool:
    """Whether they can be divided by: a peak, a bandwidth, a step's work."""
    rates = [limits.copy_gigabytes_per_second, *(each.gflops for each in limits.matmul)]
    rates += [] if limits.clock_mhz is None else [limits.clock_mhz]
    counts = [n for each in limits.operators for n in (each.calls, each.flop, each.bytes)]
    work = sum(each.calls * (each.flop + each.bytes) for each in limits.operators)
    return bool(limits.matmul) and min(rates) > 0 and min(counts, default=0) >= 0 < work


def _part_faults(part: Measurement, where: str) -> Iterator[str]:
    if part.samples < 0:
        yield f"{where}.samples: negative"
    if any(turn.steps < 0 for turn in part.turns):
        yield f"{where}.turns: negative steps"
    yield from _step_faults(part.timed, f"{where}.timed")


def _step_faults(steps: StepTimes, where: str) -> Iterator[str]:
    phases = [getattr(steps, phase) for phase in PHASES]
    if len({len(times) for times in phases}) > 1:
        yield f"{where}: its phases are not equally many"
    if any(time < 0 for times in phases for time in times):
        yield f"{where}: negative times"
