"""Three thin bars a lane: what it achieved, what its bound allows, the peak of its cores."""

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from bench.report.charts.chart import Chart, Level
from bench.report.charts.ink import EDGE, label
from bench.report.palette import lane_colour

Colour = str | tuple[float, float, float]

THIN = 0.25
PALE = 0.35
"""How much of the lane's colour is in the bound's bar; the peak's is empty."""

LETTER = 0.012
"""Width of a letter of a label, as a share of the axis."""


def draw_reaches(axes: Axes, chart: Chart) -> None:
    """Draw the chart's reaches, one a row from 0 downwards, the achieved above."""
    levels = [level for each in chart.reaches for level in (each.achieved, each.bound, each.peak)]
    axes.set_xlim(0, max(map(_whole, levels)))
    for y, each in enumerate(chart.reaches):
        colour = lane_colour(each.lane)
        _bar(axes, y - THIN, each.achieved, colour, weight="bold")
        _bar(axes, y, each.bound, _pale(colour))
        _bar(axes, y + THIN, each.peak, "white")


def _bar(axes: Axes, y: float, level: Level, colour: Colour, weight: str = "normal") -> None:
    axes.barh(y, level.value, height=THIN, color=colour, edgecolor=EDGE, linewidth=0.5, zorder=2)
    label(axes, level.value, y, level.label, weight=weight, fontsize=8.5)


def _pale(colour: str) -> Colour:
    """The colour on white: not transparent, so that no line of the grid shows through."""
    red, green, blue = (1 - PALE * (1 - part) for part in to_rgb(colour))
    return red, green, blue


def _whole(level: Level) -> float:
    """How long the axis must be for this bar and its label."""
    return level.value / (1 - min(0.8, 0.03 + LETTER * len(level.label)))
