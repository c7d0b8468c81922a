"""Where a lane's step goes: oneDNN's kernels by kind, and the rest."""

from dataclasses import dataclass
from typing import get_args

from bench.analysis.kernels import KINDS
from bench.model.process import Kernel
from bench.model.result import Result
from bench.text import percent

REORDER, OUTSIDE = KINDS["reorder"], "outside oneDNN"

ORDER = (
    *(f"convolution {way}" for way in get_args(Kernel.model_fields["direction"].annotation)),
    *dict.fromkeys(KINDS.values()),
)
"""Kinds of kernels as they are shown; one that is not here, such as `other`, comes after them."""


@dataclass(frozen=True)
class StepTime:
    """One lane's median step in milliseconds, and oneDNN's time in a step by kind.

    `parts` has the same kinds for every lane of a run, 0 for those that it did not run. The
    kernels' times are of other steps than the timed ones, so that they may exceed the median:
    `outside` is then None, else what they leave of it.
    """

    lane: str
    step: float
    parts: dict[str, float]
    outside: float | None

    def share(self, part: str) -> float:
        """The part's share of the median step."""
        return self.parts.get(part, 0.0) / self.step


def step_times(result: Result) -> list[StepTime]:
    """Of each lane with a compute rate, which an invalid one has not, and kernels."""
    batches = {lane.id: lane.setup.batch_size for lane in result.plan.lanes}
    times = {
        lane.lane: (
            lane.kernels.milliseconds,
            1000 * batches[lane.lane] / lane.compute_samples_per_second.median,
        )
        for lane in result.summary.lanes
        if lane.kernels and lane.compute_samples_per_second and lane.lane in batches
    }
    ran = {kind for milliseconds, _ in times.values() for kind in milliseconds}
    kinds = [*(each for each in ORDER if each in ran), *sorted(ran - set(ORDER))]
    return [
        _step_time(lane, step, {kind: milliseconds.get(kind, 0.0) for kind in kinds})
        for lane, (milliseconds, step) in times.items()
    ]


def step_time_words(times: list[StepTime]) -> list[str]:
    """Sentences on what reorders and the rest take; [] without lanes."""
    if not times:
        return []
    reorders = [f"{each.lane} {percent(each.share(REORDER))}" for each in times]
    sentences = [f"Reorders' share of the median step: {', '.join(reorders)}."]
    rests = [f"{x.lane} {percent(x.outside / x.step)}" for x in times if x.outside is not None]
    if rests:
        sentences.append(f"Share that is {OUTSIDE}: {', '.join(rests)}.")
    over = [each.lane for each in times if each.outside is None]
    if over:
        sentences.append(
            f"oneDNN's kernels took longer than the median step in {', '.join(over)}: "
            "the step that oneDNN told of was a slow one, and nothing is known of the rest."
        )
    return sentences


def _step_time(lane: str, step: float, parts: dict[str, float]) -> StepTime:
    rest = step - sum(parts.values())
    return StepTime(lane, step, parts, rest if rest >= 0 else None)
