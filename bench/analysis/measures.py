"""A summary's figures as measures, each with a name, a unit and a direction. Pure."""

from collections.abc import Iterator
from typing import Literal

from bench.analysis.ratios import ratio_against
from bench.model.measure import Measure
from bench.model.summary import Interval, LaneSummary, Ratio, Spread, Summary

Better = Literal["more", "less"]
_MORE: Better = "more"
_LESS: Better = "less"


def measures(summary: Summary) -> list[Measure]:
    """Of every lane that has figures, in the summary's order.

    `low` and `high` are the lowest and highest round of a throughput or a time, and the ends of
    the confidence interval of a ratio. What was not measured is left out.
    """
    return [
        measure
        for lane in summary.lanes
        if lane.state != "invalid"
        for measure in (
            *_speeds(lane),
            *_ratios(lane, summary),
            *_shares(lane),
            *_costs(lane),
            *_compiling(lane),
            *_energy(lane),
        )
    ]


def _speeds(lane: LaneSummary) -> Iterator[Measure]:
    epoch = "epoch_time" if lane.epoch_measured else "epoch_time_extrapolated"
    for name, unit, over in (
        ("compute_throughput", "samples/s", lane.compute_samples_per_second),
        ("end_to_end_throughput", "samples/s", lane.end_to_end_samples_per_second),
        (epoch, "seconds", lane.epoch_seconds),
    ):
        if over is not None:
            better = _MORE if unit == "samples/s" else _LESS
            yield _measure(lane, name, over.median, unit, better, over)


def _costs(lane: LaneSummary) -> Iterator[Measure]:
    if lane.peak_memory_bytes is not None:
        yield _measure(lane, "peak_memory", lane.peak_memory_bytes, "bytes", _LESS)
    for phase, seconds in lane.phase_seconds.items():
        yield _measure(lane, f"step_{phase}_time", seconds, "seconds", _LESS)


def _energy(lane: LaneSummary) -> Iterator[Measure]:
    """A sample's, of the packages; and what a joule is good for, whose ends are the other's."""
    if lane.energy is None:
        return
    over = lane.energy.joules_per_sample
    inverse = over.inverse()
    yield _measure(lane, "energy_per_sample", over.median, "joules/sample", _LESS, over)
    yield _measure(lane, "samples_per_energy", inverse.median, "samples/joule", _MORE, inverse)


def _ratios(lane: LaneSummary, summary: Summary) -> Iterator[Measure]:
    """Over the baseline, over the best FP32 lane and, on AMX, over the same in BF16 on AVX-512.

    And over the lane of an archived engine that it could replace.
    """
    usual = (summary.baseline, summary.best_fp32)
    for part, ratios in (("compute", lane.compute_ratios), ("end_to_end", lane.end_to_end_ratios)):
        beside = next((each.against for each in ratios if each.against not in usual), None)
        roles = zip(("baseline", "best_fp32", "bf16_avx512"), (*usual, beside), strict=True)
        for role, against in roles:
            ratio = ratio_against(ratios, against) if against is not None else None
            if ratio is not None:
                yield _speed_up(lane, f"{part}_speedup_over_{role}", ratio)
    for each in summary.departures:
        if each.other == lane.lane:
            for part, ratio in (("compute", each.compute), ("end_to_end", each.end_to_end)):
                if ratio is not None:
                    yield _speed_up(lane, f"{part}_speedup_over_archived", ratio)


def _compiling(lane: LaneSummary) -> Iterator[Measure]:
    """Its seconds, and the steps after which they are earned back, if they are."""
    cost = lane.compilation
    if cost is None:
        return
    if cost.cold_seconds is not None:
        yield _measure(lane, "compile_cold_time", cost.cold_seconds, "seconds", _LESS)
    if (warm := cost.warm_seconds) is not None:
        yield _measure(lane, "compile_warm_time", warm.median, "seconds", _LESS, warm)
    if cost.pays_off_steps is not None:
        yield Measure(
            lane=lane.lane,
            name="compile_pays_off_after",
            value=cost.pays_off_steps,
            unit="steps",
            low=cost.pays_off_steps_low,
            high=cost.pays_off_steps_high,
            better=_LESS,
        )


def _shares(lane: LaneSummary) -> Iterator[Measure]:
    """Of the limits, and of the products' time at the lane's own set."""
    limits, kernels = lane.limits, lane.kernels
    for name, share in (
        ("peak_share", limits.peak_share if limits else None),
        ("bound_share", limits.bound_share if limits else None),
        ("instruction_set_share", kernels.at_instruction_set if kernels else None),
    ):
        if share is not None:
            yield _measure(lane, name, share, "ratio", _MORE)


def _speed_up(lane: LaneSummary, name: str, ratio: Ratio) -> Measure:
    return _measure(lane, name, ratio.value, "ratio", _MORE, ratio.interval)


def _measure(
    lane: LaneSummary,
    name: str,
    value: float,
    unit: str,
    better: Better,
    between: Spread | Interval | None = None,
) -> Measure:
    low, high = (between.low, between.high) if between is not None else (None, None)
    return Measure(
        lane=lane.lane, name=name, value=value, unit=unit, low=low, high=high, better=better
    )
