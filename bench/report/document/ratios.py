"""Which lane is faster: the answer above all, in sentences, and a row for each ratio behind it.

No word says faster or slower without proof, and none does in a functional check.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from bench.analysis.ratios import denominators, ratio_against
from bench.analysis.roofline import explain
from bench.report.document.parts import (
    UNKNOWN,
    Bullets,
    Cell,
    Column,
    Item,
    Line,
    Paragraph,
    Part,
    Section,
    Span,
    Table,
    Tone,
    line,
)
from bench.report.document.wording import (
    FUNCTIONAL_CHECK,
    beneath,
    interval_words,
    rate_unit,
    ratio_value,
    sentence_case,
    span,
)
from bench.text import counted, figure, percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bench.model.result import Result
    from bench.model.summary import LaneSummary, Ratio, Summary

NO_VERDICT = "no verdict"
WORD_TONES: dict[str, Tone] = {"faster": "good", "slower": "behind", NO_VERDICT: "doubtful"}
HOLDS_1 = "the interval holds 1"
NO_INTERVAL = "there is no interval"
NO_ROUND = "no round in which both completed"


@dataclass(frozen=True)
class Judgement:
    """What a lane comes to against another: `word` is faster, slower or no verdict.

    `why_not` is why there is no verdict. `because` are sentences that explain a verdict, "its"
    being the lane's; none if nothing does.
    """

    lane: str
    against: str
    ratio: Ratio | None
    end_to_end: Ratio | None
    word: str
    why_not: str = ""
    because: tuple[str, ...] = ()

    @property
    def rounds(self) -> str:
        """How many rounds it is drawn from."""
        return counted(self.ratio.rounds if self.ratio else 0, "round")

    @property
    def undecided(self) -> bool:
        """Whether there is an interval that holds 1."""
        return self.word == NO_VERDICT and bool(self.ratio and self.ratio.interval)


def judgements(result: Result) -> list[Judgement]:
    """On compute throughput: of each measured lane but the baseline, against each denominator.

    These are the baseline, the best FP32 lane, and those that it has a ratio over besides: a lane
    on AMX over the same engine's BF16 lane on AVX-512.
    """
    summary, measured = result.summary, _measured(result.summary)
    bf16 = {lane.id for lane in result.plan.lanes if lane.setup.precision == "bf16"}
    always = denominators(summary.baseline, summary.best_fp32)
    return [
        judgement(
            lane.lane,
            against,
            ratio_against(lane.compute_ratios, against),
            ratio_against(lane.end_to_end_ratios, against),
            explain(lane, measured[against])
            if lane.lane in bf16 and against == summary.best_fp32
            else [],
        )
        for lane in measured.values()
        for against in dict.fromkeys([*always, *(each.against for each in lane.compute_ratios)])
        if lane.lane not in (summary.baseline, against) and against in measured
    ]


def answer(result: Result) -> Line:
    """What the run comes to, for the lane that people ask for: the BF16 lane furthest ahead.

    Where that is held against another BF16 lane, on AVX-512, that lane's own judgements follow.
    Without a BF16 lane it is about the FP32 lanes; without anything to compare, what was measured.
    """
    if result.plan.functional_check:
        return _functional_check(result)
    summary, measured = result.summary, _measured(result.summary)
    bf16 = {lane.id for lane in result.plan.lanes if lane.setup.precision == "bf16"}
    by_lane: dict[str, list[Judgement]] = {}
    for each in judgements(result):
        by_lane.setdefault(each.lane, []).append(each)
    asked = [lane for lane in by_lane if lane in bf16] or list(by_lane)
    if asked:
        best = max(asked, key=lambda lane: _ahead(measured[lane], summary))
        beside = [each.against for each in by_lane[best] if each.against in bf16 & by_lane.keys()]
        told = [each for lane in (best, *beside) for each in by_lane[lane]]
        return tuple(sentences(told))
    rates = [
        f"{lane.lane} trains {figure(lane.compute_samples_per_second.median)} "
        f"{rate_unit(result.plan)}"
        for lane in measured.values()
        if lane.compute_samples_per_second is not None
    ]
    return line(f"{'; '.join(rates) or 'No figure'}: {_lacking(result)}.")


def against_each_other(result: Result) -> Section:
    """A row for each judgement, and beneath the table what explains it; or why there is none."""
    every, check = judgements(result), result.plan.functional_check
    if not every:
        return Section("Lane against lane", (Paragraph(line(f"None: {_lacking(result)}.")),))
    parts: list[Part] = [table(every, check)]
    if check:
        parts.insert(0, Paragraph(line(f"{sentence_case(FUNCTIONAL_CHECK)}.")))
    if text := _together(every, result.summary.family):
        parts.append(Bullets((Item(line(text, "weak")),), weak=True))
    parts.append(
        Bullets(
            tuple(
                Item(line(f"Why {x.lane} is slower than {x.against}:"), x.because)
                for x in every
                if x.because
            )
        )
    )
    return Section("Lane against lane", tuple(parts), detail=check)


def table(every: list[Judgement], check: bool, over: str = "over") -> Table:
    """A row for each judgement; of a functional check without a verdict."""
    levels = sorted({x.ratio.interval.level for x in every if x.ratio and x.ratio.interval})
    columns = (
        Column("lane"),
        Column(over),
        Column("compute", right=True),
        Column(" ".join([*map(percent, levels), "interval"]), right=True),
        *([] if check else [Column("verdict", wraps=True)]),
        Column("rounds", right=True, gives_way=1),
        Column("rounds' range", right=True, detail=True),
        Column("end to end", right=True, detail=True),
    )
    return Table(columns, tuple(tuple(_cells(each, check)) for each in every))


def _together(every: list[Judgement], lanes: int) -> str | None:
    """What their level is of: not of each verdict, of all of a run with so many lanes."""
    levels = {each.ratio.interval.level for each in every if each.ratio and each.ratio.interval}
    if lanes <= 2 or not levels:
        return None
    return (
        f"The verdicts hold together: {percent(min(levels))} of runs with {lanes} lanes "
        "have no false one."
    )


def _functional_check(result: Result) -> Line:
    """That it is one, and which lanes trained: no ratio, and no word of one."""
    trained = [lane.lane for lane in result.summary.lanes if lane.state == "measured"]
    others = [f"{x.lane} {x.state}" for x in result.summary.lanes if x.state != "measured"]
    did = f"Trained: {', '.join(trained) or 'no lane'}"
    return (
        Span(f"{sentence_case(FUNCTIONAL_CHECK)}.", "doubtful"),
        Span(f" {'; '.join([did, *others])}."),
    )


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


def judgement(
    lane: str, against: str, ratio: Ratio | None, whole: Ratio | None, because: list[str]
) -> Judgement:
    """What a compute ratio allows to say; `whole` is the end-to-end one."""
    word, why_not = NO_VERDICT, ""
    if ratio is None:
        why_not = NO_ROUND
    elif ratio.interval is None:
        why_not = ratio.no_interval or NO_INTERVAL
    elif ratio.verdict in ("faster", "slower"):
        word = ratio.verdict
    else:
        why_not = f"the {interval_words(ratio, ratio.interval)} holds 1"
    return Judgement(lane, against, ratio, whole, word, why_not, tuple(because))


def sentences(told: Iterable[Judgement]) -> Iterator[Span]:
    """One for the neighbours that say the same word of the same lane, one for each other."""
    space = ""
    for (lane, word), group in groupby(told, key=lambda each: (each.lane, each.word)):
        if word == NO_VERDICT:
            for each in group:
                yield Span(f"{space}{lane} against {each.against}: ")
                yield Span(word, WORD_TONES[word])
                among = f" ({each.rounds})" if each.undecided else ""
                yield Span(f", {each.why_not}{among}.")
                space = " "
            continue
        yield Span(f"{space}{lane} is ")
        yield Span(word, WORD_TONES[word])
        yield Span(f" {_than(list(group))}.")
        space = " "


def _than(same: list[Judgement]) -> str:
    """`than fp32: 10.27× (95 % interval 9.89–10.67, 6 rounds), than fp32-ipex: …`."""
    parts = [
        f"than {each.against}: {ratio_value(ratio)} "
        f"({interval_words(ratio, ratio.interval)}, {each.rounds})"
        for each in same
        if (ratio := each.ratio) is not None and ratio.interval is not None
    ]
    return ", and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _cells(each: Judgement, check: bool) -> Iterator[Cell]:
    """A row; in a functional check without a verdict, and with nothing that stands out."""
    ratio, whole = each.ratio, each.end_to_end
    yield Cell(each.lane, lane=True)
    yield Cell(each.against)
    yield Cell(ratio_value(ratio) if ratio else UNKNOWN, tone="plain" if check else "strong")
    yield Cell(beneath(ratio) if ratio and ratio.interval else UNKNOWN)
    if not check:
        why = HOLDS_1 if each.undecided else each.why_not
        yield Cell(each.word + (f": {why}" if each.why_not else ""), tone=WORD_TONES[each.word])
    yield Cell(str(ratio.rounds) if ratio else "0")
    yield Cell((span(ratio, "{:.2f}".format) if ratio else "") or UNKNOWN)
    yield Cell(ratio_value(whole), beneath(whole)) if whole else Cell(UNKNOWN)
