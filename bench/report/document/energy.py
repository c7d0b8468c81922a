"""What lanes cost in energy, where the host shows it; and why not, where it does not."""

from bench.model.result import Result
from bench.model.summary import LaneEnergy
from bench.report.document.parts import (
    UNKNOWN,
    Cell,
    Column,
    Paragraph,
    Section,
    Table,
    line,
)
from bench.report.document.wording import rate_unit, span
from bench.text import figure, percent

WHAT = (
    "By the processor's own counters (RAPL), in compute turns alone. They count whole packages: "
    "their idle power and whatever else ran on them are part of it, memory is not."
)


def energy(result: Result) -> Section | None:
    """One row a lane of which it is known; None if it is of none."""
    known = {lane.lane: lane.energy for lane in result.summary.lanes if lane.energy is not None}
    if not known:
        return None
    unit = rate_unit(result.plan).removesuffix("/s")
    columns = (
        Column("lane"),
        Column(f"J/{unit}", right=True, note=WHAT),
        Column(f"{unit}/J", right=True),
        Column("W", right=True, gives_way=1),
        Column("others' share of the packages' CPU time", right=True, gives_way=2),
        Column("packages", gives_way=3, detail=True),
    )
    rows = tuple((Cell(lane, lane=True), *_cells(each)) for lane, each in known.items())
    return Section("Energy", (Paragraph(line(WHAT), detail=True), Table(columns, rows)))


def counter(result: Result) -> str:
    """Whether the host shows what energy is used, or why not: one line for its settings."""
    readings = [process.noise.energy for process in result.processes]
    there = next((each.value for each in readings if each.value is not None), None)
    if there is not None:
        return f"read: {', '.join(there.packages)}"
    reasons = dict.fromkeys(each.reason for each in readings if each.reason is not None)
    return f"{UNKNOWN} ({'; '.join(reasons) or 'no process had a turn'})"


def _cells(each: LaneEnergy) -> list[Cell]:
    over = each.joules_per_sample
    return [
        *(Cell(figure(which.median), span(which, figure)) for which in (over, over.inverse())),
        Cell(figure(each.watts)),
        Cell(UNKNOWN if each.others_share is None else percent(each.others_share)),
        Cell(", ".join(each.packages)),
    ]
