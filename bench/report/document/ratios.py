"""Which lane is faster, in sentences and as the answer above all; and every ratio behind them.

No word says faster or slower without proof.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.analysis.ratios import denominators, ratio_against
from bench.analysis.roofline import explain
from bench.model.result import Result
from bench.model.summary import Interval, LaneSummary, Ratio, Summary
from bench.report.document.parts import (
    UNKNOWN,
    Bullets,
    Cell,
    Column,
    Item,
    Line,
    Paragraph,
    Section,
    Span,
    Table,
    Tone,
    line,
)
from bench.report.document.wording import beneath, rate_unit, ratio_value, ratio_words, span
from bench.text import counted, figure, percent

WORD_TONES: dict[str, Tone] = {"faster": "good", "slower": "behind", "no verdict": "doubtful"}


@dataclass(frozen=True)
class Judgement:
    """A sentence on a lane against another; `word` is what it comes to, made to stand out.

    `because` are sentences that explain it, "its" being the lane's; [] if nothing does.
    """

    lane: str
    against: str
    before: str
    word: str
    after: str
    because: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.before + self.word + self.after

    @property
    def line(self) -> Line:
        """The sentence, its word in its tone."""
        return (Span(self.before), Span(self.word, WORD_TONES[self.word]), Span(self.after))


def judgements(result: Result) -> list[Judgement]:
    """On compute throughput, of each measured lane but the baseline against each denominator."""
    summary = result.summary
    measured = _measured(summary)
    bf16 = {lane.id for lane in result.plan.lanes if lane.setup.precision == "bf16"}
    return [
        _judgement(
            lane,
            against,
            explain(lane, measured[against])
            if lane.lane in bf16 and against == summary.best_fp32
            else [],
        )
        for lane in measured.values()
        for against in denominators(summary.baseline, summary.best_fp32)
        if lane.lane not in (summary.baseline, against) and against in measured
    ]


def verdicts(result: Result) -> Section:
    """A sentence a lane and denominator, each with what explains it; or why there is none."""
    items = tuple(Item(each.line, each.because) for each in judgements(result))
    if items:
        return Section("Verdicts", (Bullets(items),))
    return Section("Verdicts", (Paragraph(line(f"None: {_lacking(result)}.")),))


def answer(result: Result) -> Paragraph:
    """The judgements on the lane that people ask for: the BF16 lane furthest ahead of the baseline.

    Without a BF16 lane, of the FP32 lanes; without anything to compare, what was measured.
    """
    summary = result.summary
    measured = _measured(summary)
    bf16 = {lane.id for lane in result.plan.lanes if lane.setup.precision == "bf16"}
    by_lane: dict[str, list[Judgement]] = {}
    for each in judgements(result):
        by_lane.setdefault(each.lane, []).append(each)
    asked = [lane for lane in by_lane if lane in bf16] or list(by_lane)
    if asked:
        best = max(asked, key=lambda lane: _ahead(measured[lane], summary))
        spans = [span for each in by_lane[best] for span in (Span(" "), *each.line, Span("."))]
        return Paragraph(tuple(spans[1:]))
    rates = [
        f"{lane.lane} trains {figure(lane.compute_samples_per_second.median)} "
        f"{rate_unit(result.plan)}"
        for lane in measured.values()
        if lane.compute_samples_per_second is not None
    ]
    return Paragraph(line(f"{'; '.join(rates) or 'No figure'}: {_lacking(result)}."))


def ratios(result: Result) -> Section:
    """Every ratio of the summary, compute and end to end apart; or why there is none."""
    rows = list(_rows(result.summary))
    if not rows:
        nothing = Paragraph(line(f"None: {_lacking(result)}."))
        return Section("Ratios", (nothing,), detail=True)
    levels = {ratio.interval.level for *_, ratio in rows if ratio.interval is not None}
    columns = (
        *(Column(title) for title in ("lane", "over", "throughput", "verdict")),
        Column("ratio", right=True),
        Column(" ".join([*map(percent, sorted(levels)), "interval"]), right=True),
        Column("rounds' range", right=True),
        Column("rounds", right=True),
    )
    cells = tuple(
        (Cell(lane, lane=True), Cell(ratio.against), Cell(part), *_cells(ratio))
        for lane, part, ratio in rows
    )
    return Section("Ratios", (Table(columns, cells),), detail=True)


def _measured(summary: Summary) -> dict[str, LaneSummary]:
    return {x.lane: x for x in summary.lanes if x.compute_samples_per_second is not None}


def _lacking(result: Result) -> str:
    """Why no lane is held against another."""
    measured = _measured(result.summary)
    if not measured:
        return "no lane has a valid compute rate"
    if len(measured) == 1:
        return f"no lane but {next(iter(measured))} was measured"
    return "neither the baseline nor another FP32 lane was measured"


def _ahead(lane: LaneSummary, summary: Summary) -> float:
    """Its ratio over the baseline, else over the best FP32 lane; 0 without one."""
    ratios = (
        ratio_against(lane.compute_ratios, name)
        for name in denominators(summary.baseline, summary.best_fp32)
    )
    return next((ratio.value for ratio in ratios if ratio is not None), 0.0)


def _judgement(lane: LaneSummary, against: str, because: list[str]) -> Judgement:
    ratio = ratio_against(lane.compute_ratios, against)
    before, word, after = f"{lane.lane} against {against}: ", "no verdict", ""
    if ratio is None:
        after = ", no round in which both completed"
    elif ratio.interval is None:
        after = f": {ratio.no_interval or 'there is no interval'}"
    else:
        before, word, after = _sure(lane.lane, ratio, ratio.interval)
    return Judgement(lane.lane, against, before, word, after, tuple(because))


def _sure(lane: str, ratio: Ratio, interval: Interval) -> tuple[str, str, str]:
    value, between = ratio_words(ratio, interval)
    rounds = counted(ratio.rounds, "round")
    if ratio.verdict in ("faster", "slower"):
        after = f" than {ratio.against}: {value} ({between}, {rounds})"
        return f"{lane} is ", ratio.verdict, after
    after = f", the {between} holds 1 ({rounds})"
    return f"{lane} against {ratio.against}: ", "no verdict", after


def _rows(summary: Summary) -> Iterator[tuple[str, str, Ratio]]:
    for lane in summary.lanes:
        yield from ((lane.lane, "compute", ratio) for ratio in lane.compute_ratios)
        yield from ((lane.lane, "end to end", ratio) for ratio in lane.end_to_end_ratios)


def _cells(ratio: Ratio) -> list[Cell]:
    word = ratio.verdict if ratio.verdict in ("faster", "slower") else "no verdict"
    none = f"{UNKNOWN} ({ratio.no_interval or 'none'})"
    return [
        Cell(word),
        Cell(ratio_value(ratio), tone="strong"),
        Cell(beneath(ratio) if ratio.interval else none),
        Cell(span(ratio, "{:.2f}".format) or UNKNOWN),
        Cell(str(ratio.rounds)),
    ]
