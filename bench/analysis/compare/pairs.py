"""Which lane of the reference is held against which of the other side. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.analysis.compare.runs import Run
from bench.errors import BenchError, Exit

ABSENT = ("skipped", "not reached")
"""States of a lane that nobody tried; on both sides it is not worth a row."""


@dataclass(frozen=True)
class Pair:
    """A lane of the reference and one of the other side, by id."""

    reference: str
    other: str

    @property
    def name(self) -> str:
        """`fp32`, or `fp32 → bf16-amx` where they are two."""
        same = self.reference == self.other
        return self.reference if same else f"{self.reference} → {self.other}"


def parse(wanted: Sequence[str]) -> list[Pair]:
    """The pairs of `fp32,bf16-amx` or `fp32=bf16-amx`; BenchError (exit 2) for none in a part."""
    pairs = []
    for part in (part.strip() for text in wanted for part in text.split(",")):
        first, separate, second = part.partition("=")
        if not first or (separate and not second):
            raise BenchError(
                f"--lane {part or repr(part)} names no lane",
                "name one, or two as REFERENCE=OTHER, e.g. --lane fp32=bf16-amx",
                Exit.USAGE,
            )
        pairs.append(Pair(first, second if separate else first))
    return list(dict.fromkeys(pairs))


def pairs_of(reference: Sequence[Run], other: Sequence[Run], wanted: Sequence[Pair]) -> list[Pair]:
    """Those that are wanted, else each lane by its name that one of the sides tried.

    BenchError (exit 2) if one side has no lane of a wanted name, (exit 3) if the sides share none.
    """
    ours, theirs = _lanes(reference), _lanes(other)
    for pair in wanted:
        _refuse_unknown(pair.reference, ours, "the reference", reference)
        _refuse_unknown(pair.other, theirs, "the other side", other)
    if wanted:
        return list(wanted)
    names = [name for name in {**ours, **theirs} if ours.get(name) or theirs.get(name)]
    if not any(ours.get(name) and theirs.get(name) for name in names):
        raise BenchError(
            f"no lane in common: the reference tried {_list(ours)}, the other side {_list(theirs)}",
            "name two lanes: --lane REFERENCE=OTHER",
        )
    return [Pair(name, name) for name in names]


def _lanes(side: Sequence[Run]) -> dict[str, bool]:
    """By id, in their order: whether a run tried it."""
    tried: dict[str, bool] = {}
    for run in side:
        for lane in run.lanes.values():
            tried[lane.id] = tried.get(lane.id, False) or lane.state not in ABSENT
    return tried


def _refuse_unknown(name: str, lanes: dict[str, bool], side: str, runs: Sequence[Run]) -> None:
    if name not in lanes:
        raise BenchError(
            f"--lane {name}: {side}, {runs[0].about.name}, has no such lane",
            f"it has: {', '.join(lanes)}",
            Exit.USAGE,
        )


def _list(lanes: dict[str, bool]) -> str:
    return ", ".join(name for name, tried in lanes.items() if tried) or "none"
