"""Charts drawn: a row a lane, laid out once for SVG and PNG."""

import math
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from bench.report.charts.chart import Absent, Bar, Chart, Reach, Row, Stack
from bench.report.charts.png import png
from bench.report.charts.sheet import LARGE, NORMAL, SMALL, TINY, Sheet, fitting, inches
from bench.report.charts.svg import svg
from bench.report.document.lanes import MARK
from bench.report.document.wording import FUNCTIONAL_CHECK, sentence_case
from bench.report.palette import ink_on
from bench.results.folder import write_bytes
from bench.text import figure

WIDTH = 8.0
MARGIN = 0.2
LINE = 0.19
TITLE = 0.26
ROW, REACH, BARE = 0.52, 0.78, 0.36
"""Inches of a lane's row: with a bar or stack, with the three thin bars of a reach, with words."""

AXIS = 0.62
"""Inches beneath the rows: the axis, its figures and its title."""

GAP = 0.1
BAR, THIN, WHISKER = 0.32, 0.19, 0.055
CLEAR = 0.16
"""Inches that are white behind a label."""

NAME = 3.0
"""Inches of a lane's name; what is longer is cut."""

PALE = 0.35
"""How much of the lane's colour is in the bound's bar; the peak's is empty."""

TICKS = 6
SWATCH = 0.2
HALO = 3.0
"""Points of the paper's colour beneath a whisker, so that it is seen on any bar."""


@dataclass(frozen=True)
class Plot:
    """Where the rows begin on a sheet, and how long the axis is that their bars are drawn on."""

    sheet: Sheet
    chart: Chart
    left: float
    tops: list[float]
    width: float
    limit: float

    @property
    def bottom(self) -> float:
        """Where the last row ends."""
        return self.tops[-1]

    def x(self, value: float) -> float:
        """Where a value is, in inches."""
        return self.left + self.width * value / self.limit

    def bar(
        self, y: float, value: float, colour: str, start: float = 0.0, height: float = BAR
    ) -> None:
        """A bar from one value on."""
        width = self.width * value / self.limit
        self.sheet.box(self.x(start), y - height / 2, width, height, colour, "edge")

    def label(
        self, y: float, end: float, text: str, size: float = NORMAL, *, bold: bool = True
    ) -> None:
        """Words to the right of a bar, on paper so that no line runs through them.

        They are never bold in a functional check: its figures are no measurement.
        """
        bold = bold and not self.chart.functional_check
        left, length = self.x(end) + GAP, inches(text, size, bold=bold)
        self.sheet.box(left - GAP / 2, y - CLEAR / 2, length + GAP, CLEAR, "paper")
        self.sheet.text(left, y, text, size, bold=bold)


def draw(chart: Chart, folder: Path) -> list[Path]:
    """Write `<name>.svg` and `<name>.png`; the paths written."""
    sheet = compose(chart)
    written = []
    for kind, write in (("svg", svg), ("png", png)):
        written.append(folder / f"{chart.name}.{kind}")
        write_bytes(written[-1], write(sheet, chart.title, chart.description))
    return written


def compose(chart: Chart) -> Sheet:
    """The chart on a sheet: title, context, legend, rows, axis, notes, and what run it is of."""
    title = _wrapped([chart.title], LARGE, bold=True)
    check = [f"{sentence_case(FUNCTIONAL_CHECK)}."] if chart.functional_check else []
    head, foot, run = (_wrapped(x) for x in (chart.context, chart.notes, [chart.provenance]))
    legend = _legend(next((list(x.parts) for x in chart.rows if isinstance(x, Stack)), []))
    under_title = MARGIN + TITLE * len(title)
    head_top = under_title + LINE * len(check) + GAP / 2
    legend_top = head_top + LINE * len(head) + GAP
    top = legend_top + (LINE * len(legend) + GAP if legend else 0)
    tops = [top, *(top + each for each in accumulate(map(_height, chart.rows)))]
    notes_top = tops[-1] + AXIS + GAP
    run_top = notes_top + LINE * len(foot) + (GAP / 2 if foot else 0)
    sheet = Sheet(WIDTH, run_top + LINE * len(run) + MARGIN)
    _lines(sheet, MARGIN, title, LARGE, TITLE, colour="ink", bold=True)
    _lines(sheet, under_title, check, SMALL, colour="alarm", bold=True)
    _lines(sheet, head_top, head)
    _draw_legend(sheet, legend_top, legend, chart.colours)
    names = [_name(chart, row) for row in chart.rows]
    left = MARGIN + GAP + max(inches(name, NORMAL) for name in names)
    width = WIDTH - left - 1.5 * MARGIN
    plot = Plot(sheet, chart, left, tops, width, _limit(chart, width))
    _axis(plot)
    for name, row, top, bottom in zip(names, chart.rows, tops, tops[1:], strict=False):
        y = (top + bottom) / 2
        sheet.text(left - GAP, y, name, align="right")
        _draw_row(plot, y, row)
    _lines(sheet, notes_top, foot)
    _lines(sheet, run_top, run, TINY)
    return sheet


def _name(chart: Chart, row: Row) -> str:
    """The lane's name, and the mark that something is to be known of it."""
    marked = row.lane in chart.marked and not isinstance(row, Absent)
    return fitting(row.lane, NAME, NORMAL) + (f" {MARK}" if marked else "")


def _height(row: Row) -> float:
    """Inches of a lane's row."""
    return REACH if isinstance(row, Reach) else BARE if isinstance(row, Absent) else ROW


def _draw_row(plot: Plot, y: float, row: Row) -> None:
    match row:
        case Bar():
            _draw_bar(plot, y, row)
        case Stack():
            _draw_stack(plot, y, row)
        case Reach():
            _draw_reach(plot, y, row)
        case Absent():
            text = fitting(row.label, plot.width - GAP, SMALL)
            plot.sheet.box(
                plot.left + GAP / 2, y - CLEAR / 2, inches(text, SMALL) + GAP, CLEAR, "paper"
            )
            colour = "alarm" if row.state == "invalid" else "faint"
            plot.sheet.text(plot.left + GAP, y, text, SMALL, colour=colour)


def _draw_bar(plot: Plot, y: float, bar: Bar) -> None:
    """A value, with whiskers."""
    plot.bar(y, bar.value, plot.chart.colours[bar.lane])
    if bar.low is not None and bar.high is not None:
        low, high = plot.x(bar.low), plot.x(bar.high)
        ends = [((end, y - WHISKER), (end, y + WHISKER)) for end in (low, high)]
        for colour, width in (("paper", HALO), ("ink", 1.2)):
            for line in [((low, y), (high, y)), *ends]:
                plot.sheet.line(*line, colour, width)
    plot.label(y, max(bar.value, bar.high or 0.0), bar.label)


def _draw_stack(plot: Plot, y: float, stack: Stack) -> None:
    """The parts of a lane's step; those that are wide enough have their figure in them."""
    colours = plot.chart.colours
    starts = accumulate(stack.parts.values(), initial=0.0)
    for (part, value), start in zip(stack.parts.items(), starts, strict=False):
        if value:
            plot.bar(y, value, colours[part], start)
        if inches(figure(value), SMALL) + GAP / 2 < plot.width * value / plot.limit:
            middle, ink = plot.x(start + value / 2), ink_on(colours[part])
            plot.sheet.text(middle, y, figure(value), SMALL, colour=ink, align="center")
    plot.label(y, sum(stack.parts.values()), stack.label)


def _draw_reach(plot: Plot, y: float, reach: Reach) -> None:
    """What a lane achieved, what its bound allows, its peak: three thin bars."""
    colour = plot.chart.colours[reach.lane]
    for place, level, fill in (
        (y - THIN, reach.achieved, colour),
        (y, reach.bound, _pale(colour)),
        (y + THIN, reach.peak, "paper"),
    ):
        plot.bar(place, level.value, fill, height=THIN)
        plot.label(place, level.value, level.label, SMALL, bold=level is reach.achieved)


def _limit(chart: Chart, width: float) -> float:
    """How long the axis must be for each label to fit behind its bar's end."""
    needed = (
        end / max(0.2, 1 - (inches(text, size, bold=True) + 1.5 * GAP) / width)
        for row in chart.rows
        for end, text, size in _labels(row)
    )
    return max(needed) or 1.0


def _labels(row: Row) -> list[tuple[float, str, float]]:
    """Where each label's bar ends, its words and their size."""
    match row:
        case Bar():
            return [(max(row.value, row.high or 0.0), row.label, NORMAL)]
        case Stack():
            return [(sum(row.parts.values()), row.label, NORMAL)]
        case Reach():
            return [(x.value, x.label, SMALL) for x in (row.achieved, row.bound, row.peak)]
        case Absent():
            return []


def _axis(plot: Plot) -> None:
    """The axis with its figures and title, lines of a grid, and the one that marks the baseline."""
    sheet, top, bottom = plot.sheet, plot.tops[0], plot.bottom
    step = step_of(plot.limit)
    places = max(0, -math.floor(math.log10(step)))
    for i in range(math.floor(plot.limit / step) + 1):
        x = plot.x(i * step)
        sheet.line((x, top), (x, bottom), "grid", 0.6)
        sheet.line((x, bottom), (x, bottom + 0.05), "faint")
        sheet.text(x, bottom + 0.15, f"{i * step:.{places}f}", align="center")
    sheet.line((plot.left, bottom), (plot.left + plot.width, bottom), "faint")
    sheet.text(plot.left + plot.width / 2, bottom + 0.38, plot.chart.axis, align="center")
    if plot.chart.reference is not None:
        x = plot.x(plot.chart.reference)
        sheet.line((x, top), (x, bottom), "ink", 1, dashed=True)


def step_of(limit: float) -> float:
    """1, 2 or 5 times a power of ten, of which at most `TICKS` are within the limit."""
    power = 10.0 ** math.floor(math.log10(limit / TICKS))
    return next(n * power for n in (1, 2, 5, 10, 20) if limit / (n * power) <= TICKS)


def _legend(parts: list[str]) -> list[list[tuple[float, str]]]:
    """The parts in rows, each with the inches from the left that it stands at."""
    rows: list[list[tuple[float, str]]] = []
    x = WIDTH
    for part in parts:
        length = SWATCH + inches(part, SMALL) + 2.5 * GAP
        if x + length > WIDTH - MARGIN:
            rows.append([])
            x = MARGIN
        rows[-1].append((x, part))
        x += length
    return rows


def _draw_legend(
    sheet: Sheet, top: float, rows: list[list[tuple[float, str]]], colours: dict[str, str]
) -> None:
    """What the colours of the parts mean."""
    for i, row in enumerate(rows):
        y = top + (i + 0.5) * LINE
        for x, part in row:
            sheet.box(x, y - 0.05, SWATCH, 0.1, colours[part], "edge")
            sheet.text(x + SWATCH + GAP / 2, y, part, SMALL)


def _lines(
    sheet: Sheet,
    top: float,
    lines: list[str],
    size: float = SMALL,
    height: float = LINE,
    *,
    colour: str = "faint",
    bold: bool = False,
) -> None:
    for i, line in enumerate(lines):
        sheet.text(MARGIN, top + (i + 0.5) * height, line, size, colour=colour, bold=bold)


def _wrapped(lines: list[str], size: float = SMALL, *, bold: bool = False) -> list[str]:
    """Lines that fit on the sheet; a number keeps its sign of percent."""
    most = WIDTH - 2 * MARGIN
    wrapped = []
    for line in lines:
        wrapped.append("")
        for word in line.replace(" %", "\N{NO-BREAK SPACE}%").split(" "):
            longer = f"{wrapped[-1]} {word}".strip()
            if wrapped[-1] and inches(longer, size, bold=bold) > most:
                wrapped.append(word)
            else:
                wrapped[-1] = longer
    return [fitting(line, most, size, bold=bold) for line in wrapped]


def _pale(colour: str) -> str:
    """The colour on white: not transparent, so that no line of the grid shows through."""
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - PALE * (255 - part)):02X}" for part in parts)
