"""How far lanes are from what their cores can do."""

from collections.abc import Iterator

from bench.model.result import Result
from bench.model.summary import LimitShare
from bench.report.document.parts import (
    UNKNOWN,
    Bullets,
    Cell,
    Column,
    Item,
    Paragraph,
    Part,
    Section,
    Table,
    line,
)
from bench.report.document.wording import rate_unit
from bench.text import figure, percent

PEAK = (
    "Peak: the best square matrix product at the lane's precision and ceiling, on the same cores."
)
BOUND = (
    "Bound: the roofline of the model's operators, one after the other, each at the peak or at "
    "copy bandwidth, whichever takes longer. It knows no caches and no fusion, which can beat it."
)
MEASURED = (
    "Limits are measured in a lane's first process, after its timed steps. Copy counts bytes read "
    "and written; the clock is one core's, right after a matrix product."
)


def limits(result: Result) -> Section:
    """A row a lane whose limits were measured, and why others' were not."""
    shares = limits_of(result)
    missing = [Item(line(text)) for text in _lacking(result)]
    if not shares and not missing:
        missing = [Item(line("Not known: no lane has a valid compute rate."))]
    parts: list[Part] = []
    if shares:
        rows = tuple((Cell(lane, lane=True), *_cells(share)) for lane, share in shares.items())
        table = Table(_columns(rate_unit(result.plan)), rows)
        parts = [Paragraph(line(MEASURED), detail=True), table]
    if missing:
        parts.append(Bullets(tuple(missing), weak=bool(shares)))
    return Section("Limits", tuple(parts))


def limits_of(result: Result) -> dict[str, LimitShare]:
    """The lanes whose limits are known, in the plan's order."""
    return {lane.lane: lane.limits for lane in result.summary.lanes if lane.limits is not None}


def bound_gflops(share: LimitShare) -> float:
    """The bound as a rate of arithmetic, to stand beside what was achieved and the peak."""
    return share.bound_samples_per_second * share.gflop_per_sample


def why_no_limits(result: Result, lane: str) -> str:
    """Why a measured lane's limits are not known: by its processes' own account."""
    failures = {
        f"{record.limits_failure.kind}: {record.limits_failure.message}"
        for process in result.processes
        if process.lane == lane and (record := process.record) and record.limits_failure
    }
    return "; ".join(sorted(failures)) or "no process measured them"


def _columns(rate: str) -> tuple[Column, ...]:
    return (
        Column("lane"),
        Column("achieved GFLOP/s", right=True),
        Column("peak GFLOP/s", right=True, note=PEAK),
        Column("of peak", right=True),
        Column("of bound", right=True, note=BOUND),
        Column("copy GB/s", right=True, gives_way=2),
        Column("clock MHz", right=True, gives_way=1),
        Column(f"bound {rate}", right=True, detail=True),
        Column("bound GFLOP/s", right=True, detail=True),
        Column("of bound's time memory-bound", right=True, detail=True),
        Column("GFLOP a sample", right=True, detail=True),
        Column("MB a sample", right=True, detail=True),
    )


def _cells(share: LimitShare) -> list[Cell]:
    texts = [
        figure(share.achieved_gflops),
        figure(share.peak_gflops),
        percent(share.peak_share),
        percent(share.bound_share),
        figure(share.copy_gigabytes_per_second),
        UNKNOWN if share.clock_mhz is None else f"{share.clock_mhz:.0f}",
        figure(share.bound_samples_per_second),
        figure(bound_gflops(share)),
        percent(share.memory_bound_share),
        figure(share.gflop_per_sample),
        figure(share.megabytes_per_sample),
    ]
    return [Cell(text) for text in texts]


def _lacking(result: Result) -> Iterator[str]:
    """A sentence for each reason why measured lanes have no limits."""
    lanes = [x.lane for x in result.summary.lanes if x.state == "measured" and x.limits is None]
    reasons: dict[str, list[str]] = {}
    for lane in lanes:
        reasons.setdefault(why_no_limits(result, lane), []).append(lane)
    for reason, of in reasons.items():
        yield f"Not known of {', '.join(of)}: {reason}."
