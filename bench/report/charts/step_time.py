"""Where a lane's step goes: oneDNN's kernels by kind, and the rest."""

from dataclasses import dataclass

from bench.model.result import Result
from bench.text import percent

REORDER, OUTSIDE = "reorder", "outside oneDNN"

KINDS = (
    "convolution forward",
    "convolution backward data",
    "convolution backward weights",
    "inner product",
    REORDER,
    "normalization",
    "pooling",
    "other",
)
"""Kinds of kernels in the order they are shown; one that is not here comes after them."""


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
    found = {
        lane.lane: (lane.kernels.milliseconds, lane.compute_images_per_second.median)
        for lane in result.summary.lanes
        if lane.kernels and lane.compute_images_per_second
    }
    ran = {kind for milliseconds, _ in found.values() for kind in milliseconds}
    kinds = [*(each for each in KINDS if each in ran), *sorted(ran - set(KINDS))]
    batch = result.plan.workload.batch_size
    return [
        _step_time(lane, 1000 * batch / rate, {kind: ms.get(kind, 0.0) for kind in kinds})
        for lane, (ms, rate) in found.items()
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
