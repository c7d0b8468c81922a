"""The chart of leaving an archived engine: each of its lanes, and those to run instead."""

from bench.model.result import Result
from bench.report.charts.chart import Chart, Point, chart
from bench.report.charts.comparison import ends, ratio_whiskers
from bench.report.document.leaving import engines, title
from bench.report.document.wording import ratio_value
from bench.report.palette import lane_colours

ROOM = 0.25
"""Of what the points reach over, as much is left free before the lowest."""


def leaving(result: Result) -> Chart | None:
    """A group for each of its lanes, which is 1; None where nothing was held together."""
    every = result.summary.departures
    ratios = {each.other: each.compute for each in every if each.compute is not None}
    left = dict.fromkeys(each.lane for each in every if each.compute is not None)
    points = [Point(lane, 1.0, None, None, f"1 ({engines(result)})") for lane in left]
    points += [
        Point(lane, ratio.value, *ends(ratio), ratio_value(ratio)) for lane, ratio in ratios.items()
    ]
    return chart(
        result,
        "leaving",
        f"{title(result)}: speed of what can be run instead",
        f"compute throughput, as a multiple of the {engines(result)} lane's above; "
        "the axis does not begin at 0",
        points,
        colours=lane_colours(result.plan),
        notes=ratio_whiskers(ratios),
        lacking="not held against it: the report says why",
        only=[x for lane in left for x in (lane, *(y.other for y in every if y.lane == lane))],
        reference=1.0,
        begin=_begin(points),
    )


def _begin(points: list[Point]) -> float:
    """Where the axis begins, for differences of a few percent to be seen."""
    lows = [point.value if point.low is None else point.low for point in points]
    highs = [point.value if point.high is None else point.high for point in points]
    lowest, highest = min(lows, default=0.0), max(highs, default=0.0)
    return max(0.0, lowest - ROOM * (highest - lowest)) if highest > lowest else 0.0
