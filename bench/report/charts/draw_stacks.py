"""Stacked bars: the parts of a lane's step."""

from itertools import accumulate

from matplotlib.axes import Axes

from bench.report.charts.chart import Chart
from bench.report.charts.ink import EDGE, label
from bench.report.palette import part_colour, part_ink
from bench.text import figure

LEGEND_COLUMNS = 4
LEAST_LABELLED = 0.07
"""Share of the axis that a part must take to have its figure in it."""


def draw_stacks(axes: Axes, chart: Chart) -> None:
    """Draw the chart's stacks, one a row from 0 downwards, with a legend above."""
    totals = [sum(stack.parts.values()) for stack in chart.stacks]
    longest = max(len(stack.label) for stack in chart.stacks)
    limit = max(totals) * (1.06 + 0.014 * longest)
    axes.set_xlim(0, limit)
    starts = [[0.0, *accumulate(stack.parts.values())] for stack in chart.stacks]
    for i, part in enumerate(chart.stacks[0].parts):
        lefts = [each[i] for each in starts]
        widths = [stack.parts[part] for stack in chart.stacks]
        _draw_part(axes, part, lefts, widths, limit * LEAST_LABELLED)
    for y, (stack, total) in enumerate(zip(chart.stacks, totals, strict=True)):
        label(axes, total, y, stack.label, weight="bold")
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=LEGEND_COLUMNS,
        frameon=False,
        borderaxespad=0.2,
        fontsize=8.5,
        columnspacing=1.2,
        handlelength=1.4,
    )


def _draw_part(
    axes: Axes, part: str, lefts: list[float], widths: list[float], least: float
) -> None:
    """One part of all lanes; those at least so wide have their figure in them."""
    axes.barh(
        range(len(widths)),
        widths,
        left=lefts,
        height=0.62,
        color=part_colour(part),
        edgecolor=EDGE,
        linewidth=0.5,
        label=part,
        zorder=2,
    )
    for y, (left, width) in enumerate(zip(lefts, widths, strict=True)):
        if width > least:
            axes.text(
                left + width / 2,
                y,
                figure(width),
                ha="center",
                va="center",
                color=part_ink(part),
                fontsize=8.5,
                zorder=4,
            )
