"""Charts drawn with matplotlib. Only `bench.report.charts` imports this, when there is one to draw.

Text above and below the plot is laid out by hand in inches; the plot gets the rest.
"""

import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from bench.report.charts.chart import Chart
from bench.report.charts.draw_bars import draw_bars
from bench.report.charts.draw_reaches import draw_reaches
from bench.report.charts.draw_stacks import LEGEND_COLUMNS, draw_stacks
from bench.report.charts.ink import FAINT, INK
from bench.results.folder import write_bytes

WIDTH = 8.0
MARGIN = 0.2
LINE = 0.19
TITLE = 0.36
ROW = 0.52
REACH = 0.78
AXIS = 0.85
LEGEND = 0.15
GAP = 0.1
WRAP = 104
"""Characters a line of small text: 7.6 inches of DejaVu Sans in capitals at 8.5 points."""

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
        about = {"Date": None, "Creator": None, "Title": chart.title}
        _save(svg, partial(FigureCanvasSVG(figure).print_svg, metadata=about))
        figure.dpi = 144
        about = {"Software": None, "Title": chart.title}
        _save(png, partial(FigureCanvasAgg(figure).print_png, metadata=about))
    return [svg, png]


def _save(path: Path, draw_into: Callable[[BytesIO], None]) -> None:
    """One file. By its canvas, since `savefig` draws everything twice."""
    content = BytesIO()
    draw_into(content)
    write_bytes(path, content.getvalue())


def compose(chart: Chart) -> Figure:
    """The chart as a figure: title, context, plot, notes."""
    head = _wrapped(chart.context)
    foot = _wrapped(chart.notes)
    top = MARGIN + TITLE + LINE * len(head)
    bottom = GAP + LINE * len(foot) + MARGIN
    plot = _plot_height(chart)
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
    if chart.bars:
        draw_bars(axes, chart)
    if chart.stacks:
        draw_stacks(axes, chart)
    if chart.reaches:
        draw_reaches(axes, chart)
    return figure


def _plot_height(chart: Chart) -> float:
    """Inches of the rows, the axis beneath and the legend above."""
    rows = ROW * (len(chart.bars) + len(chart.stacks)) + REACH * len(chart.reaches)
    parts = len(chart.stacks[0].parts) if chart.stacks else 0
    return rows + AXIS + (LEGEND + LINE * -(-parts // LEGEND_COLUMNS) if parts else 0)


@contextmanager
def style() -> Iterator[None]:
    """This file's settings instead of the user's matplotlibrc, and the user's back after it."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        yield


def _wrapped(lines: list[str]) -> list[str]:
    """Lines short enough; a number keeps its sign of percent."""
    whole = (line.replace(" %", "\N{NO-BREAK SPACE}%") for line in lines)
    return [part for line in whole for part in textwrap.wrap(line, WRAP)]


def _write(figure: Figure, top: float, lines: list[str], **style: Any) -> None:
    """Lines from `top` inches below the upper edge downwards."""
    height = figure.get_figheight()
    for i, line in enumerate(lines):
        y = 1 - (top + i * LINE) / height
        figure.text(MARGIN / WIDTH, y, line, va="top", **style)


def _prepare(axes: Axes, chart: Chart) -> None:
    lanes = chart.lanes
    axes.set_yticks(range(len(lanes)), lanes)
    axes.set_ylim(len(lanes) - 0.45, -0.55)
    axes.set_xlabel(chart.axis)
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
