"""Charts drawn: a row a lane, laid out once for SVG and PNG."""

import math
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from bench.report.charts.chart import Absent, Bar, Chart, Course, Point, Reach, Row, Stack
from bench.report.charts.png import png
from bench.report.charts.sheet import LARGE, NORMAL, SMALL, TINY, Sheet, fitting, inches
from bench.report.charts.svg import svg
from bench.report.document.lanes import MARK
from bench.report.document.wording import FUNCTIONAL_CHECK, sentence_case
from bench.report.palette import ink_on
from bench.results.folder import write_bytes
from bench.text import figure

WIDTH, NARROW = 8.0, 4.5
"""Inches: of a picture, and of one for a phone, which has lanes' names above their bars."""

MARGIN = 0.2
LINE = 0.19
TITLE = 0.26
ROW, REACH, COURSE, BARE = 0.52, 0.78, 0.92, 0.36
"""Inches of a lane's row: a bar or stack, the three thin bars of a reach, steps, words."""

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

STRIP = 0.58
"""Inches in which a lane's steps stand, the slowest at the top."""

STEPS = (0.5, 0.9, 1.1, 2.0)
"""Of the median step: what a strip reaches down to at most and at least, and up to. Beyond that a
step stands at the edge, so that one of a minute does not press all others flat."""

DOT = 0.045
TICKS = 6
UNITS = 20
"""Of an axis's units, as many have their names beneath them."""

SWATCH = 0.2
SPOT = 0.13
"""Inches of the mark that is a point's value."""

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
        begin = self.chart.begin
        return self.left + self.width * (value - begin) / (self.limit - begin)

    def bar(
        self, y: float, value: float, colour: str, start: float = 0.0, height: float = BAR
    ) -> None:
        """A bar from one value on."""
        left = self.x(start)
        width = self.x(start + value) - left
        self.sheet.box(left, y - height / 2, width, height, colour, "edge")

    def label(
        self, y: float, end: float, text: str, size: float = NORMAL, *, bold: bool = True
    ) -> None:
        """Words to the right of a bar, on paper so that no line runs through them.

        They are never bold in a functional check: its figures are no measurement.
        """
        self.words(self.x(end) + GAP, y, text, size, bold=bold and not self.chart.functional_check)

    def words(
        self,
        left: float,
        y: float,
        text: str,
        size: float = NORMAL,
        *,
        bold: bool = False,
        colour: str = "ink",
    ) -> None:
        """Words on paper, so that no line runs through them."""
        length = inches(text, size, bold=bold)
        self.sheet.box(left - GAP / 2, y - CLEAR / 2, length + GAP, CLEAR, "paper")
        self.sheet.text(left, y, text, size, bold=bold, colour=colour)


def draw(chart: Chart, folder: Path) -> list[Path]:
    """Write `<name>.svg` and `<name>.png`; the paths written."""
    sheet = compose(chart)
    written = []
    for kind, write in (("svg", svg), ("png", png)):
        written.append(folder / f"{chart.name}.{kind}")
        write_bytes(written[-1], write(sheet, chart.title, chart.description))
    return written


def compose(chart: Chart, *, narrow: bool = False) -> Sheet:
    """The chart on a sheet: title, context, legend, rows, axis, notes, and what run it is of."""
    sheet_width = NARROW if narrow else WIDTH
    most = sheet_width - 2 * MARGIN
    title = _wrapped([chart.title], most, LARGE, bold=True)
    check = [f"{sentence_case(FUNCTIONAL_CHECK)}."] if chart.functional_check else []
    check = _wrapped(check, most, bold=True)
    head, foot, run = (_wrapped(x, most) for x in (chart.context, chart.notes, [chart.provenance]))
    stacked = next((list(x.parts) for x in chart.rows if isinstance(x, Stack)), [])
    legend = _legend(stacked, sheet_width)
    names = [_name(chart, row) for row in chart.rows]
    left = MARGIN + GAP
    if not narrow:
        left += max(inches(name, NORMAL) for name in names)
    width = sheet_width - left - 1.5 * MARGIN
    axis = _wrapped([chart.axis], width, NORMAL)
    above = LINE if narrow else 0.0
    under_title = MARGIN + TITLE * len(title)
    head_top = under_title + LINE * len(check) + GAP / 2
    legend_top = head_top + LINE * len(head) + GAP
    top = legend_top + (LINE * len(legend) + GAP if legend else 0)
    heights = (above + _height(row) for row in chart.rows)
    tops = [top, *(top + each for each in accumulate(heights))]
    notes_top = tops[-1] + AXIS + LINE * (len(axis) - 1) + GAP
    run_top = notes_top + LINE * len(foot) + (GAP / 2 if foot else 0)
    sheet = Sheet(sheet_width, run_top + LINE * len(run) + MARGIN)
    _lines(sheet, MARGIN, title, LARGE, TITLE, colour="ink", bold=True)
    _lines(sheet, under_title, check, SMALL, colour="alarm", bold=True)
    _lines(sheet, head_top, head)
    _draw_legend(sheet, legend_top, legend, chart.colours)
    plot = Plot(sheet, chart, left, tops, width, _limit(chart, width))
    _shade(plot)
    _axis(plot, axis)
    for name, row, top, bottom in zip(names, chart.rows, tops, tops[1:], strict=False):
        y = (top + above + bottom) / 2
        if narrow:
            plot.words(left, top + LINE, name)
        else:
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
    heights = {Reach: REACH, Course: COURSE, Absent: BARE}
    return heights.get(type(row), ROW)


def _draw_row(plot: Plot, y: float, row: Row) -> None:
    match row:
        case Bar():
            plot.bar(y, row.value, plot.chart.colours[row.lane])
            _draw_value(plot, y, row)
        case Point():
            _draw_value(plot, y, row)
            plot.sheet.box(
                plot.x(row.value) - SPOT / 2, y - SPOT / 2, SPOT, SPOT,
                plot.chart.colours[row.lane], "edge",
            )  # fmt: skip
        case Stack():
            _draw_stack(plot, y, row)
        case Reach():
            _draw_reach(plot, y, row)
        case Course():
            _draw_course(plot, y, row)
        case Absent():
            text = fitting(row.label, plot.width - GAP, SMALL)
            colour = "alarm" if row.state == "invalid" else "faint"
            plot.words(plot.left + GAP, y, text, SMALL, colour=colour)


def _draw_value(plot: Plot, y: float, row: Bar | Point) -> None:
    """A value's whiskers, and its label behind them."""
    if row.low is not None and row.high is not None:
        low, high = plot.x(row.low), plot.x(row.high)
        ends = [((end, y - WHISKER), (end, y + WHISKER)) for end in (low, high)]
        for colour, width in (("paper", HALO), ("ink", 1.2)):
            for line in [((low, y), (high, y)), *ends]:
                plot.sheet.line(*line, colour, width)
    plot.label(y, max(row.value, row.high or 0.0), row.label)


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


def _draw_course(plot: Plot, y: float, course: Course) -> None:
    """A lane's steps, about a line that is its median, and what they come to above them."""
    lowest, highest = _reach_of(plot.chart)
    bottom = y + COURSE / 2 - GAP / 2

    def height(over: float) -> float:
        """Where a step is that takes so much of the median one."""
        return bottom - STRIP * (min(highest, max(lowest, over)) - lowest) / (highest - lowest)

    usual = height(1.0)
    plot.sheet.line((plot.left, usual), (plot.x(course.length), usual), "faint", 0.6)
    for mark in course.marks:
        top, length = height(mark.high) - DOT / 2, height(mark.low) - height(mark.high)
        left, colour = plot.x(mark.at) - DOT / 2, plot.chart.colours[course.lane]
        plot.sheet.box(left, top, DOT, length + DOT, colour, "edge")
    plot.label(bottom - STRIP - CLEAR / 2, 0.0, course.label, SMALL, bold=False)


def _reach_of(chart: Chart) -> tuple[float, float]:
    """The least and the most of a median step that the strips have room for, the same for all."""
    marks = [mark for row in chart.rows if isinstance(row, Course) for mark in row.marks]
    least, low, high, most = STEPS
    low = max(least, min([low, *(mark.low for mark in marks)]))
    return low, min(most, max([high, *(mark.high for mark in marks)]))


def _shade(plot: Plot) -> None:
    """The places on the axis that something is to be known of."""
    top, height = plot.tops[0], plot.bottom - plot.tops[0]
    for start, _ in plot.chart.shaded:
        left = plot.x(start)
        plot.sheet.box(left, top, plot.x(start + 1) - left, height, "shade")


def _limit(chart: Chart, width: float) -> float:
    """How long the axis must be for each label to fit behind its bar's end."""
    begin = chart.begin
    needed = (
        begin + (end - begin) / max(0.2, 1 - (inches(text, size, bold=True) + 1.5 * GAP) / width)
        for row in chart.rows
        for end, text, size in _labels(row)
    )
    return max(needed) or 1.0


def _labels(row: Row) -> list[tuple[float, str, float]]:
    """Where each label's bar ends, its words and their size."""
    match row:
        case Bar() | Point():
            return [(max(row.value, row.high or 0.0), row.label, NORMAL)]
        case Stack():
            return [(sum(row.parts.values()), row.label, NORMAL)]
        case Reach():
            return [(x.value, x.label, SMALL) for x in (row.achieved, row.bound, row.peak)]
        case Course():
            return [(row.length, "", SMALL)]
        case Absent():
            return []


def _axis(plot: Plot, title: list[str]) -> None:
    """The axis with its figures and title, lines of a grid, and the one that marks the baseline."""
    sheet, top, bottom, units = plot.sheet, plot.tops[0], plot.bottom, plot.chart.units
    step = 1.0 if units else step_of(plot.limit - plot.chart.begin)
    places = max(0, -math.floor(math.log10(step)))
    first = math.ceil(plot.chart.begin / step)
    last = len(units) or math.floor(plot.limit / step)
    for i in range(first, last + 1):
        x = plot.x(i * step)
        sheet.line((x, top), (x, bottom), "grid", 0.6)
        sheet.line((x, bottom), (x, bottom + 0.05), "faint")
        if not units:
            sheet.text(x, bottom + 0.15, f"{i * step:.{places}f}", align="center")
    for i in range(0, len(units), 1 + len(units) // UNITS):
        sheet.text(plot.x(i + 0.5), bottom + 0.15, units[i], align="center")
    sheet.line((plot.left, bottom), (plot.left + plot.width, bottom), "faint")
    for i, line in enumerate(title):
        sheet.text(plot.left + plot.width / 2, bottom + 0.38 + i * LINE, line, align="center")
    if plot.chart.reference is not None:
        x = plot.x(plot.chart.reference)
        sheet.line((x, top), (x, bottom), "ink", 1, dashed=True)


def step_of(limit: float) -> float:
    """1, 2 or 5 times a power of ten, of which at most `TICKS` are within the limit."""
    power = 10.0 ** math.floor(math.log10(limit / TICKS))
    return next(n * power for n in (1, 2, 5, 10, 20) if limit / (n * power) <= TICKS)


def _legend(parts: list[str], width: float) -> list[list[tuple[float, str]]]:
    """The parts in rows, each with the inches from the left that it stands at."""
    rows: list[list[tuple[float, str]]] = []
    x = width
    for part in parts:
        length = SWATCH + inches(part, SMALL) + 2.5 * GAP
        if x + length > width - MARGIN:
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


def _wrapped(
    lines: list[str], most: float, size: float = SMALL, *, bold: bool = False
) -> list[str]:
    """Lines of at most so many inches; a number keeps its sign of percent."""
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
