"""A chart as data: what it shows and says, without drawing it and without matplotlib."""

import textwrap
from dataclasses import dataclass, field

from bench.model.result import Result
from bench.report.document.headline import cores_used, cpu_brand, workload
from bench.text import one_line, printable

REASON = 220
"""Characters of a reason that a chart's note shows."""


@dataclass(frozen=True)
class Bar:
    """One lane's value; `low` and `high` are None where there is no range."""

    lane: str
    value: float
    low: float | None
    high: float | None
    label: str


@dataclass(frozen=True)
class Stack:
    """One lane's step: its parts in the order they are stacked, and what they come to."""

    lane: str
    parts: dict[str, float]
    label: str


@dataclass(frozen=True)
class Level:
    """One value of several that a lane has, and its words."""

    value: float
    label: str


@dataclass(frozen=True)
class Reach:
    """What a lane achieved beside what it could: the bound and the peak."""

    lane: str
    achieved: Level
    bound: Level
    peak: Level


@dataclass(frozen=True)
class Chart:
    """One chart. It has bars, stacks or reaches; `reference` is where a line marks the baseline.

    `colours` are those of the lanes, or of the parts that stacks have.
    """

    name: str
    title: str
    axis: str
    context: list[str]
    notes: list[str]
    colours: dict[str, str]
    bars: list[Bar] = field(default_factory=list)
    stacks: list[Stack] = field(default_factory=list)
    reaches: list[Reach] = field(default_factory=list)
    reference: float | None = None

    @property
    def lanes(self) -> list[str]:
        """The lanes drawn, from above."""
        rows: list[Bar | Stack | Reach] = [*self.bars, *self.stacks, *self.reaches]
        return [row.lane for row in rows]


def context(result: Result) -> list[str]:
    """Host and workload, a line each."""
    return [
        one_line(f"{cpu_brand(result.host)}, {cores_used(result.plan)}"),
        printable(workload(result.plan, result.data)),
    ]


def not_drawn(result: Result, drawn: list[str], lacking: str) -> list[str]:
    """The lanes without a bar, each with what became of it; measured ones lack something."""
    notes = []
    for each in result.summary.lanes:
        if each.lane in drawn:
            continue
        why = lacking if each.state == "measured" else each.reason or ""
        # A failure's text can be pages long; the report has the whole of it.
        reason = textwrap.shorten(printable(why), REASON, placeholder=" …")
        end = "" if reason.endswith("…") else "."
        notes.append(f"Not drawn: {each.lane}, {each.state}{': ' if reason else ''}{reason}{end}")
    return notes
