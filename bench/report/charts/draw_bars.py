"""Bars with whiskers: one value a lane."""

from matplotlib.axes import Axes

from bench.report.charts.chart import Chart
from bench.report.charts.ink import EDGE, INK, label
from bench.report.palette import lane_colour


def draw_bars(axes: Axes, chart: Chart) -> None:
    """Draw the chart's bars, one a row from 0 downwards."""
    ends = [bar.high or bar.value for bar in chart.bars]
    longest = max(len(bar.label) for bar in chart.bars)
    axes.set_xlim(0, max(ends) * (1.08 + 0.014 * longest))
    if chart.reference is not None:
        axes.axvline(chart.reference, color=INK, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    for y, (bar, end) in enumerate(zip(chart.bars, ends, strict=True)):
        colour = lane_colour(bar.lane)
        axes.barh(y, bar.value, height=0.62, color=colour, edgecolor=EDGE, linewidth=0.5, zorder=2)
        if bar.low is not None and bar.high is not None:
            # Rounding may put a value a hair outside, which matplotlib refuses.
            reach = [[max(0.0, bar.value - bar.low)], [max(0.0, bar.high - bar.value)]]
            axes.errorbar(bar.value, y, xerr=reach, color=INK, capsize=4, linewidth=1.2, zorder=3)
        label(axes, end, y, bar.label, weight="bold")
