"""The chart of what lanes achieve beside what their cores could do."""

from bench.model.result import Result
from bench.model.summary import LimitShare
from bench.report.charts.chart import Chart, Level, Reach, chart
from bench.report.document.limits import BOUND, PEAK, bound_gflops, limits_of
from bench.report.palette import lane_colours
from bench.text import figure, percent


def limits(result: Result) -> Chart | None:
    """Arithmetic achieved, allowed by the roofline, and at peak; None if no limit is known."""
    shares = limits_of(result)
    return chart(
        result,
        "limits",
        "Arithmetic achieved, and what the cores could do",
        "GFLOP/s",
        [_reach(lane, share) for lane, share in shares.items()],
        colours=lane_colours(result.plan),
        notes=[PEAK, BOUND],
        lacking="its limits were not measured",
    )


def _reach(lane: str, share: LimitShare) -> Reach:
    shares = f"{percent(share.peak_share)} of peak, {percent(share.bound_share)} of bound"
    bound = bound_gflops(share)
    return Reach(
        lane=lane,
        achieved=Level(
            share.achieved_gflops, f"{figure(share.achieved_gflops)} achieved: {shares}"
        ),
        bound=Level(bound, f"{figure(bound)} bound"),
        peak=Level(share.peak_gflops, f"{figure(share.peak_gflops)} peak"),
    )
