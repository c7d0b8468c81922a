"""Lanes of an archived engine against those that can be run instead, and what differs. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from bench.analysis.kernels import KINDS, OTHER, spent
from bench.analysis.losses import disagreement
from bench.analysis.rates import compute_turns, end_to_end_turns
from bench.analysis.ratios import Pair
from bench.analysis.slow_kernels import reference_reorders
from bench.model.plan import PlannedLane
from bench.model.process import Rank
from bench.model.summary import Departure, LaneSummary
from bench.text import counted, figure, one_line

WORTH_TELLING = 0.05
"""Of the archived engine's step, the difference in a part's time from which it is told."""


@dataclass(frozen=True)
class Side:
    """One lane of a pair: what it came to, and the first ranks of its processes that count."""

    lane: PlannedLane
    summary: LaneSummary
    ranks: Sequence[Rank]

    @property
    def step(self) -> float | None:
        """Milliseconds of the median compute step; None if it was not measured."""
        rate = self.summary.compute_samples_per_second
        return None if rate is None else 1000 * self.lane.setup.batch_size / rate.median

    @property
    def rest(self) -> float | None:
        """Milliseconds that the library's kernels leave of it; None if that is not known.

        They are of another step, and may come to more than the median one.
        """
        step, kernels = self.step, self.summary.kernels
        if step is None or kernels is None:
            return None
        rest = step - sum(kernels.milliseconds.values())
        return rest if rest >= 0 else None


def departures(
    lanes: Sequence[PlannedLane],
    summaries: Mapping[str, LaneSummary],
    ranks: Mapping[str, Sequence[Rank]],
    pair: Pair,
) -> list[Departure]:
    """One for each lane that could replace another of the plan, if either was to be run."""
    sides = [Side(each, summaries[each.id], ranks[each.id]) for each in lanes]
    return [
        _departure(old, new, pair)
        for old in sides
        for new in sides
        if new.lane.instead_of == old.lane.id
        and "planned" in (old.lane.intention, new.lane.intention)
    ]


def _departure(old: Side, new: Side, pair: Pair) -> Departure:
    reason = _why_not(old, new)
    compute = None if reason else pair(new.lane.id, old.lane.id, compute_turns)
    if compute is None:
        reason = reason or "no round in which both completed"
    end_to_end = pair(new.lane.id, old.lane.id, end_to_end_turns) if compute else None
    return Departure(
        lane=old.lane.id,
        other=new.lane.id,
        compute=compute,
        end_to_end=end_to_end,
        reason=reason,
        explained=_explained(old, new) if compute else [],
    )


def _why_not(old: Side, new: Side) -> str | None:
    """Why the two are not held together: one has no figure, or they do not train alike."""
    for each in (old, new):
        if each.summary.state != "measured":
            return f"{each.lane.id} is {each.summary.state}"
    firsts = {
        each.lane.id: loss for each in (old, new) if (loss := each.summary.loss_first) is not None
    }
    return disagreement(old.lane, new.lane, firsts)


def _explained(old: Side, new: Side) -> list[str]:
    """Sentences on the parts of a step that differ, the weightiest first; [] if nothing is known.

    A kind of kernel's times are medians over processes, of one more step of each.
    """
    step, batches = old.step, {each.lane.setup.batch_size for each in (old, new)}
    if step is None or old.summary.kernels is None or new.summary.kernels is None:
        return []
    if len(batches) > 1:
        return []
    kernels = [each for each in _kernels(old, new) if each.weight >= WORTH_TELLING * step]
    others = [each for each in _rest(old, new) if each.weight >= WORTH_TELLING * step]
    worth = sorted([*kernels, *others], key=lambda each: -each.weight)
    return [*(each.sentence for each in worth), *(_releases(old, new) if kernels else [])]


class Part(NamedTuple):
    """A part of a step: by how many milliseconds it differs, and a sentence that tells both."""

    weight: float
    sentence: str


def _kernels(old: Side, new: Side) -> Iterator[Part]:
    """Of each kind of kernel that either ran."""
    times = [each.summary.kernels.milliseconds for each in (old, new) if each.summary.kernels]
    for kind in dict.fromkeys(kind for own in times for kind in own):
        ours, theirs = (own.get(kind, 0.0) for own in times)
        more = [_by_reference(each) if kind == KINDS["reorder"] else "" for each in (old, new)]
        name = {OTHER: "other kernels", KINDS["reorder"]: "reorders"}.get(kind, kind)
        yield _part(name, (old, ours, more[0]), (new, theirs, more[1]))


def _rest(old: Side, new: Side) -> Iterator[Part]:
    """Of what the library's kernels leave of a step: the framework's own, or generated code."""
    if old.rest is not None and new.rest is not None:
        yield _part(
            "outside oneDNN", (old, old.rest, _generated(old)), (new, new.rest, _generated(new))
        )


def _part(name: str, old: tuple[Side, float, str], new: tuple[Side, float, str]) -> Part:
    (one, ours, of_ours), (other, theirs, of_theirs) = old, new
    return Part(
        abs(ours - theirs),
        f"{name}: {figure(ours)} ms a step in {one.lane.id}{of_ours}, "
        f"{figure(theirs)} ms in {other.lane.id}{of_theirs}",
    )


def _by_reference(side: Side) -> str:
    """How much of its reorders' time was spent by code for any layout."""
    times = [spent(reference_reorders(rank.kernels)) for rank in side.ranks if rank.kernels]
    cost = median(times) if times else 0.0
    return f" ({figure(cost)} ms of it by reference code)" if cost else ""


def _generated(side: Side) -> str:
    """How many functions the lane's engine compiled for that."""
    records = [rank.record for rank in side.ranks if rank.record and rank.record.compilation]
    made = [x.compilation.generated for x in records if x.compilation and x.compilation.generated]
    return f" ({counted(made[0].kernels, 'generated kernel')})" if made else ""


def _releases(old: Side, new: Side) -> list[str]:
    """oneDNN's, where they differ."""
    releases = [_onednn(old), _onednn(new)]
    if None in releases or len(set(releases)) < len(releases):
        return []
    return [f"oneDNN: {releases[0]} in {old.lane.id}, {releases[1]} in {new.lane.id}"]


def _onednn(side: Side) -> str | None:
    """Its release as the lane's first process had it."""
    seen = [rank.record.observed for rank in side.ranks if rank.record and rank.record.observed]
    return next((one_line(each.onednn, 40) for each in seen if each.onednn), None)
