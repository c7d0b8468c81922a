"""Conclusions over all rounds, from the raw steps of the completed processes. Pure."""

from collections.abc import Callable
from statistics import median

from bench.analysis.rates import (
    compute_rate,
    end_to_end_rate,
    measured_epoch_seconds,
    phase_medians,
)
from bench.analysis.ratios import Rates, ratios
from bench.plan.lanes import BASELINE
from bench.results.schema import LaneSummary, PlannedLane, Process, Spread, Summary
from bench.worker.contract import LaneRecord

Records = dict[int, LaneRecord]
"""One lane's completed records by round."""


def summarize(
    lanes: list[PlannedLane], processes: list[Process], data_images: int | None
) -> Summary:
    """Draw the run's conclusions. Only completed processes count.

    `data_images` is the size of an epoch; None where the data set is not known, and then an
    epoch that nobody measured stays unknown.
    """
    records = {lane.id: completed_records(lane.id, processes) for lane in lanes}
    compute = {lane: _rates(found, compute_rate) for lane, found in records.items()}
    whole = {lane: _rates(found, end_to_end_rate) for lane, found in records.items()}
    best = best_fp32(lanes, compute)
    denominators = [BASELINE, best] if best is not None else [BASELINE]
    return Summary(
        rounds_completed=len(_complete_rounds(lanes, records)),
        baseline=BASELINE,
        best_fp32=best,
        lanes=[
            _summarize_lane(lane, records[lane], compute, whole, denominators, data_images)
            for lane in records
        ],
    )


def completed_records(lane: str, processes: list[Process]) -> Records:
    """The lane's records by round; of a round measured twice (after a resume), the last."""
    return {
        process.round: process.record
        for process in processes
        if process.lane == lane and process.outcome == "completed" and process.record is not None
    }


def best_fp32(lanes: list[PlannedLane], compute: dict[str, Rates]) -> str | None:
    """The FP32 lane with the highest median compute rate; None if none was measured."""
    medians = {
        lane.id: median(compute[lane.id].values())
        for lane in lanes
        if lane.precision == "fp32" and compute[lane.id]
    }
    return max(medians, key=lambda lane: medians[lane]) if medians else None


def spread(values: list[float]) -> Spread | None:
    """Median, lowest and highest of one value a round; None without any."""
    if not values:
        return None
    return Spread(median=median(values), low=min(values), high=max(values), rounds=len(values))


def _summarize_lane(
    lane: str,
    records: Records,
    compute: dict[str, Rates],
    whole: dict[str, Rates],
    denominators: list[str],
    data_images: int | None,
) -> LaneSummary:
    measured = _epochs_measured(records)
    epochs = measured or _epochs_extrapolated(whole[lane], data_images)
    return LaneSummary(
        lane=lane,
        compute_images_per_second=spread(list(compute[lane].values())),
        end_to_end_images_per_second=spread(list(whole[lane].values())),
        epoch_seconds=spread(epochs),
        epoch_measured=bool(measured),
        phase_seconds=_phase_seconds(records),
        peak_memory_bytes=_peak_memory(records),
        compute_ratios=ratios(lane, compute, denominators),
        end_to_end_ratios=ratios(lane, whole, denominators),
    )


def _rates(records: Records, rate: Callable[[LaneRecord], float | None]) -> Rates:
    found = {i: rate(record) for i, record in records.items()}
    return {i: value for i, value in found.items() if value is not None}


def _epochs_measured(records: Records) -> list[float]:
    found = [measured_epoch_seconds(record) for record in records.values()]
    return [seconds for seconds in found if seconds is not None]


def _epochs_extrapolated(whole: Rates, data_images: int | None) -> list[float]:
    return [data_images / rate for rate in whole.values()] if data_images is not None else []


def _phase_seconds(records: Records) -> dict[str, float]:
    found = [phase_medians(record.compute.timed) for record in records.values()]
    rounds = [phases for phases in found if phases]
    return {phase: median(each[phase] for each in rounds) for phase in rounds[0]} if rounds else {}


def _peak_memory(records: Records) -> int | None:
    observed = [record.observed for record in records.values() if record.observed is not None]
    return max((each.peak_memory_bytes for each in observed), default=None)


def _complete_rounds(lanes: list[PlannedLane], records: dict[str, Records]) -> set[int]:
    """The rounds in which every lane that is not skipped completed."""
    rounds = [set(records[lane.id]) for lane in lanes if lane.status != "skipped"]
    return set.intersection(*rounds) if rounds else set()
