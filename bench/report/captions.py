"""What the figures of a lane table are, in sentences: shared by console and Markdown."""

from bench.model.result import Result
from bench.model.summary import LaneSummary, Ratio, Summary
from bench.report.cautions import cautions
from bench.report.outcomes import measured_rounds
from bench.report.sureness import methods
from bench.text import counted


def best_fp32_column(summary: Summary) -> str | None:
    """The best FP32 lane, if ratios against it say more than those against the baseline."""
    return summary.best_fp32 if summary.best_fp32 != summary.baseline else None


def captions(result: Result) -> list[str]:
    """The sentences under a lane table, for the figures that are in it; [] for an empty one."""
    summary = result.summary
    rounds = measured_rounds(result)
    if rounds == 0:
        return []
    return [
        _ranges(rounds),
        *_ratios(summary, rounds),
        *_best_fp32(summary),
        *_extrapolated(result),
        *_precision(result),
        *cautions(result),
    ]


def _ranges(rounds: int) -> str:
    if rounds == 1:
        return "One round: there is no range, and no telling how far another would differ."
    return (
        f"img/s and epoch are medians over {counted(rounds, 'round')}; "
        "their ranges are the lowest and the highest round, not a confidence interval."
    )


def _ratios(summary: Summary, rounds: int) -> list[str]:
    """What × is and what stands with it: intervals, ranges, or some of each."""
    found = [(lane, ratio) for lane in summary.lanes for ratio in lane.compute_ratios]
    if not found:
        return []
    mean = ": the geometric mean of the rounds' own ratios" if rounds > 1 else ""
    sentences = [f"× is compute throughput over that of the lane named{mean}."]
    if rounds == 1:
        return sentences
    sure = [ratio for _, ratio in found if ratio.interval is not None]
    sentences += [f"With × stands its {method}." for method in methods(sure)]
    unsure = [(lane, ratio) for lane, ratio in found if ratio.interval is None]
    return sentences + _no_intervals(unsure, every=not sure)


def _no_intervals(found: list[tuple[LaneSummary, Ratio]], every: bool) -> list[str]:
    """That what stands with these ratios is no interval; `every` one is such."""
    whose = "" if every else " of {lane} over {against}"
    sentences = (
        "The range with ×"
        + whose.format(lane=lane.lane, against=ratio.against)
        + " is the lowest and the highest round and no confidence interval: "
        + f"{ratio.no_interval or 'there is none'}."
        for lane, ratio in found
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
    images = counted(result.data.spec.images, "image")
    return [f"~ is extrapolated from end-to-end throughput to an epoch of {images}."]


def _precision(result: Result) -> list[str]:
    """What ± is, if the reason for the run's end has one."""
    if "±" not in result.stop_reason:
        return []
    return ["± is half an interval's width, as a share of its middle."]
