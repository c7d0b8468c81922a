"""What compiling costs the lanes that do, and when it has earned that back."""

from bench.model.record import Compilation
from bench.model.result import Result
from bench.model.summary import CompileCost
from bench.report.document.captions import counting
from bench.report.document.parts import (
    UNKNOWN,
    Cell,
    Column,
    Section,
    Table,
)
from bench.report.document.wording import span
from bench.text import counted, duration, figure

WHAT = (
    "Seconds of a process's first step beyond a usual one, in a turn of its own: in no throughput "
    "and no warm-up. Cold: with nothing compiled to find; warm: from the cache of an earlier round."
)
PAYS_OFF = (
    "Pays off: compute steps until the cold seconds are earned back against the fastest lane that "
    "does the same uncompiled; the time is of the training until then, the range that of the "
    "ratio's interval."
)


def compilation(result: Result) -> Section | None:
    """One row a lane that compiled and has figures; None without any.

    A functional check tells nothing of when it pays off.
    """
    costs = {lane.lane: lane.compilation for lane in result.summary.lanes if lane.compilation}
    if not costs:
        return None
    check = result.plan.functional_check
    columns = (
        Column("lane"),
        Column("cold, s", right=True, note=WHAT),
        Column("warm, s", right=True),
        Column("graphs", gives_way=2),
        *(
            ()
            if check
            else (
                Column("against", gives_way=1),
                Column("pays off", wraps=True, note=PAYS_OFF),
            )
        ),
    )
    rows = tuple(
        (
            Cell(lane, lane=True),
            Cell(UNKNOWN if cost.cold_seconds is None else figure(cost.cold_seconds)),
            _warm(cost),
            Cell(_graphs(result, lane)),
            *(() if check else (Cell(cost.against or UNKNOWN), _pays_off(cost))),
        )
        for lane, cost in costs.items()
    )
    return Section("Compilation", (Table(columns, rows),))


def _warm(cost: CompileCost) -> Cell:
    over = cost.warm_seconds
    return Cell(UNKNOWN) if over is None else Cell(figure(over.median), span(over, figure))


def _graphs(result: Result, lane: str) -> str:
    """`1`, or with what broke and what was compiled again: the most over the lane's processes."""
    records = [x.record for x in counting(result) if x.lane == lane and x.record is not None]
    seen = [each.compilation for each in records if each.compilation is not None]
    if not seen:
        return UNKNOWN
    most: Compilation = max(seen, key=lambda each: (each.graphs, each.recompiled))
    broken = [counted(most.graph_breaks, "break")] if most.graph_breaks else []
    again = [f"{most.recompiled} compiled later"] if most.recompiled else []
    return ", ".join([str(most.graphs), *broken, *again])


def _pays_off(cost: CompileCost) -> Cell:
    steps, seconds = cost.pays_off_steps, cost.pays_off_seconds
    if steps is None or seconds is None:
        return Cell(f"no: {cost.never}" if cost.never else UNKNOWN)
    low, high = cost.pays_off_steps_low, cost.pays_off_steps_high
    between = "" if low is None or high is None else f"{_whole(low)}–{_whole(high)} steps"
    return Cell(f"after {_whole(steps)} steps, {duration(seconds)}", between, "strong")


def _whole(steps: float) -> str:
    return f"{round(steps):,}"
