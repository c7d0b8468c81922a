"""Charts drawn: bars, stacks and reaches, a row a lane, laid out once for SVG and PNG."""

import math
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from bench.report.charts.chart import Bar, Chart, Reach, Stack
from bench.report.charts.sheet import LARGE, NORMAL, SMALL, Sheet, inches
from bench.report.palette import INK, ink_on
from bench.text import figure

WIDTH = 8.0
MARGIN = 0.2
LINE = 0.19
TITLE = 0.36
ROW, REACH = 0.52, 0.78
"""Inches of a lane's row: with a bar or stack, and with the three thin bars of a reach."""

AXIS = 0.62
"""Inches beneath the rows: the axis, its figures and its title."""

GAP = 0.1
BAR, THIN, WHISKER = 0.32, 0.19, 0.055
CLEAR = 0.16
"""Inches that are white behind a label."""

NAME = 40
"""Characters of a lane's name; what is longer is cut."""

PALE = 0.35
"""How much of the lane's colour is in the bound's bar; the peak's is empty."""

LEAST_LABELLED = 0.45
"""Inches that a part must take to have its figure in it."""

TICKS = 6
SWATCH = 0.2
FAINT, EDGE, GRID = "#595959", "#444444", "#dddddd"


@dataclass(frozen=True)
class Plot:
    """Where the rows are on a sheet, and how long the axis is that their bars are drawn on."""

    sheet: Sheet
    left: float
    top: float
    width: float
    row: float
    limit: float

    def x(self, value: float) -> float:
        """Where a value is, in inches."""
        return self.left + self.width * value / self.limit

    def y(self, row: int) -> float:
        """Where a row's middle is, in inches."""
        return self.top + self.row * (row + 0.5)

    def bar(
        self, y: float, value: float, colour: str, start: float = 0.0, height: float = BAR
    ) -> None:
        """A bar from one value on."""
        width = self.width * value / self.limit
        self.sheet.box(self.x(start), y - height / 2, width, height, colour, EDGE)

    def label(
        self, y: float, end: float, text: str, size: float = NORMAL, *, bold: bool = True
    ) -> None:
        """Words to the right of a bar, on white so that no line runs through them."""
        left, length = self.x(end) + GAP, inches(text, size, bold=bold)
        self.sheet.box(left - GAP / 2, y - CLEAR / 2, length + GAP, CLEAR, "white")
        self.sheet.text(left, y, text, size, bold=bold)


def draw(chart: Chart, folder: Path) -> list[Path]:
    """Write `<name>.svg` and `<name>.png`; the paths written."""
    return compose(chart).save(folder, chart.name, chart.title)


def compose(chart: Chart) -> Sheet:
    """The chart on a sheet: title, context, legend, rows, axis, notes."""
    head, foot = _wrapped(chart.context), _wrapped(chart.notes)
    names = [lane if len(lane) <= NAME else f"{lane[: NAME - 1]}…" for lane in chart.lanes]
    left = MARGIN + GAP + max(inches(name, NORMAL) for name in names)
    legend = _legend(list(chart.stacks[0].parts) if chart.stacks else [])
    row = REACH if chart.reaches else ROW
    legend_top = MARGIN + TITLE + LINE * len(head) + GAP
    top = legend_top + (LINE * len(legend) + GAP if legend else 0)
    bottom = top + row * len(names)
    sheet = Sheet(WIDTH, bottom + AXIS + GAP + LINE * len(foot) + MARGIN)
    sheet.text(MARGIN, MARGIN + 0.1, chart.title, LARGE, bold=True)
    _lines(sheet, MARGIN + TITLE, head)
    _draw_legend(sheet, legend_top, legend, chart.colours)
    width = WIDTH - left - 1.5 * MARGIN
    plot = Plot(sheet, left, top, width, row, _limit(chart, width))
    _axis(plot, chart, bottom)
    for i, name in enumerate(names):
        sheet.text(left - GAP, plot.y(i), name, align="right")
    draw_bars(plot, chart.bars, chart.colours)
    draw_stacks(plot, chart.stacks, chart.colours)
    draw_reaches(plot, chart.reaches, chart.colours)
    _lines(sheet, bottom + AXIS + GAP, foot)
    return sheet


def draw_bars(plot: Plot, bars: list[Bar], colours: dict[str, str]) -> None:
    """One value a lane, with whiskers."""
    for i, bar in enumerate(bars):
        y = plot.y(i)
        plot.bar(y, bar.value, colours[bar.lane])
        if bar.low is not None and bar.high is not None:
            low, high = plot.x(bar.low), plot.x(bar.high)
            plot.sheet.line((low, y), (high, y), INK, 1.2)
            for end in (low, high):
                plot.sheet.line((end, y - WHISKER), (end, y + WHISKER), INK, 1.2)
        plot.label(y, bar.high or bar.value, bar.label)


def draw_stacks(plot: Plot, stacks: list[Stack], colours: dict[str, str]) -> None:
    """The parts of each lane's step; those that are wide enough have their figure in them."""
    for i, stack in enumerate(stacks):
        y = plot.y(i)
        starts = accumulate(stack.parts.values(), initial=0.0)
        for (part, value), start in zip(stack.parts.items(), starts, strict=False):
            plot.bar(y, value, colours[part], start)
            if plot.width * value / plot.limit > LEAST_LABELLED:
                middle, ink = plot.x(start + value / 2), ink_on(colours[part])
                plot.sheet.text(middle, y, figure(value), SMALL, colour=ink, align="center")
        plot.label(y, sum(stack.parts.values()), stack.label)


def draw_reaches(plot: Plot, reaches: list[Reach], colours: dict[str, str]) -> None:
    """What each lane achieved, what its bound allows, its peak: three thin bars."""
    for i, reach in enumerate(reaches):
        y, colour = plot.y(i), colours[reach.lane]
        for place, level, fill in (
            (y - THIN, reach.achieved, colour),
            (y, reach.bound, _pale(colour)),
            (y + THIN, reach.peak, "white"),
        ):
            plot.bar(place, level.value, fill, height=THIN)
            plot.label(place, level.value, level.label, SMALL, bold=level is reach.achieved)


def _limit(chart: Chart, width: float) -> float:
    """How long the axis must be for each label to fit behind its bar's end."""
    labels = [(bar.high or bar.value, bar.label, NORMAL) for bar in chart.bars]
    labels += [(sum(each.parts.values()), each.label, NORMAL) for each in chart.stacks]
    for each in chart.reaches:
        labels += [(x.value, x.label, SMALL) for x in (each.achieved, each.bound, each.peak)]
    needed = (
        end / max(0.2, 1 - (inches(text, size, bold=True) + 1.5 * GAP) / width)
        for end, text, size in labels
    )
    return max(needed) or 1.0


def _axis(plot: Plot, chart: Chart, bottom: float) -> None:
    """The axis with its figures and title, lines of a grid, and the one that marks the baseline."""
    step = step_of(plot.limit)
    places = max(0, -math.floor(math.log10(step)))
    for i in range(math.floor(plot.limit / step) + 1):
        x = plot.x(i * step)
        plot.sheet.line((x, plot.top), (x, bottom), GRID, 0.6)
        plot.sheet.line((x, bottom), (x, bottom + 0.05), FAINT)
        plot.sheet.text(x, bottom + 0.15, f"{i * step:.{places}f}", align="center")
    end = plot.left + plot.width
    plot.sheet.line((plot.left, bottom), (end, bottom), FAINT)
    plot.sheet.text(plot.left + plot.width / 2, bottom + 0.38, chart.axis, align="center")
    if chart.reference is not None:
        x = plot.x(chart.reference)
        plot.sheet.line((x, plot.top), (x, bottom), INK, 1, dashed=True)


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
            sheet.box(x, y - 0.05, SWATCH, 0.1, colours[part], EDGE)
            sheet.text(x + SWATCH + GAP / 2, y, part, SMALL)


def _lines(sheet: Sheet, top: float, lines: list[str]) -> None:
    for i, line in enumerate(lines):
        sheet.text(MARGIN, top + (i + 0.5) * LINE, line, SMALL, colour=FAINT)


def _wrapped(lines: list[str]) -> list[str]:
    """Lines that fit on the sheet; a number keeps its sign of percent."""
    wrapped = []
    for line in lines:
        wrapped.append("")
        for word in line.replace(" %", "\N{NO-BREAK SPACE}%").split(" "):
            longer = f"{wrapped[-1]} {word}".strip()
            if wrapped[-1] and inches(longer, SMALL) > WIDTH - 2 * MARGIN:
                wrapped.append(word)
            else:
                wrapped[-1] = longer
    return wrapped


def _pale(colour: str) -> str:
    """The colour on white: not transparent, so that no line of the grid shows through."""
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - PALE * (255 - part)):02X}" for part in parts)
