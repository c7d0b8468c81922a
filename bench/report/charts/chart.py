"""A chart as data: what it shows and says, without drawing it and without matplotlib."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from bench.model.plan import Plan
from bench.model.result import Result
from bench.model.summary import LaneState
from bench.report.document.headline import cores_used, cpu_brand, provenance, workload
from bench.report.document.lanes import MARK, in_few_words
from bench.report.document.wording import FUNCTIONAL_CHECK, sentence_case
from bench.text import figure, one_line

MANY = 8
"""Lanes beyond which a chart has them by group."""


@dataclass(frozen=True)
class Bar:
    """One lane's value; `low` and `high` are None where there is no range."""

    lane: str
    value: float
    low: float | None
    high: float | None
    label: str


@dataclass(frozen=True)
class Point:
    """One lane's value on an axis that begins elsewhere than at 0, and what it is sure to lie in.

    `low` and `high` are None where there is no range.
    """

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
class Stretch:
    """One step or several that follow each other: where on the axis, and their least and most."""

    at: float
    low: float
    high: float


@dataclass(frozen=True)
class Course:
    """A lane's steps along the axis, which is `length` long, each over the lane's median."""

    lane: str
    marks: list[Stretch]
    length: float
    label: str


@dataclass(frozen=True)
class Absent:
    """A lane without a figure, and why in few words."""

    lane: str
    state: LaneState
    label: str


Row = Bar | Point | Stack | Reach | Course | Absent


@dataclass(frozen=True)
class Chart:
    """One chart: a row a lane. `reference` is where a line marks the baseline, `begin` the axis's.

    `colours` are those of the lanes, or of the parts that stacks have. `marked` are the lanes that
    something is to be known of, which the report says. `units` are the names of an axis's units
    where they are no figures; `shaded` are those of them that something is to be said of.
    """

    name: str
    title: str
    axis: str
    rows: list[Row]
    colours: dict[str, str]
    context: list[str]
    notes: list[str]
    provenance: str
    functional_check: bool = False
    marked: frozenset[str] = field(default_factory=frozenset)
    reference: float | None = None
    begin: float = 0.0
    units: tuple[str, ...] = ()
    shaded: tuple[tuple[int, str], ...] = ()

    @property
    def lanes(self) -> list[str]:
        """The lanes that have a figure here, from above."""
        return [row.lane for row in self.rows if not isinstance(row, Absent)]

    @property
    def description(self) -> str:
        """What it shows, for those who can't see it."""
        rows = "; ".join(f"{row.lane}: {_said(row)}" for row in self.rows)
        check = f"{sentence_case(FUNCTIONAL_CHECK)}. " if self.functional_check else ""
        shaded = "".join(f"{sentence_case(what)}. " for _, what in self.shaded)
        return f"{check}{self.axis}. {rows}. {shaded}{'; '.join(self.context)}. {self.provenance}."


def chart(
    result: Result,
    name: str,
    title: str,
    axis: str,
    rows: Iterable[Row],
    *,
    colours: dict[str, str],
    notes: list[str],
    lacking: str,
    only: Collection[str] | None = None,
    reference: float | None = None,
    begin: float = 0.0,
    units: tuple[str, ...] = (),
    shaded: tuple[tuple[int, str], ...] = (),
) -> Chart | None:
    """The chart of these rows and of the lanes without one; None if no row has a figure.

    `lacking` is what a lane that was measured lacks where it has no row. `only` are the lanes that
    it is of, in their order; None: all of the run's, in its order.
    """
    drawn = {row.lane: row for row in rows}
    if not drawn:
        return None
    by_id = {lane.lane: lane for lane in result.summary.lanes}
    marked = frozenset(lane.lane for lane in result.summary.lanes if lane.cautions)
    behind = sorted(marked & set(drawn))
    return Chart(
        name=name,
        title=title,
        axis=axis,
        rows=[
            drawn.get(lane)
            or Absent(lane, by_id[lane].state, in_few_words(result, by_id[lane], lacking))
            for lane in (_in_order(result.plan) if only is None else only)
        ],
        colours=colours,
        context=context(result),
        notes=[*notes, *([f"{MARK} The report has a caution of this lane."] if behind else [])],
        provenance=provenance(result),
        functional_check=result.plan.functional_check,
        marked=marked,
        reference=reference,
        begin=begin,
        units=units,
        shaded=shaded,
    )


def _in_order(plan: Plan) -> list[str]:
    """The plan's; of many lanes those of one arithmetic and ceiling stand together."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for lane in plan.lanes:
        own = lane.setup
        alike = own.arithmetic if len(plan.lanes) > MANY else ()
        groups.setdefault(alike, []).append(lane.id)
    return [lane for group in groups.values() for lane in group]


def context(result: Result) -> list[str]:
    """Host and workload, a line each."""
    return [
        one_line(cpu_brand(result.host)),
        one_line(f"{cores_used(result.plan)}; {workload(result.plan, result.data)}"),
    ]


def _said(row: Row) -> str:
    match row:
        case Stack():
            parts = ", ".join(f"{part} {figure(value)}" for part, value in row.parts.items())
            return f"{row.label}, of which {parts}"
        case Reach():
            return ", ".join(each.label for each in (row.achieved, row.bound, row.peak))
        case Bar() | Point() if row.low is not None and row.high is not None:
            return f"{row.label}, whiskers from {figure(row.low)} to {figure(row.high)}"
    return row.label
