"""Charts drawn with matplotlib. Only `bench.report.charts` imports this, when there is one to draw.

Text above and below the plot is laid out by hand in inches; the plot gets the rest.
"""

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bench.report.chart_data import Chart
from bench.report.palette import lane_colour, phase_colour

WIDTH = 8.0
MARGIN = 0.2
LINE = 0.19
TITLE = 0.36
ROW = 0.52
AXIS = 0.85
LEGEND = 0.35
GAP = 0.1
WRAP = 104
"""Characters a line of small text: 7.6 inches of DejaVu Sans in capitals at 8.5 points."""

INK, FAINT, EDGE = "#222222", "#595959", "#444444"

STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "text.parse_math": False,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.fonttype": "path",
    "svg.hashsalt": "bench",
}


def draw(chart: Chart, folder: Path) -> list[Path]:
    """Write `<name>.svg` and `<name>.png`; the paths written."""
    with style():
        figure = compose(chart)
        svg, png = folder / f"{chart.name}.svg", folder / f"{chart.name}.png"
        # Neither a date nor a version of matplotlib, so that the bytes depend on the result alone.
        figure.savefig(svg, metadata={"Date": None, "Creator": None, "Title": chart.title})
        figure.savefig(png, dpi=144, metadata={"Software": None, "Title": chart.title})
    return [svg, png]


def compose(chart: Chart) -> Figure:
    """The chart as a figure: title, context, plot, notes."""
    head = _wrapped(chart.context)
    foot = _wrapped(chart.notes)
    rows = len(chart.bars) + len(chart.stacks)
    top = MARGIN + TITLE + LINE * len(head)
    bottom = GAP + LINE * len(foot) + MARGIN
    plot = ROW * rows + AXIS + (LEGEND if chart.stacks else 0)
    height = top + plot + bottom
    figure = Figure(figsize=(WIDTH, height), facecolor="white")
    FigureCanvasAgg(figure)
    _write(figure, MARGIN, [chart.title], size=13, weight="bold")
    _write(figure, MARGIN + TITLE, head, size=8.5, color=FAINT)
    _write(figure, top + plot + GAP, foot, size=8.5, color=FAINT)
    side = MARGIN / WIDTH
    figure.set_layout_engine(
        "constrained", rect=(side, bottom / height, 1 - 2 * side, plot / height)
    )
    axes = figure.add_subplot()
    _prepare(axes, chart)
    if chart.stacks:
        _draw_stacks(axes, chart)
    else:
        _draw_bars(axes, chart)
    return figure


@contextmanager
def style() -> Iterator[None]:
    """This file's settings instead of the user's matplotlibrc, and the user's back after it."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        yield


def _wrapped(lines: list[str]) -> list[str]:
    return [part for line in lines for part in textwrap.wrap(line, WRAP)]


def _write(figure: Figure, top: float, lines: list[str], **style: Any) -> None:
    """Lines from `top` inches below the upper edge downwards."""
    height = figure.get_figheight()
    for i, line in enumerate(lines):
        y = 1 - (top + i * LINE) / height
        figure.text(MARGIN / WIDTH, y, line, va="top", **style)


def _prepare(axes: Axes, chart: Chart) -> None:
    lanes = [bar.lane for bar in chart.bars] or [stack.lane for stack in chart.stacks]
    axes.set_yticks(range(len(lanes)), lanes)
    axes.set_ylim(len(lanes) - 0.45, -0.55)
    axes.set_xlabel(chart.axis)
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)


def _draw_bars(axes: Axes, chart: Chart) -> None:
    ends = [bar.high or bar.value for bar in chart.bars]
    longest = max(len(bar.label) for bar in chart.bars)
    axes.set_xlim(0, max(ends) * (1.08 + 0.014 * longest))
    if chart.reference is not None:
        axes.axvline(chart.reference, color=INK, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    for y, (bar, end) in enumerate(zip(chart.bars, ends, strict=True)):
        colour = lane_colour(bar.lane)
        axes.barh(y, bar.value, height=0.62, color=colour, edgecolor=EDGE, linewidth=0.5, zorder=2)
        if bar.low is not None and bar.high is not None:
            reach = [[bar.value - bar.low], [bar.high - bar.value]]
            axes.errorbar(bar.value, y, xerr=reach, color=INK, capsize=4, linewidth=1.2, zorder=3)
        _label(axes, end, y, bar.label)


def _draw_stacks(axes: Axes, chart: Chart) -> None:
    totals = [sum(stack.phases.values()) for stack in chart.stacks]
    limit = max(totals) * 1.14
    axes.set_xlim(0, limit)
    for phase in chart.stacks[0].phases:
        lefts = [_before(stack.phases, phase) for stack in chart.stacks]
        widths = [stack.phases[phase] for stack in chart.stacks]
        axes.barh(
            range(len(widths)),
            widths,
            left=lefts,
            height=0.62,
            color=phase_colour(phase),
            edgecolor=EDGE,
            linewidth=0.5,
            label=phase,
            zorder=2,
        )
        for y, (left, width) in enumerate(zip(lefts, widths, strict=True)):
            if width > limit * 0.07:
                text = f"{width:.2f}" if limit >= 0.2 else f"{width:.4f}"
                axes.text(left + width / 2, y, text, ha="center", va="center", zorder=4)
    for y, (stack, total) in enumerate(zip(chart.stacks, totals, strict=True)):
        _label(axes, total, y, stack.label)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4, frameon=False, borderaxespad=0.2)


def _before(phases: dict[str, float], phase: str) -> float:
    """Seconds of the phases that come before this one."""
    names = list(phases)
    return sum(phases[name] for name in names[: names.index(phase)])


def _label(axes: Axes, end: float, y: int, text: str) -> None:
    """A figure to the right of a bar, on white so that no line runs through it."""
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    axes.annotate(
        text,
        (end, y),
        xytext=(7, 0),
        textcoords="offset points",
        va="center",
        weight="bold",
        bbox=box,
        zorder=5,
    )
