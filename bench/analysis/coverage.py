"""How much of a step the evidence covers: its calls and its time. Pure.

The lines of a library prove what that library ran. What PyTorch computes by itself (batch norm,
activations, pooling, the optimizer, often attention) prints none, and needs none: a lane's name is
about convolutions and products. Of those, the model's own operators tell how many there are.
"""

from collections import Counter
from statistics import median
from typing import NamedTuple

from bench.analysis.kernels import CONVOLUTIONS, products, spent, step_milliseconds
from bench.model.process import Process, Rank
from bench.model.record import Operator
from bench.model.summary import KernelShare
from bench.text import figure, percent

CALLS_MIN = 0.8
"""Of the convolutions and products that a step is made of, the share that must have been seen.

Every whole step that was recorded, FP32 and BF16, on AVX2, AVX-512 and AMX, of ResNet-18, ResNet-50
and ViT-B/16, by PyTorch, eager and compiled, and by IPEX, has all of them. A fifth is left
for what an engine fuses, or computes by itself because it is small."""

TIME_MIN = 0.05
"""Of the step's wall time, the share that the kernels must have taken. On two cores 35 to 70 % were
seen, of ResNet-18, ResNet-50 and ViT-B/16, at 32 pixels as at 224; on many cores a small batch
leaves mostly PyTorch's own time."""

TIME_LOW = 0.2
"""Below this share of the step it is said how little of it the lane's name is about."""


class Expected(NamedTuple):
    """Calls that a step's operators come to at least, by kind."""

    convolutions: int
    products: int
    attention: bool
    """Whether there is attention, whose products nobody can foresee: one call, or thousands."""


class Coverage(NamedTuple):
    """What the evidence of one step covers; None: not known."""

    calls: int | None
    """Of those expected, how many were seen."""
    expected: int | None
    time: float | None
    """Share of the step's wall time."""
    step_milliseconds: float | None


def operators(lane: str, processes: list[Process]) -> list[Operator]:
    """One step's operators, counted in the lane's own process, else in any: the workload is one."""
    ordered = sorted(processes, key=lambda each: each.lane != lane)
    counted = (
        rank.record.limits.operators
        for process in ordered
        for rank in process.ranks
        if rank.record is not None and rank.record.limits is not None
    )
    return next((each for each in counted if each), [])


def expected(operators: list[Operator]) -> Expected | None:
    """The calls that a step's operators come to; None without any convolution or product."""
    forward = Counter[int]()
    for each in operators:
        if each.kind == "convolution" and not _backward(each):
            forward[each.flop] += each.calls
    convolutions = sum(
        each.calls * (_gradients(each, forward) if _backward(each) else 1)
        for each in operators
        if each.kind == "convolution"
    )
    matmuls = sum(each.calls for each in operators if each.kind == "matmul")
    if not convolutions + matmuls:
        return None
    attention = any(each.kind == "attention" for each in operators)
    return Expected(convolutions, matmuls, attention)


def _backward(operator: Operator) -> bool:
    return operator.name.endswith("backward")


def _gradients(operator: Operator, forward: Counter[int]) -> int:
    """One of the weights, and one of the input except in a network's first layer.

    Each costs as many operations as the forward pass of the layer.
    """
    only_one = operator.flop in forward and operator.flop // 2 not in forward
    return 1 if only_one else 2


def coverage(rank: Rank, due: Expected | None) -> Coverage:
    """What a rank's kernels cover of its step under verbose mode."""
    step = step_milliseconds(rank)
    time = min(1.0, spent(rank.kernels) / step) if step else None
    if due is None:
        return Coverage(None, None, time, step)
    worked = products(rank.kernels)
    convolutions = sum(each.calls for each in worked if each.primitive in CONVOLUTIONS)
    others = sum(each.calls for each in worked) - convolutions
    seen = min(convolutions, due.convolutions) + min(others, due.products)
    total = due.convolutions + due.products
    if not due.attention:  # a convolution may be computed as a product
        seen = min(convolutions + others, total)
    return Coverage(seen, total, time, step)


def with_coverage(share: KernelShare, covered: list[Coverage]) -> KernelShare:
    """The share with what the steps' evidence covers: median of the time, least of the calls."""
    times = [each.time for each in covered if each.time is not None]
    counts = [(each.calls, each.expected) for each in covered if each.calls is not None]
    calls, expected = min(counts, default=(None, None))
    return share.model_copy(
        update={
            "covered": median(times) if times else None,
            "calls": calls,
            "calls_expected": expected,
        }
    )


def uncovered(covered: Coverage) -> list[str]:
    """Sentences on what is not covered enough to prove a lane; [] where it is, or is not known."""
    sentences = []
    calls, due, time = covered.calls, covered.expected, covered.time
    if calls is not None and due and calls < CALLS_MIN * due:
        sentences.append(
            f"{_seen(covered)} printed a line, and {percent(CALLS_MIN)} are needed: "
            "nothing proves what the others ran on"
        )
    if time is not None and time < TIME_MIN:
        sentences.append(
            f"{_took(covered)}, and {percent(TIME_MIN)} are needed: nothing proves the rest"
        )
    return sentences


def coverage_cautions(covered: list[Coverage]) -> list[str]:
    """What is to be said of evidence that does not contradict the lane."""
    if not covered:
        return []
    sentences = []
    least = min(covered, key=lambda one: one.calls if one.calls is not None else -1)
    if least.calls is None:
        sentences.append(
            "how many of its convolutions and products were seen is not known: "
            "the model's operators were not counted"
        )
    elif least.expected and least.calls < least.expected:
        sentences.append(f"{_seen(least)} printed a line: of the others nothing is known")
    known = [one for one in covered if one.time is not None]
    if len(known) < len(covered):
        sentences.append("what share of its step was seen is not known: the step was not timed")
    elif median(one.time or 0.0 for one in known) < TIME_LOW:
        shortest = min(known, key=lambda one: one.time or 0.0)
        sentences.append(f"{_took(shortest)}: its speed says little of its instruction set")
    return sentences


def _seen(covered: Coverage) -> str:
    return f"{covered.calls} of the step's {covered.expected} convolutions and products"


def _took(covered: Coverage) -> str:
    step, share = covered.step_milliseconds or 0.0, covered.time or 0.0
    return (
        f"the kernels that printed a line took {figure(share * step)} of the step's "
        f"{figure(step)} ms ({percent(share)})"
    )
