"""What differs between two sides and may explain a ratio: the weightiest first. Pure."""

from collections.abc import Sequence
from statistics import median

from bench.analysis.compare.facts import Texts
from bench.analysis.compare.kinds import KINDS, NAMES, Kind
from bench.analysis.compare.pairs import Pair
from bench.analysis.compare.runs import Run
from bench.analysis.compare.sameness import sameness
from bench.model.comparison import Difference
from bench.text import figure

TOLERANCES = {"memory bandwidth": 0.1, "clock": 0.05}
"""Shares by which a figure that was measured once a run differs between runs that are alike."""

UNITS = {"memory bandwidth": "GB/s", "clock": "MHz"}
SEVERAL = 4
"""Texts of one side that are told."""

Both = tuple[str | None, str | None]


def differences(
    reference: Sequence[Run], other: Sequence[Run], pairs: Sequence[Pair]
) -> tuple[list[Difference], list[str]]:
    """What differs, and the kinds of which only one side is known.

    Of a side of several runs each text is said once: they are alike in all but what is measured.
    """
    differing: list[Difference] = []
    unknown: list[str] = []
    for kind in KINDS:
        lanes_by_texts: dict[Both, list[str]] = {}
        for pair in pairs:
            texts = _texts(kind, reference, other, pair)
            lanes_by_texts.setdefault(texts, []).append(pair.name)
        every = len(lanes_by_texts) == 1
        for (ours, theirs), lanes in lanes_by_texts.items():
            if ours is not None and theirs is not None and ours != theirs:
                differing.append(
                    Difference(
                        name=kind.name,
                        weight=kind.weight,
                        why=kind.why,
                        reference=ours,
                        other=theirs,
                        lanes=[] if every else lanes,
                    )
                )
            elif ours != theirs and kind.name not in unknown:
                unknown.append(kind.name)
    return differing, unknown


def alike(one: Run, other: Run) -> bool:
    """Whether they are runs of one machine and one set-up: what is measured alone may differ."""
    if sameness(one.host, other.host).level != "the same machine":
        return False
    lanes = [x.id for x in one.lanes.values() if x.compute and _measured(other, x.id)]
    return _setup(one, lanes) == _setup(other, lanes)


def _measured(run: Run, lane: str) -> bool:
    return lane in run.lanes and bool(run.lanes[lane].compute)


def _setup(run: Run, lanes: list[str]) -> tuple[object, ...]:
    def kept(texts: Texts) -> Texts:
        return {kind: text for kind, text in texts.items() if not NAMES[kind].measured}

    return kept(run.facts.run), [kept(run.facts.lanes[lane]) for lane in lanes]


def _texts(kind: Kind, reference: Sequence[Run], other: Sequence[Run], pair: Pair) -> Both:
    """What both sides say of it, None where nobody there knows; equal where they are alike."""
    sides = ((reference, pair.reference), (other, pair.other))
    if kind.name not in TOLERANCES:
        ours, theirs = (_said(kind, *side) for side in sides)
        return ours, theirs
    first, second = (_figure(kind, *side) for side in sides)
    if first and second and abs(first - second) <= TOLERANCES[kind.name] * max(first, second):
        return None, None
    unit = UNITS[kind.name]
    written = [f"{figure(each)} {unit}" if each else None for each in (first, second)]
    return written[0], written[1]


def _said(kind: Kind, side: Sequence[Run], lane: str) -> str | None:
    """What its runs say, each text once."""
    texts = (_text(kind, run, lane) for run in side)
    known = list(dict.fromkeys(text for text in texts if text is not None))
    return "; ".join(known[:SEVERAL]) or None


def _text(kind: Kind, run: Run, lane: str) -> str | None:
    whole = run.facts.run
    return whole[kind.name] if kind.name in whole else run.facts.lanes.get(lane, {}).get(kind.name)


def _figure(kind: Kind, side: Sequence[Run], lane: str) -> float | None:
    """The median of its runs' figures."""
    figures = [run.facts.measured.get(lane, {}).get(kind.name) for run in side]
    known = [each for each in figures if each is not None]
    return median(known) if known else None
