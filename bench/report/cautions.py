"""What to keep in mind of a run: outliers, warm-ups that never became steady, disturbed rounds."""

from fractions import Fraction

from bench.analysis.outliers import CUTOFF
from bench.model.process import Process
from bench.model.result import Result
from bench.model.summary import RoundState, Summary
from bench.text import counted


def cautions(result: Result) -> list[str]:
    """The sentences; [] for a run without any."""
    return [*_outliers(result), *_warmups(result), *disturbances(result.summary)]


def disturbances(summary: Summary) -> list[str]:
    """A sentence for each disturbed round: what was seen, and what the round weighs."""
    return [_disturbed(each) for each in summary.rounds if each.disturbed]


def _outliers(result: Result) -> list[str]:
    found = {lane.lane: lane.outliers for lane in result.summary.lanes if lane.outliers}
    if not found:
        return []
    steps = sum(len(p.record.compute.timed) for p in _counted(result) if p.record is not None)
    total = sum(found.values())
    are = "is an outlier" if total == 1 else "are outliers"
    return [
        f"{total} of {counted(steps, 'timed compute step')} {are} "
        f"(modified z-score over {CUTOFF:g}): {_listed(found)}; all count."
    ]


def _warmups(result: Result) -> list[str]:
    found = {
        lane.lane: lane.unsteady_warmups for lane in result.summary.lanes if lane.unsteady_warmups
    }
    if not found:
        return []
    processes = counted(len(_counted(result)), "process", "processes")
    return [
        f"The warm-up never became steady in {sum(found.values())} of {processes}: "
        f"{_listed(found)}; they count."
    ]


def _disturbed(state: RoundState) -> str:
    weight = Fraction(state.weight).limit_denominator(1000)
    incomplete = "it is not complete, and counts for the pairs of lanes that it has"
    counts = f"it counts in full, {weight}" if weight else incomplete
    return f"Round {state.round} was disturbed: {'; '.join(state.disturbed)}; {counts}."


def _counted(result: Result) -> list[Process]:
    """The processes whose steps the summary is drawn from."""
    valid = {lane.id for lane in result.plan.lanes if lane.status != "invalid"}
    return [p for p in result.processes if p.outcome == "completed" and p.lane in valid]


def _listed(counts: dict[str, int]) -> str:
    """`8 in fp32, 4 in bf16-amx`."""
    return ", ".join(f"{count} in {lane}" for lane, count in counts.items())
