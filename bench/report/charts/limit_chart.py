"""The chart of what lanes achieve beside what their cores could do."""

from bench.model.result import Result
from bench.model.summary import LimitShare
from bench.report.charts.chart import Chart, Level, Reach, context, not_drawn
from bench.report.limit_words import BOUND, PEAK, bound_gflops, limits_of
from bench.text import figure, percent


def limits(result: Result) -> Chart | None:
    """Arithmetic achieved, allowed by the roofline, and at peak; None if no limit is known."""
    found = limits_of(result)
    if not found:
        return None
    return Chart(
        name="limits",
        title="Arithmetic achieved, and what the cores could do",
        axis="GFLOP/s",
        context=context(result),
        notes=[PEAK, BOUND, *not_drawn(result, list(found), "its limits were not measured")],
        reaches=[_reach(lane, its) for lane, its in found.items()],
    )


def _reach(lane: str, its: LimitShare) -> Reach:
    shares = f"{percent(its.peak_share)} of peak, {percent(its.bound_share)} of bound"
    bound = bound_gflops(its)
    return Reach(
        lane=lane,
        achieved=Level(its.achieved_gflops, f"{figure(its.achieved_gflops)} achieved: {shares}"),
        bound=Level(bound, f"{figure(bound)} bound"),
        peak=Level(its.peak_gflops, f"{figure(its.peak_gflops)} peak"),
    )
