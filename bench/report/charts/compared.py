"""The chart of a comparison: each lane's throughput over the reference's, with its interval."""

from collections.abc import Iterator

from bench.analysis.compare.gate import lane_name, letter
from bench.model.comparison import Comparison, LaneAgainst, Side
from bench.model.summary import LaneState
from bench.report.charts.chart import Absent, Bar, Chart, Row
from bench.report.document.comparison import FIGURE, as_ratio, why_not
from bench.report.document.wording import ratio_value
from bench.report.palette import part_colours
from bench.text import counted, one_line, percent

WHY = 60
"""Characters of why a lane has no bar."""


def compared(comparison: Comparison) -> Chart | None:
    """A bar a lane and other side; None if no lane is on both sides."""
    several = len(comparison.others) > 1
    letters = [letter(i) for i in range(len(comparison.others))]
    by_side = part_colours(letters)
    rows: list[Row] = []
    colours: dict[str, str] = {}
    for mark, other in zip(letters, comparison.others, strict=True):
        for lane in other.lanes:
            name = lane_name(lane) + (f", {mark}" if several else "")
            colours[name] = by_side[mark]
            rows.append(_row(name, lane))
    if all(isinstance(row, Absent) for row in rows):
        return None
    marks = letters if several else ["Other side"]
    sides = [_side("A" if several else "Reference", comparison.reference)]
    sides += [_side(m, x.other) for m, x in zip(marks, comparison.others, strict=True)]
    return Chart(
        name=FIGURE,
        title="Throughput over the reference's, by lane",
        axis="compute throughput, as a multiple of the reference's",
        rows=rows,
        colours=colours,
        context=sides,
        notes=[*_overruled(comparison), *_whiskers(comparison)],
        provenance=f"Compared by bench, analysis {one_line(comparison.method.version, 20)}",
        reference=1.0,
    )


def _row(name: str, lane: LaneAgainst) -> Row:
    known = lane.compute
    if known is None:
        lacking = [each.state for side in (lane.reference, lane.other) for each in side.lacking]
        state: LaneState = "invalid" if "invalid" in lacking else "not reached"
        return Absent(name, state, one_line(why_not(lane), WHY))
    sure = known.decisive
    label = ratio_value(as_ratio(known, sure))
    return Bar(name, known.value, sure.low if sure else None, sure.high if sure else None, label)


def _side(name: str, side: Side) -> str:
    """`Reference: AMD EPYC, 3 runs, the first 20261125T…`."""
    return one_line(
        f"{name}: {side.processor}; {counted(len(side.runs), 'run')}, first {side.runs[0].name}",
        200,
    )


def _overruled(comparison: Comparison) -> Iterator[str]:
    for other in comparison.others:
        if other.obstacles:
            why = "; ".join(other.obstacles)
            yield one_line(f"Not comparable, and compared all the same: {why}.", 240)


def _whiskers(comparison: Comparison) -> Iterator[str]:
    """What they are."""
    estimates = [x.compute for other in comparison.others for x in other.lanes if x.compute]
    sure = [each.decisive for each in estimates if each.decisive]
    if not sure:
        yield "No whiskers: there is no interval."
        return
    for level, method in dict.fromkeys((each.level, each.method) for each in sure):
        yield f"Whiskers: {percent(level)} confidence interval, {method}."
