"""What ran: instruction sets and kernels; and where the time of a step goes."""

from bench.model.result import Result
from bench.model.summary import KernelShare, LaneSummary
from bench.report.document.lanes import state
from bench.report.document.parts import (
    UNKNOWN,
    Bullets,
    Cell,
    Column,
    Item,
    Paragraph,
    Section,
    Table,
    line,
)
from bench.report.document.wording import in_rounds, sentence_case
from bench.report.step_time import OUTSIDE, StepTime, step_time_words, step_times
from bench.text import figure, percent

HOW = (
    "After the timed steps, each process trains one more under oneDNN's verbose mode, which names "
    "every kernel and its time; medians over processes. The share is that of the convolutions' and "
    "inner products' time at the lane's own instruction set and precision. Calls seen are theirs, "
    "of those that the model's own operators come to; of the step is what part of its time "
    "oneDNN's kernels took. Milliseconds are by kind of kernel."
)
OWN = 3
"""Columns of shares and calls, before those of kinds."""

NO_EVIDENCE = "Not known: no process that completed left oneDNN's account of a step."


def what_ran(result: Result) -> Section:
    """A row a lane that was measured or is invalid; or that there is no evidence."""
    parts = {each.lane: each for each in step_times(result)}
    lanes = [lane for lane in result.summary.lanes if lane.state in ("measured", "invalid")]
    kinds = list(next(iter(parts.values())).parts) if parts else []
    if not kinds and all(lane.state != "invalid" for lane in lanes):
        return Section("What ran", (Paragraph(line(NO_EVIDENCE)),), detail=True)
    columns = (
        Column("lane"),
        Column("instruction set"),
        Column("share at it", right=True),
        Column("calls seen", right=True),
        Column("of the step", right=True),
        *(Column(f"{kind}, ms", right=True) for kind in kinds),
    )
    rows = tuple(
        (
            Cell(lane.lane, lane=True),
            *(
                (state(lane.state), *[Cell()] * (OWN + len(kinds)))
                if lane.state == "invalid"
                else _cells(lane, parts.get(lane.lane), kinds)
            ),
        )
        for lane in lanes
    )
    contradictions = tuple(
        Item(line(f"{lane.lane} is invalid: {in_rounds(lane.reason or 'no reason is known')}."))
        for lane in lanes
        if lane.state == "invalid"
    )
    return Section(
        "What ran",
        (Paragraph(line(HOW)), Table(columns, rows), Bullets(contradictions)),
        detail=True,
    )


def where_time_goes(result: Result) -> Section:
    """Each kind of kernel's share of the median step, and the rest's."""
    title = "Where the time goes"
    times = step_times(result)
    if not times:
        return Section(title, (Paragraph(line(NO_EVIDENCE)),), detail=True)
    kinds = list(times[0].parts)
    columns = (
        Column("lane"),
        Column("median step, ms", right=True),
        *(Column(kind, right=True) for kind in [*kinds, OUTSIDE]),
    )
    rows = tuple(
        (
            Cell(each.lane, lane=True),
            Cell(figure(each.step)),
            *(Cell(percent(each.share(kind))) for kind in kinds),
            Cell(UNKNOWN if each.outside is None else percent(each.outside / each.step)),
        )
        for each in times
    )
    sentences = [
        f"Shares of the median step. {sentence_case(OUTSIDE)} is what its kernels leave of that: "
        "PyTorch's own operators, the optimizer, Python.",
        *step_time_words(times),
    ]
    items = tuple(Item(line(each)) for each in sentences)
    return Section(title, (Table(columns, rows), Bullets(items)), detail=True)


def _cells(lane: LaneSummary, time: StepTime | None, kinds: list[str]) -> list[Cell]:
    if lane.kernels is None:
        return [Cell("no kernel was told"), *[Cell(UNKNOWN)] * (OWN + len(kinds))]
    share, covered = lane.kernels.at_instruction_set, lane.kernels.covered
    milliseconds = [UNKNOWN] * len(kinds) if time is None else map(figure, time.parts.values())
    return [
        Cell(lane.kernels.instruction_set),
        Cell(UNKNOWN if share is None else percent(share)),
        Cell(_calls(lane.kernels)),
        Cell(UNKNOWN if covered is None else percent(covered)),
        *map(Cell, milliseconds),
    ]


def _calls(kernels: KernelShare) -> str:
    """`29 of 29`; without what is expected, those that were seen."""
    if kernels.calls is None:
        return UNKNOWN
    expected = "" if kernels.calls_expected is None else f" of {kernels.calls_expected:,}"
    return f"{kernels.calls:,}{expected}"
