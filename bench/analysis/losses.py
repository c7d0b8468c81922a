"""Whether lanes train alike: losses from the same weights on the same batches. Pure.

First losses are held against each other: they come of the weights that every lane begins with.
Later ones are shown and not judged: each step multiplies what rounding changed. ResNet-50's FP32
losses, 5e-6 apart at first, were up to 0.05 apart in the second step and 0.13 in the ninth, at 224
pixels and batch 8 of right lanes. A model that answers alike whatever it sees before its first
step, such as torchvision's ViT, has the same first loss in any lane: there it proves nothing.
"""

from collections.abc import Mapping, Sequence
from statistics import median

from bench.analysis.ratios import Records
from bench.model.plan import PlannedLane

FP32_TOLERANCE = 0.001
"""Between first losses of FP32 lanes. At most 5e-5 was seen from `FP32_PIXELS_MIN` on: ResNet-18
and ResNet-50, contiguous and channels_last, torch 2.8 and 2.14, eager, compiled and IPEX, AVX2."""

BF16_TOLERANCE = 0.25
"""The same where either lane computes in BF16. At most 0.13 was seen from `BF16_PIXELS_MIN` on."""

FP32_PIXELS_MIN = 8 * 32**2
"""Pixels of a batch below which first losses of right FP32 lanes are as far apart as any: batch
normalization over two values (32 pixels, batch 2) moved them by 0.5, over four by 7e-4."""

BF16_PIXELS_MIN = 8 * 64**2
"""The same for BF16: at 32 pixels and batch 8 its rounding moved the first loss by 0.18."""

Firsts = Mapping[str, float]
"""The first loss of each lane of which it is known, by its id."""


def common_steps(records: Mapping[str, Records]) -> int | None:
    """Loaded steps that every lane took in every round; None if no process tells of any."""
    told = [len(each.losses) for own in records.values() for each in own.values() if each.losses]
    return min(told, default=None)


def loss_of_step(own: Records, step: int | None) -> float | None:
    """One lane's, the step counted from 1: its median over rounds; None if it is not known."""
    if step is None:
        return None
    told = [each.losses[step - 1] for each in own.values() if len(each.losses) >= step]
    return median(told) if told else None


def disagreement(one: PlannedLane, other: PlannedLane, firsts: Firsts) -> str | None:
    """That two lanes do not train alike, by their first losses; None where nothing shows it."""
    if not _apart(one, other, firsts):
        return None
    return f"their first losses differ: {_with_loss(one, firsts)}, {_with_loss(other, firsts)}"


def loss_cautions(lane: PlannedLane, lanes: Sequence[PlannedLane], firsts: Firsts) -> list[str]:
    """That a lane does not train as most of the other FP32 lanes do; [] where nothing shows it."""
    beside = [
        other
        for other in lanes
        if other.id != lane.id
        and not other.setup.in_bf16
        and _tolerance(lane, other) is not None
        and other.id in firsts
    ]
    apart = [other for other in beside if _apart(lane, other, firsts)]
    if 2 * len(apart) <= len(beside):
        return []
    others = ", ".join(_with_loss(other, firsts) for other in apart)
    return [
        f"its first loss is {firsts[lane.id]:.4f}, from the same weights and batch as {others}: "
        f"more than {_tolerance(lane, apart[0]):g} apart, so that it may not train as they do"
    ]


def _apart(one: PlannedLane, other: PlannedLane, firsts: Firsts) -> bool:
    tolerance = _tolerance(one, other)
    if tolerance is None or not {one.id, other.id} <= firsts.keys():
        return False
    return abs(firsts[one.id] - firsts[other.id]) > tolerance


def _tolerance(one: PlannedLane, other: PlannedLane) -> float | None:
    """How far rounding moves first losses apart; None where they can't be compared."""
    if (one.workload, one.setup.batch_size) != (other.workload, other.setup.batch_size):
        return None
    bf16 = one.setup.in_bf16 or other.setup.in_bf16
    pixels = one.setup.batch_size * one.workload.image_size**2
    if pixels < (BF16_PIXELS_MIN if bf16 else FP32_PIXELS_MIN):
        return None
    return BF16_TOLERANCE if bf16 else FP32_TOLERANCE


def _with_loss(lane: PlannedLane, firsts: Firsts) -> str:
    return f"{lane.id} {firsts[lane.id]:.4f}"
