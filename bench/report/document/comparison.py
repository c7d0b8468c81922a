"""A comparison of runs: which side is faster in which lane, how sure, and what may explain it."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from bench.analysis.compare.gate import lane_name, letter
from bench.model.summary import Ratio
from bench.report.document.parts import (
    UNKNOWN,
    Bullets,
    Callout,
    Cell,
    Column,
    Document,
    Facts,
    Figure,
    Item,
    Label,
    Line,
    Paragraph,
    Part,
    Section,
    Span,
    Table,
    Tone,
    line,
)
from bench.report.document.ratios import HOLDS_1, NO_INTERVAL, NO_VERDICT, WORD_TONES
from bench.report.document.wording import (
    beneath,
    common_unit,
    interval_words,
    ratio_value,
    sentence_case,
)
from bench.text import counted, figure, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.model.comparison import (
        Against,
        Comparison,
        Difference,
        Estimate,
        Gate,
        Lacking,
        LaneAgainst,
        LaneSide,
        Side,
    )
    from bench.model.summary import Interval

FIGURE = "comparison"
WEIGHTS = (
    "Weight: how far such a difference can move a throughput: large is tens of percent or a "
    "multiple, medium up to tens of percent, small some percent."
)
WITHIN = (
    "Beneath an interval stands the one that the rounds alone give, without what runs differ by."
)
REFERENCE, OTHER = "the reference", "the other side"


def comparison_document(comparison: Comparison) -> Document:
    """The whole comparison; one section for each other side if there are several."""
    several = len(comparison.others) > 1
    parts: list[Part] = [*_overruled(comparison), *_gate(comparison.gate)]
    parts.append(Facts(tuple(_side(comparison.reference, "A" if several else "Reference"))))
    if any(lane.compute for other in comparison.others for lane in other.lanes):
        parts.append(Figure(FIGURE, "Throughput over the reference's, by lane"))
    sections = [
        section
        for i, other in enumerate(comparison.others)
        for section in _sections(comparison, other, letter(i) if several else "")
    ]
    return Document(
        "Runs compared",
        tuple(parts),
        (*sections, _how(comparison)),
        {},
        tuple(_answer(comparison)),
    )


def as_ratio(known: Estimate, interval: Interval | None) -> Ratio:
    """The estimate as one of two lanes is written, with one of its intervals."""
    value = known.value
    return Ratio(
        against="", value=value, low=value, high=value, rounds=1, interval=interval, verdict=None
    )


def why_not(lane: LaneAgainst) -> str:
    """Why there is no ratio, or no verdict on it, in few words; empty if there is one."""
    sides = ((lane.reference, REFERENCE), (lane.other, OTHER))
    lacking = [
        f"{' or '.join(dict.fromkeys(each.state for each in side.lacking))} on {name}"
        for side, name in sides
        if side.samples_per_second is None
    ]
    if lacking:
        return ", ".join(lacking)
    if lane.compute is not None and lane.compute.decisive is None:
        return lane.compute.no_interval or NO_INTERVAL
    return HOLDS_1 if lane.verdict == "undecided" else ""


def _answer(comparison: Comparison) -> Iterator[Span]:
    """A sentence for each verdict with its lanes, and one for each reason of having none."""
    several, space = len(comparison.others) > 1, ""
    for i, other in enumerate(comparison.others):
        ours, theirs = ("A", letter(i)) if several else (REFERENCE, OTHER)
        if other.obstacles:
            yield Span(f"{space}{sentence_case(theirs)} is not comparable with {ours}.", "bad")
            space = " "
        for word in ("faster", "slower"):
            decided = [lane for lane in other.lanes if lane.verdict == word]
            if decided:
                yield Span(f"{space}{sentence_case(theirs)} is ")
                yield Span(word, WORD_TONES[word])
                yield Span(f" than {ours} in {_listed(decided)}.")
                space = " "
        rest = [lane for lane in other.lanes if why_not(lane)]
        for why, lanes in groupby(sorted(rest, key=why_not), key=why_not):
            whose = f"{theirs}, " if several else ""
            yield Span(f"{space}{sentence_case(whose)}{', '.join(map(lane_name, lanes))}: ")
            yield Span(NO_VERDICT, WORD_TONES[NO_VERDICT])
            yield Span(f", {why}.")
            space = " "


def _listed(lanes: list[LaneAgainst]) -> str:
    """`fp32: 1.35× (95 % interval 1.21–1.50), bf16-amx: …; 3 runs against 3`."""
    parts = []
    for lane in lanes:
        if lane.compute is not None and lane.compute.decisive is not None:
            sure = lane.compute.decisive
            ratio = as_ratio(lane.compute, sure)
            parts.append(f"{lane_name(lane)}: {ratio_value(ratio)} ({interval_words(ratio, sure)})")
    most = max(lanes, key=lambda lane: lane.other.runs + lane.reference.runs)
    runs = f"{counted(most.other.runs, 'run')} against {most.reference.runs}"
    return f"{', '.join(parts)}; {runs}"


def _overruled(comparison: Comparison) -> Iterator[Part]:
    """What should have stopped the comparison, loudly."""
    several = len(comparison.others) > 1
    for i, other in enumerate(comparison.others):
        if other.obstacles:
            whose = f"A and {letter(i)} are not comparable" if several else "Not comparable"
            yield Callout(f"{whose}, and compared all the same:", f"{'; '.join(other.obstacles)}.")


def _gate(gate: Gate | None) -> Iterator[Part]:
    """What a pipeline was told."""
    if gate is None:
        return
    limit = f"slower by more than {percent(gate.share)}"
    said: list[tuple[str, list[str], Tone]] = [
        (sentence_case(limit), gate.slower, "bad"),
        ("Not measured on the other side", gate.failed, "bad"),
        ("Without an interval, so not judged", gate.unjudged, "doubtful"),
        (f"Perhaps {limit}: the interval holds the limit", gate.open, "doubtful"),
    ]
    items = [
        Item(line(f"{what}: {', '.join(lanes)}.", tone)) for what, lanes, tone in said if lanes
    ]
    if not gate.slower and not gate.unjudged:
        items.insert(0, Item(line(f"No lane is surely {limit}.", "good")))
    yield Bullets(tuple(items))


def _side(side: Side, name: str, *, workload: bool = True) -> Iterator[Label]:
    """Who it is, what was trained there, and its runs."""
    yield Label(name, side.processor)
    if workload:
        yield Label("workload", side.workload)
    yield Label(
        counted(len(side.runs), "run"),
        "\n".join(
            f"{run.name}: {run.profile}, {counted(run.rounds, 'round')}"
            + (f", {run.disturbed} of them disturbed" if run.disturbed else "")
            for run in side.runs
        ),
    )


def _sections(comparison: Comparison, other: Against, mark: str) -> Iterator[Section]:
    machine = Label("machine", f"{other.machine.level}: {other.machine.reason}")
    alike = other.other.workload == comparison.reference.workload
    head = Facts((*_side(other.other, mark or "Other side", workload=not alike), machine))
    title = f"{mark} against A" if mark else "The other side against the reference"
    yield Section(title, (head, _table(other), *_lacking(other)))
    yield Section(
        f"What differs between A and {mark}" if mark else "What differs",
        tuple(_differences(other)),
        level=3 if mark else 2,
    )


def _table(other: Against) -> Table:
    elsewhere = [x for x in other.lanes if x.compute and x.compute.spread == "elsewhere"]
    within = any(lane.compute and lane.compute.interval for lane in elsewhere)
    unit = f"{common_unit(lane.unit for lane in other.lanes)}/s"
    levels = {x.compute.decisive.level for x in other.lanes if x.compute and x.compute.decisive}
    columns = (
        Column("lane"),
        Column("ratio", right=True),
        Column(
            " ".join([*map(percent, sorted(levels)), "interval"]),
            right=True,
            note=WITHIN if within else "",
        ),
        Column("verdict", wraps=True),
        Column(f"other {unit}", right=True, gives_way=1),
        Column(f"reference {unit}", right=True, gives_way=1),
        Column("runs", right=True, gives_way=2),
        Column("end to end", right=True, detail=True),
    )
    return Table(columns, tuple(tuple(_cells(lane)) for lane in other.lanes))


def _cells(lane: LaneAgainst) -> Iterator[Cell]:
    known, why = lane.compute, why_not(lane)
    sure = known.decisive if known else None
    yield Cell(lane_name(lane))
    yield Cell(ratio_value(as_ratio(known, sure)) if known else UNKNOWN, tone="strong")
    yield Cell(beneath(as_ratio(known, sure)), _within(known)) if known and sure else Cell(UNKNOWN)
    word = lane.verdict if lane.verdict in ("faster", "slower") else NO_VERDICT
    loud = any(x.state == "invalid" for x in (*lane.reference.lacking, *lane.other.lacking))
    text = word if not why else f"{word}: {why}"
    yield Cell(text, tone="bad" if loud and known is None else WORD_TONES[word])
    for side in (lane.other, lane.reference):
        rate, ends = side.samples_per_second, ""
        if side.low is not None and side.high is not None and max(side.runs, side.rounds) > 1:
            ends = f"{figure(side.low)}–{figure(side.high)}"
        yield Cell(UNKNOWN if rate is None else figure(rate), ends)
    yield Cell(f"{lane.other.runs} / {lane.reference.runs}")
    whole = lane.end_to_end
    if whole is None:
        yield Cell(UNKNOWN)
    else:
        ratio = as_ratio(whole, whole.decisive)
        yield Cell(ratio_value(ratio), beneath(ratio) if whole.decisive else "")


def _within(known: Estimate) -> str:
    """The interval that the rounds alone give, where it is not what decides."""
    if known.interval is None or known.spread != "elsewhere":
        return ""
    return beneath(as_ratio(known, known.interval))


def _lacking(other: Against) -> Iterator[Part]:
    """Which runs did not measure a lane, and why."""
    items = [
        Item(line(f"{_where(side, name, each)}{f': {each.reason}' if each.reason else ''}.", tone))
        for lane in other.lanes
        for name, side in ((REFERENCE, lane.reference), (OTHER, lane.other))
        for each in side.lacking
        for tone in ("bad" if each.state == "invalid" else "plain",)
    ]
    if items:
        yield Bullets(tuple(items))


def _where(side: LaneSide, name: str, each: Lacking) -> str:
    """`bf16-amx is skipped on the reference`, or on which runs where others of it measured it."""
    runs = "" if side.samples_per_second is None else f", in {', '.join(each.runs)}"
    return f"{side.lane} is {each.state} on {name}{runs}"


def _differences(other: Against) -> Iterator[Part]:
    """A row for each, the weightiest first; and of what it is not known."""
    if not other.differences:
        yield Paragraph(line("Nothing of host, software and settings that is recorded."))
    else:
        columns = (
            Column("what"),
            Column("reference", wraps=True),
            Column("other side", wraps=True),
            Column("weight", note=WEIGHTS),
            Column("why", wraps=True, detail=True),
        )
        yield Table(columns, tuple(map(_difference, other.differences)))
    if other.unknown:
        text = f"Known of one side only: {', '.join(other.unknown)}."
        yield Bullets((Item(line(text, "weak")),), weak=True)


def _difference(each: Difference) -> tuple[Cell, ...]:
    of = f"of {', '.join(each.lanes)}" if each.lanes else ""
    return (
        Cell(each.name, of),
        Cell(each.reference),
        Cell(each.other),
        Cell(each.weight, tone="strong" if each.weight == "large" else "plain"),
        Cell(each.why),
    )


def _how(comparison: Comparison) -> Section:
    """What the ratios are, and how far their intervals can be believed."""
    estimates = [x.compute for other in comparison.others for x in other.lanes if x.compute]
    spreads = {each.spread for each in estimates if each.interval}
    methods = dict.fromkeys(x.decisive.method for x in estimates if x.decisive)
    texts = ["The ratio is the other side's compute throughput over the reference's."]
    if "elsewhere" in spreads:
        share = percent(comparison.method.constants["spread_between_runs"])
        texts.append(
            "Between runs: how far runs differ here is not known, for that takes 3 runs of each "
            f"side. Elsewhere it was {share} (standard deviation, on a shared virtual machine), "
            "and the interval that decides is widened by that; a quiet host's runs differ by less."
        )
    if "shared" in spreads:
        texts.append(
            "Between runs: the side with fewer runs is taken to differ as the other one's do, "
            "since both are one machine."
        )
    if "own" in spreads:
        texts.append(
            "Between runs: the interval is of the runs' own spread. Runs of one hour share it, "
            "and differ by less than runs of several days."
        )
    texts += [f"Interval: {method}." for method in methods]
    if sum(each.decisive is not None for each in estimates) > 1:
        texts.append("Each interval is for itself: of twenty lanes one is expected to miss.")
    return Section("How sure", (Bullets(tuple(Item(_weak(text)) for text in texts), weak=True),))


def _weak(text: str) -> Line:
    return line(text, "weak")
