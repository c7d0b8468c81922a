"""Conclusions over all rounds, from the raw steps of the completed processes. Pure."""

from collections.abc import Callable
from statistics import median

from bench.analysis.disturbed import round_states
from bench.analysis.kernels import kernel_share
from bench.analysis.outliers import outliers
from bench.analysis.rates import (
    compute_rate,
    compute_turns,
    end_to_end_rate,
    end_to_end_turns,
    measured_epoch_seconds,
    phase_medians,
)
from bench.analysis.ratios import Records, Turns, ratios
from bench.analysis.roofline import limit_share
from bench.model.plan import Plan, PlannedLane
from bench.model.process import Process
from bench.model.record import LaneRecord, Limits
from bench.model.summary import LaneSummary, LimitShare, Ratio, Spread, Summary
from bench.plan.catalogue.lanes import BASELINE

Rates = dict[int, float]
"""One lane's images/s by round."""


def summarize(plan: Plan, processes: list[Process], data_images: int | None) -> Summary:
    """Draw the run's conclusions. Only completed processes of lanes that are not invalid count.

    `data_images` is the size of an epoch; None where the data set is not known, and then an
    epoch that nobody measured stays unknown.
    """
    lanes = plan.lanes
    records = {lane.id: completed_records(lane, processes) for lane in lanes}
    compute = {lane: _rates(found, compute_rate) for lane, found in records.items()}
    base, best = baseline(lanes), best_fp32(lanes, compute)
    rounds = round_states(lanes, processes)
    summary = Summary(
        rounds_completed=sum(each.complete for each in rounds),
        baseline=base,
        best_fp32=best,
        rounds=rounds,
        lanes=[
            _summarize_lane(
                lane,
                records,
                [base, best] if best is not None else [base],
                data_images,
                stops_when_narrow=plan.rounds_min < plan.rounds_max,
            )
            for lane in lanes
        ],
    )
    for lane, its in zip(lanes, summary.lanes, strict=True):
        its.kernels = kernel_share(
            lane, [p.kernels for p in processes if p.lane == lane.id and p.outcome == "completed"]
        )
        its.limits = _limits(lane, lanes, records, its, plan.workload.batch_size)
    return summary


def baseline(lanes: list[PlannedLane]) -> str:
    """The lane that speed-ups are quoted against: the catalogue's, else the first that can run."""
    running = [lane.id for lane in lanes if lane.status != "skipped"]
    return BASELINE if BASELINE in running or not running else running[0]


def completed_records(lane: PlannedLane, processes: list[Process]) -> Records:
    """The lane's records by round; none of a lane whose evidence contradicts its name."""
    return {
        process.round: process.record
        for process in processes
        if lane.status != "invalid"
        and process.lane == lane.id
        and process.outcome == "completed"
        and process.record is not None
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
    lane: PlannedLane,
    records: dict[str, Records],
    denominators: list[str],
    data_images: int | None,
    *,
    stops_when_narrow: bool,
) -> LaneSummary:
    def over(turns: Turns) -> list[Ratio]:
        stops = stops_when_narrow
        return ratios(lane.id, records, denominators, turns, stops_when_narrow=stops)

    own = records[lane.id]
    whole = _rates(own, end_to_end_rate)
    measured = _epochs_measured(own)
    epochs = measured or _epochs_extrapolated(whole, data_images)
    return LaneSummary(
        lane=lane.id,
        compute_images_per_second=spread(list(_rates(own, compute_rate).values())),
        end_to_end_images_per_second=spread(list(whole.values())),
        epoch_seconds=spread(epochs),
        epoch_measured=bool(measured),
        phase_seconds=_phase_seconds(own),
        peak_memory_bytes=_peak_memory(own),
        outliers=sum(len(outliers(each.compute.timed.totals())) for each in own.values()),
        unsteady_warmups=sum(each.warmup.steady is False for each in own.values()),
        compute_ratios=over(compute_turns),
        end_to_end_ratios=over(end_to_end_turns),
    )


def _limits(
    lane: PlannedLane,
    lanes: list[PlannedLane],
    records: dict[str, Records],
    its: LaneSummary,
    batch_size: int,
) -> LimitShare | None:
    """The lane's share of its limits; None if it or they were not measured."""
    alike = [x.id for x in lanes if (x.precision, x.ceiling) == (lane.precision, lane.ceiling)]
    own, rate = _measured_limits(records[lane.id]), its.compute_images_per_second
    if not own or rate is None:
        return None
    return limit_share(
        own[-1],
        [each for name in alike for each in _measured_limits(records[name])],
        [each for lanes_own in records.values() for each in _measured_limits(lanes_own)],
        rate.median,
        batch_size,
    )


def _measured_limits(records: Records) -> list[Limits]:
    return [each.limits for each in records.values() if each.limits is not None]


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
