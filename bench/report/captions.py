"""What the figures of a lane table are, in sentences: shared by console and Markdown."""

from bench.report.outcomes import measured_rounds
from bench.report.wording import counted
from bench.results.schema import Result, Summary


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
        *_extrapolated(result),
    ]


def _ranges(rounds: int) -> str:
    if rounds == 1:
        return "One round: there is no range, and no telling how far another would differ."
    return (
        f"Figures are medians over {counted(rounds, 'round')}; "
        "ranges are the lowest and the highest round, not a confidence interval."
    )


def _ratios(summary: Summary, rounds: int) -> list[str]:
    if not any(lane.compute_ratios for lane in summary.lanes):
        return []
    mean = ", geometric mean of the rounds' own ratios" if rounds > 1 else ""
    sentence = f"× is compute throughput over that of the lane named{mean}."
    best = summary.best_fp32
    if best is None:
        return [sentence]
    also = "also " if best == summary.baseline else ""
    return [sentence, f"{best} is {also}the FP32 lane with the highest compute throughput here."]


def _extrapolated(result: Result) -> list[str]:
    lanes = [lane for lane in result.summary.lanes if lane.epoch_seconds is not None]
    if all(lane.epoch_measured for lane in lanes) or result.data is None:
        return []
    images = counted(result.data.spec.images, "image")
    return [f"~ is extrapolated from end-to-end throughput to an epoch of {images}."]
