"""What the figures of a run are, and what to keep in mind of them, in sentences."""

from fractions import Fraction

from bench.model.process import Process
from bench.model.result import Result
from bench.model.summary import LaneSummary, Ratio, RoundState, Summary
from bench.report.document.headline import measured_rounds
from bench.report.document.lanes import MARK
from bench.report.document.wording import in_rounds, methods, rate_unit
from bench.text import counted

OUTLIER_CUTOFF = "outlier_cutoff"
"""The name of that threshold among the constants that a summary was drawn with."""


def captions(result: Result) -> list[str]:
    """The sentences for the figures that are there; [] if nothing was measured."""
    summary = result.summary
    rounds = measured_rounds(result)
    if rounds == 0:
        return []
    return [
        _ranges(rounds, rate_unit(result.plan)),
        *_ratios(summary, rounds),
        *_best_fp32(summary),
        *_extrapolated(result),
        *_precision(result),
    ]


def cautions(result: Result) -> list[str]:
    """What processes got that was not planned, warm-ups that never ended, disturbed rounds."""
    rounds = {
        lane.lane: {x.round for x in counting(result) if x.lane == lane.lane}
        for lane in result.summary.lanes
    }
    return [
        *(
            f"{MARK} {lane.lane}: {in_rounds(text, rounds[lane.lane])}"
            for lane in result.summary.lanes
            for text in lane.cautions
        ),
        *_warmups(result),
        *disturbances(result.summary),
    ]


def disturbances(summary: Summary) -> list[str]:
    """A sentence for each disturbed round: what was seen, and what the round weighs."""
    return [_disturbed(each) for each in summary.rounds if each.disturbed]


def counting(result: Result) -> list[Process]:
    """The processes whose steps the summary is drawn from."""
    invalid = {lane.lane for lane in result.summary.lanes if lane.state == "invalid"}
    return [p for p in result.processes if p.outcome == "completed" and p.lane not in invalid]


def _ranges(rounds: int, rate: str) -> str:
    if rounds == 1:
        return "One round: there is no range, and no telling how far another would differ."
    return (
        f"{rate} and epoch are medians over {counted(rounds, 'round')}; "
        "their ranges are the lowest and the highest round, not a confidence interval."
    )


def _ratios(summary: Summary, rounds: int) -> list[str]:
    """What × is and what stands with it: intervals, ranges, or some of each."""
    pairs = [(lane, ratio) for lane in summary.lanes for ratio in lane.compute_ratios]
    if not pairs:
        return []
    mean = ": the geometric mean of the rounds' own ratios" if rounds > 1 else ""
    sentences = [f"× is compute throughput over that of the lane named{mean}."]
    if rounds == 1:
        return sentences
    sure = [ratio for _, ratio in pairs if ratio.interval is not None]
    sentences += [f"With × stands its {method}." for method in methods(sure)]
    if sure and summary.family > 2:
        lanes = counted(summary.family, "lane")
        sentences.append(f"These intervals hold together, for all pairs of the run's {lanes}.")
    unsure = [(lane, ratio) for lane, ratio in pairs if ratio.interval is None]
    return sentences + _no_intervals(unsure, every=not sure)


def _no_intervals(pairs: list[tuple[LaneSummary, Ratio]], every: bool) -> list[str]:
    """That what stands with these ratios is no interval; `every` one is such."""
    whose = "" if every else " of {lane} over {against}"
    sentences = (
        "The range with ×"
        + whose.format(lane=lane.lane, against=ratio.against)
        + " is the lowest and the highest round and no confidence interval: "
        + f"{ratio.no_interval or 'there is none'}."
        for lane, ratio in pairs
    )
    return list(dict.fromkeys(sentences))


def _best_fp32(summary: Summary) -> list[str]:
    best = summary.best_fp32
    if best is None or not any(lane.compute_ratios for lane in summary.lanes):
        return []
    also = "also " if best == summary.baseline else ""
    return [f"{best} is {also}the FP32 lane with the highest compute throughput here."]


def _extrapolated(result: Result) -> list[str]:
    lanes = [lane for lane in result.summary.lanes if lane.epoch_seconds is not None]
    if all(lane.epoch_measured for lane in lanes) or result.data is None:
        return []
    samples = counted(result.data.spec.samples, "sample")
    return [f"~ is extrapolated from end-to-end throughput to an epoch of {samples}."]


def _precision(result: Result) -> list[str]:
    """What ± is, if the reason for the run's end has one."""
    if "±" not in result.stop_reason:
        return []
    return ["± is half an interval's width, as a share of its middle."]


def outliers(result: Result) -> list[str]:
    """How many steps are outliers: all of them count, so that a full report alone has it."""
    counts = {lane.lane: lane.outliers for lane in result.summary.lanes if lane.outliers}
    if not counts:
        return []
    steps = sum(len(p.record.compute.timed) for p in counting(result) if p.record is not None)
    total = sum(counts.values())
    are = "is an outlier" if total == 1 else "are outliers"
    cutoff = result.summary.method.constants.get(OUTLIER_CUTOFF)
    rule = "" if cutoff is None else f" over {cutoff:g}"
    return [
        f"{total} of {counted(steps, 'timed compute step')} {are} "
        f"(modified z-score{rule}): {_numbered(counts)}; all count."
    ]


def _warmups(result: Result) -> list[str]:
    counts = {
        lane.lane: lane.unsteady_warmups for lane in result.summary.lanes if lane.unsteady_warmups
    }
    if not counts:
        return []
    processes, unsteady = len(counting(result)), sum(counts.values())
    if processes == 1:
        return [f"The warm-up of {next(iter(counts))} never became steady; its steps count."]
    return [
        f"The warm-up never became steady in {unsteady} of {processes} processes: "
        f"{_numbered(counts)}; {'its' if unsteady == 1 else 'their'} steps count."
    ]


def _disturbed(state: RoundState) -> str:
    weight = Fraction(state.weight).limit_denominator(1000)
    incomplete = "it is not complete, and counts for the pairs of lanes that it has"
    share = f", as {weight.numerator} of {counted(weight.denominator, 'round')}"
    counts = "it counts in full" + (share if weight < 1 else "") if weight else incomplete
    return f"Round {state.round} was disturbed: {'; '.join(state.disturbed)}; {counts}."


def _numbered(counts: dict[str, int]) -> str:
    """`8 in fp32, 4 in bf16-amx`."""
    return ", ".join(f"{count} in {lane}" for lane, count in counts.items())
