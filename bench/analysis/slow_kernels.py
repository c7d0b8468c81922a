"""Kernels that a lane ran on and that are slow by their name, and what they cost. Pure.

They are cautions: the lane is what it says, and the host could do better. Which kernel oneDNN
takes depends on shapes, layouts and ceiling, and none of that is the lane's name.
"""

from collections.abc import Iterable, Iterator
from statistics import median

from bench.analysis.isa import below, parts
from bench.analysis.kernels import PORTABLE, products, spent, step_milliseconds
from bench.model.plan import PlannedLane
from bench.model.process import Kernel, Rank
from bench.text import counted, figure, percent

SLOW_SHARE = 0.05
"""Of the convolutions' and products' time, from where slow kernels are worth a word."""

REORDER_SHARE = 0.05
"""Of the step's time, the same for reorders by reference code."""

NAMES_SHOWN = 3


def slow_kernel_cautions(lane: PlannedLane, ranks: Iterable[Rank]) -> list[str]:
    """Sentences with shares, calls and times: medians over the processes that have kernels."""
    steps = [rank for rank in ranks if rank.kernels]
    if not steps:
        return []
    return [*_slow(lane, [rank.kernels for rank in steps]), *_reference_reorders(steps)]


def _slow(lane: PlannedLane, steps: list[list[Kernel]]) -> Iterator[str]:
    """Convolutions and products of an FP32 lane; a BF16 lane's are held against its name."""
    if lane.setup.precision != "fp32":
        return
    slow = [[each for each in products(step) if is_slow(lane, each)] for step in steps]
    shares = [
        spent(some) / all_of_it if (all_of_it := spent(products(step))) else 0.0
        for some, step in zip(slow, steps, strict=True)
    ]
    share = median(shares)
    if share >= SLOW_SHARE:
        worst = max(slow, key=spent)
        yield (
            f"{percent(share)} of its convolutions' and products' time was on slow kernels, "
            f"for a lane on {lane.instruction_set}: {_listed(worst)}"
        )


def is_slow(lane: PlannedLane, kernel: Kernel) -> bool:
    """Whether a name says plain C++, a product through a copy, or less than the lane's own set.

    `gemm:jit` lays a convolution out as a matrix first; `ref:any` is written to be read.
    """
    sets = [names for names in parts(kernel.implementation) if names]
    if any(below(name, lane.instruction_set) for names in sets for name in names):
        return True
    words = set(kernel.implementation.replace("+", ":").split(":"))
    by_copy = kernel.primitive != "reorder" and "gemm" in words
    return not sets and (bool(words & PORTABLE) or by_copy)


def _reference_reorders(steps: list[Rank]) -> Iterator[str]:
    """Reorders by code for any layout: in any lane, and of all its time."""
    costs = [_cost(rank) for rank in steps]
    share = median(cost / whole if whole else 0.0 for cost, whole in costs)
    if share < REORDER_SHARE:
        return
    worst = max(range(len(steps)), key=lambda i: costs[i][0])
    cost, whole = costs[worst]
    reorders = reference_reorders(steps[worst].kernels)
    calls = counted(sum(each.calls for each in reorders), "reference reorder")
    names = ", ".join(dict.fromkeys(each.implementation for each in reorders))
    of = "a step" if step_milliseconds(steps[worst]) else "the kernels' time"
    yield f"{calls} ({names}) took {figure(cost)} of the {figure(whole)} ms of {of}"


def _cost(rank: Rank) -> tuple[float, float]:
    """Milliseconds of the reference reorders, and of the step, or of all kernels if not timed."""
    return spent(reference_reorders(rank.kernels)), step_milliseconds(rank) or spent(rank.kernels)


def reference_reorders(kernels: list[Kernel]) -> list[Kernel]:
    """Those by code for any layout."""
    return [
        each
        for each in kernels
        if each.primitive == "reorder" and set(each.implementation.split(":")) & PORTABLE
    ]


def _listed(kernels: list[Kernel]) -> str:
    """`ref:any (12 calls, 300 ms)`: the costliest implementations, each once."""
    by_name: dict[str, list[Kernel]] = {}
    for kernel in kernels:
        by_name.setdefault(kernel.implementation, []).append(kernel)
    costliest = sorted(by_name.items(), key=lambda each: -spent(each[1]))
    texts = [
        f"{name} ({counted(sum(each.calls for each in own), 'call')}, {figure(spent(own))} ms)"
        for name, own in costliest[:NAMES_SHOWN]
    ]
    more = len(costliest) - NAMES_SHOWN
    return ", ".join([*texts, *([f"{more} more"] if more > 0 else [])])
