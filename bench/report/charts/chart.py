"""A chart as data: what it shows and says, without drawing it and without matplotlib."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bench.model.result import Result
from bench.model.summary import LaneState
from bench.report.document.headline import cores_used, cpu_brand, provenance, workload
from bench.report.document.lanes import MARK, in_few_words
from bench.report.document.wording import FUNCTIONAL_CHECK, sentence_case
from bench.text import figure, one_line


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


Row = Bar | Stack | Reach | Course | Absent


@dataclass(frozen=True)
class Chart:
    """One chart: a row a lane. `reference` is where a line marks the baseline.

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
    reference: float | None = None,
    units: tuple[str, ...] = (),
    shaded: tuple[tuple[int, str], ...] = (),
) -> Chart | None:
    """The chart of these rows and of the lanes without one; None if no row has a figure.

    `lacking` is what a lane that was measured lacks where it has no row.
    """
    drawn = {row.lane: row for row in rows}
    if not drawn:
        return None
    marked = frozenset(lane.lane for lane in result.summary.lanes if lane.cautions)
    behind = sorted(marked & set(drawn))
    return Chart(
        name=name,
        title=title,
        axis=axis,
        rows=[
            drawn.get(lane.lane)
            or Absent(lane.lane, lane.state, in_few_words(result, lane, lacking))
            for lane in result.summary.lanes
        ],
        colours=colours,
        context=context(result),
        notes=[*notes, *([f"{MARK} The report has a caution of this lane."] if behind else [])],
        provenance=provenance(result),
        functional_check=result.plan.functional_check,
        marked=marked,
        reference=reference,
        units=units,
        shaded=shaded,
    )


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
        case Bar() if row.low is not None and row.high is not None:
            return f"{row.label}, whiskers from {figure(row.low)} to {figure(row.high)}"
    return row.label
