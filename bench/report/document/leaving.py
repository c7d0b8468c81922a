"""What leaving an archived engine comes to: each of its lanes against those to run instead."""

from collections.abc import Iterator
from itertools import groupby

from bench.model.plan import PlannedLane
from bench.model.result import Result
from bench.model.summary import Departure, Ratio
from bench.plan.catalogue.engines import ENGINES
from bench.report.document.parts import (
    Bullets,
    Item,
    Line,
    Paragraph,
    Part,
    Section,
    Span,
    Tone,
    line,
)
from bench.report.document.ratios import NO_VERDICT, WORD_TONES, judgement, table
from bench.report.document.wording import (
    FUNCTIONAL_CHECK,
    interval_words,
    ratio_value,
    sentence_case,
)
from bench.text import one_line, percent

WORTH = {"faster": 2, "undecided": 1, "slower": 0}
"""Which of several lanes is told of above all: what is proved to gain, then what may."""


def leaving(result: Result) -> Section | None:
    """A row for each pair that was held together, and why others were not; None without any."""
    every, check = result.summary.departures, result.plan.functional_check
    if not every:
        return None
    held = [
        judgement(each.other, each.lane, each.compute, each.end_to_end, each.explained)
        for each in every
        if each.compute is not None
    ]
    parts: list[Part] = []
    if check:
        parts.append(Paragraph(line(f"{sentence_case(FUNCTIONAL_CHECK)}.")))
    if held:
        parts.append(table(held, check, "instead of"))
    items = [
        *(
            Item(line(f"Of a step, {x.lane} against {x.against}:"), x.because)
            for x in held
            if x.because
        ),
        *(Item(line(text)) for text in _not_held(every)),
    ]
    parts.append(Bullets(tuple(items)))
    return Section(title(result), tuple(parts), detail=check)


def title(result: Result) -> str:
    """`Leaving IPEX`."""
    return f"Leaving {engines(result)}"


def engines(result: Result) -> str:
    """Those that are left, by their titles in the catalogue if this kit knows them."""
    names = (result.plan.lane(each.lane).setup.engine for each in result.summary.departures)
    titles = (ENGINES[name].title if name in ENGINES else one_line(name, 40) for name in names)
    return " and ".join(dict.fromkeys(titles))


def in_a_sentence(result: Result) -> Line:
    """For the lanes of each precision and ceiling what leaving gains or costs, at best.

    `Leaving IPEX: FP32 costs nothing that can be shown (…); BF16 on AVX-512 gains 4 % (…).`
    Empty in a functional check, and where nothing was held together.
    """
    known = [each for each in result.summary.departures if each.compute is not None]
    if not known or result.plan.functional_check:
        return ()
    if not any(each.compute and each.compute.interval for each in known):
        return (Span(f" {title(result)}: "), *_best(known), Span("."))
    several = len(known) > len({each.lane for each in known})
    spans = [Span(f" {title(result)}{', at best' if several else ''}: ")]
    for i, (lane, group) in enumerate(groupby(known, key=lambda each: each.lane)):
        between = "; " if i else ""
        spans += [Span(f"{between}{_arithmetic(result.plan.lane(lane))} "), *_best(list(group))]
    return (*spans, Span("."))


def _best(group: list[Departure]) -> Iterator[Span]:
    """Of one lane's replacements the one that is proved to gain most, or costs least."""
    ratios = {each.other: each.compute for each in group if each.compute is not None}

    def worth(other: str) -> tuple[int, float]:
        ratio = ratios[other]
        return WORTH.get(ratio.verdict or "", 1), ratio.value

    other = max(ratios, key=worth)
    ratio = ratios[other]
    if ratio.interval is None:
        yield Span(NO_VERDICT, WORD_TONES[NO_VERDICT])
        yield Span(f", {ratio.no_interval or 'there is no interval'}")
        return
    words, tone = _comes_to(ratio)
    yield Span(words, tone)
    yield Span(f" ({other}: {ratio_value(ratio)}, {interval_words(ratio, ratio.interval)})")


def _comes_to(ratio: Ratio) -> tuple[str, Tone]:
    """`gains 4 %`, `costs 3 %`, or that neither is proved and what it may cost at most."""
    if ratio.verdict == "faster":
        return f"gains {percent(ratio.value - 1)}", WORD_TONES["faster"]
    if ratio.verdict == "slower":
        return f"costs {percent(1 - ratio.value)}", WORD_TONES["slower"]
    most = max(0.0, 1 - ratio.interval.low) if ratio.interval else 0.0
    at_most = f", {percent(most)} at most" if most else ""
    return f"costs nothing that can be shown{at_most}", WORD_TONES[NO_VERDICT]


def _arithmetic(lane: PlannedLane) -> str:
    """`FP32`, `BF16 on AMX`: what its products compute in, and on what if its name says so."""
    if lane.setup.precision != "bf16":
        return lane.setup.precision.upper()
    on = "AMX" if lane.instruction_set == "amx" else "AVX-512"
    return f"{lane.setup.precision.upper()} on {on}"


def _not_held(every: list[Departure]) -> Iterator[str]:
    """Why pairs have no ratio: once for those that share the reason."""
    by_reason: dict[str, list[Departure]] = {}
    for each in every:
        if each.compute is None:
            by_reason.setdefault(each.reason or "no reason is known", []).append(each)
    for reason, group in by_reason.items():
        pairs = ", ".join(f"{each.other} instead of {each.lane}" for each in group)
        yield f"Not held together: {pairs}: {reason}."
