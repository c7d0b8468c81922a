"""A lane's throughput beside what its cores could do, and why BF16 loses where it does. Pure.

The bound is the roofline of Williams, Waterman and Patterson (Roofline: an insightful visual
performance model, CACM 52:4, 2009), operator by operator: none is done before its floating-point
operations at the peak, nor before its operands at copy bandwidth; a step is all of them in turn.

What it does not know. Caches: operands still in a cache need no traffic, so that a small batch
on large caches may exceed the bound. Fusion: an engine that computes two operators in one pass
reads and writes less than both. Stores: a copy may read each line before it overwrites it, which
is not counted; an operator in place need not, and may exceed copy bandwidth. Padding: counted as
work (`bench.worker.limits.work`), and a kernel may skip it.
"""

from collections.abc import Iterable

from bench.analysis.ratios import ratio_against
from bench.model.record import CoreLimits, Operator
from bench.model.summary import KernelShare, LaneSummary, LimitShare
from bench.text import percent

GIGA = 1e9

WORTH_TELLING = 0.05
"""Shares of time from here on go into an explanation."""

CLOCKS_DIFFER = 0.03
"""Relative difference from which two clocks are not the same; each is known to about 1 %."""


def limit_share(
    own: CoreLimits,
    same_level: list[CoreLimits],
    same_cores: list[CoreLimits],
    samples_per_second: float,
    batch_size: int,
) -> LimitShare:
    """How far a rate is from the limits of its cores.

    `own` has the step's operators. The peak is the best of `same_level`, limits measured on the
    same cores at the same precision and ceiling; bandwidth, which depends on neither, the best of
    `same_cores`: what one process reached, no noise has made too high.
    """
    peak = max(rate.gflops for each in same_level for rate in each.matmul)
    bandwidth = max(each.copy_gigabytes_per_second for each in same_cores)
    flop = sum(each.flop * each.calls for each in own.operators) / batch_size
    traffic = sum(each.bytes * each.calls for each in own.operators) / batch_size
    least = _seconds(own.operators, peak, bandwidth)
    memory_bound = _seconds(_memory_bound(own.operators, peak, bandwidth), peak, bandwidth)
    achieved = flop * samples_per_second / GIGA
    bound = batch_size / least
    return LimitShare(
        achieved_gflops=achieved,
        peak_gflops=peak,
        peak_share=achieved / peak,
        bound_samples_per_second=bound,
        bound_share=samples_per_second / bound,
        memory_bound_share=memory_bound / least,
        copy_gigabytes_per_second=bandwidth,
        clock_mhz=own.clock_mhz,
        gflop_per_sample=flop / GIGA,
        megabytes_per_sample=traffic / 1e6,
    )


def _seconds(operators: Iterable[Operator], peak: float, bandwidth: float) -> float:
    """The least time of the operators one after the other; `peak` and `bandwidth` in 10^9/s."""
    return sum(each.calls * max(_rise(each, peak), _flow(each, bandwidth)) for each in operators)


def _memory_bound(operators: Iterable[Operator], peak: float, bandwidth: float) -> list[Operator]:
    return [each for each in operators if _flow(each, bandwidth) > _rise(each, peak)]


def _rise(operator: Operator, peak: float) -> float:
    """Seconds of one call's arithmetic."""
    return operator.flop / (peak * GIGA)


def _flow(operator: Operator, bandwidth: float) -> float:
    """Seconds of one call's memory traffic."""
    return operator.bytes / (bandwidth * GIGA)


def explain(lane: LaneSummary, best_fp32: LaneSummary, unit: str = "samples") -> list[str]:
    """Sentences on why a BF16 lane is slower than the best FP32 lane, each from a measured figure.

    `unit` is what the workload calls its samples.
    [] where it is not slower, or it is not known that it is, or no limits were measured.
    """
    ratio = ratio_against(lane.compute_ratios, best_fp32.lane)
    if ratio is None or ratio.verdict != "slower" or not lane.limits or not best_fp32.limits:
        return []
    own, other, name = lane.limits, best_fp32.limits, best_fp32.lane
    return [
        _about_peak(own, other, name),
        *_about_clock(own, other, name),
        *_about_memory(own, other, name),
        _about_bound(own, other, name, unit),
        *_about_kernels(lane.kernels, best_fp32.kernels, name),
    ]


def _about_peak(own: LimitShare, other: LimitShare, name: str) -> str:
    quotient = own.peak_gflops / other.peak_gflops
    meaning = (
        "on these cores BF16 arithmetic itself is the slower one"
        if quotient < 1
        else "arithmetic alone would make it faster"
    )
    return (
        f"Its matrix-product peak is {own.peak_gflops:.0f} GFLOP/s, {quotient:.2f}× that of "
        f"{name} ({other.peak_gflops:.0f}): {meaning}."
    )


def _about_clock(own: LimitShare, other: LimitShare, name: str) -> list[str]:
    if own.clock_mhz is None or other.clock_mhz is None:
        return []
    if abs(own.clock_mhz / other.clock_mhz - 1) < CLOCKS_DIFFER:
        return []
    return [
        f"Its cores run at {own.clock_mhz:.0f} MHz after a matrix product, those of {name} at "
        f"{other.clock_mhz:.0f} MHz."
    ]


def _about_memory(own: LimitShare, other: LimitShare, name: str) -> list[str]:
    if own.memory_bound_share < WORTH_TELLING:
        return []
    return [
        f"In {percent(own.memory_bound_share)} of the least time of a step memory bandwidth is "
        f"the limit ({name}: {percent(other.memory_bound_share)}), which no arithmetic shortens."
    ]


def _about_bound(own: LimitShare, other: LimitShare, name: str, unit: str) -> str:
    bounds = (
        f"Its limits allow {own.bound_samples_per_second:.1f} {unit}/s, those of {name} "
        f"{other.bound_samples_per_second:.1f}"
    )
    if own.bound_samples_per_second < other.bound_samples_per_second:
        return f"{bounds}: it could not win."
    reached = f"it reaches {percent(own.bound_share)} of them"
    return f"{bounds}; {reached}, {name} {percent(other.bound_share)}."


def _about_kernels(own: KernelShare | None, other: KernelShare | None, name: str) -> list[str]:
    """What the kernels of one step under verbose mode say; [] if they say nothing against it."""
    if own is None:
        return []
    sentences = []
    if own.at_instruction_set is not None and own.at_instruction_set < 1 - WORTH_TELLING:
        sentences.append(
            f"Only {percent(own.at_instruction_set)} of its convolutions' and inner products' "
            f"time was on {own.instruction_set}."
        )
    reorders, others = _reorders(own), _reorders(other) if other is not None else None
    if reorders >= WORTH_TELLING and (others is None or reorders > others):
        compared = "" if others is None else f" ({name}: {percent(others)})"
        sentences.append(
            f"Reorders, which change layouts and types, take {percent(reorders)} of its kernels' "
            f"time{compared}."
        )
    return sentences


def _reorders(kernels: KernelShare) -> float:
    total = sum(kernels.milliseconds.values())
    return kernels.milliseconds.get("reorder", 0.0) / total if total > 0 else 0.0
