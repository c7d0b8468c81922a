"""What ran: instruction sets and kernels; and where the time of a step goes."""

from bench.analysis.generated import instruction_words
from bench.model.record import Generated
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
    Part,
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
GENERATED = (
    "What lies between its convolutions and products, a compiled lane runs in code generated for "
    "its model, of which no library prints a line: how many kernels, for which vectors by their "
    "compiler's word, and the vector instructions in their machine code, by the least set that has "
    f"them. {sentence_case(OUTSIDE)} is the share of the median step that they have with PyTorch's "
    "own operators, the optimizer and Python."
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
        (
            Paragraph(line(HOW)),
            Table(columns, rows),
            *_generated(result, [lane.lane for lane in lanes], parts),
            Bullets(contradictions),
        ),
        detail=True,
    )


def _generated(result: Result, lanes: list[str], times: dict[str, StepTime]) -> tuple[Part, ...]:
    """A row a compiled lane, invalid ones included; nothing where none was compiled."""
    made = {lane: found for lane in lanes if (found := _made(result, lane)) is not None}
    if not made:
        return ()
    columns = (
        Column("lane"),
        Column("kernels", right=True),
        Column("vectors"),
        Column("machine code", wraps=True),
        Column(OUTSIDE, right=True),
    )
    rows = tuple(
        (
            Cell(lane, lane=True),
            Cell(f"{generated.kernels:,}"),
            Cell(generated.vector_set),
            Cell(_machine_code(generated)),
            Cell(_outside(times.get(lane))),
        )
        for lane, generated in made.items()
    )
    return Paragraph(line(GENERATED)), Table(columns, rows)


def _made(result: Result, lane: str) -> Generated | None:
    """The generated code of the lane's last process that completed."""
    records = [
        each.record
        for each in result.processes
        if each.lane == lane and each.outcome == "completed" and each.record is not None
    ]
    made = [each.compilation.generated for each in records if each.compilation is not None]
    return made[-1] if made else None


def _machine_code(generated: Generated) -> str:
    if generated.instructions is None:
        return "not read"
    return instruction_words(generated.instructions) if generated.instructions else "no vectors"


def _outside(time: StepTime | None) -> str:
    if time is None or time.outside is None:
        return UNKNOWN
    return percent(time.outside / time.step)


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
            Cell(_outside(each)),
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
