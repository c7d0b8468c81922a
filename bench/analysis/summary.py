"""Conclusions over all rounds, from the raw steps of the completed processes. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from bench.analysis.cautions import cautions
from bench.analysis.compile_cost import compile_cost
from bench.analysis.coverage import (
    Coverage,
    coverage,
    coverage_cautions,
    expected,
    operators,
    with_coverage,
)
from bench.analysis.departures import departures
from bench.analysis.disturbed import round_states
from bench.analysis.energy import lane_energy
from bench.analysis.family import Family
from bench.analysis.kernels import kernel_share
from bench.analysis.losses import common_steps, loss_cautions, loss_of_step
from bench.analysis.method import method
from bench.analysis.outliers import outliers
from bench.analysis.rates import (
    compute_rate,
    compute_turns,
    end_to_end_rate,
    end_to_end_turns,
    measured_epoch_seconds,
    phase_medians,
    spread,
)
from bench.analysis.ratios import Records, Turns, denominators, same_on_avx512
from bench.analysis.roofline import limit_share
from bench.analysis.slow_kernels import slow_kernel_cautions
from bench.analysis.states import LaneOutcome, lane_states
from bench.analysis.unknown_sets import unknown_set_cautions
from bench.model.plan import Plan, PlannedLane
from bench.model.process import Process, Rank
from bench.model.record import CoreLimits, RankRecord
from bench.model.summary import (
    Departure,
    KernelShare,
    LaneSummary,
    LimitShare,
    Ratio,
    Spread,
    Summary,
)

Rates = dict[int, float]
"""One lane's samples/s by round."""


def summarize(plan: Plan, processes: list[Process], data_samples: int | None) -> Summary:
    """Draw the run's conclusions. Only completed processes of lanes that are not invalid count.

    `data_samples` is the size of an epoch; None where the data set is not known, and then an
    epoch that nobody measured stays unknown.
    """
    outcomes = lane_states(plan, processes)
    records = {each.lane: completed_records(each, processes) for each in outcomes}
    rates = {lane: _rates(own, compute_rate) for lane, own in records.items()}
    rounds = round_states(plan, processes)
    material = _Material(
        plan,
        processes,
        records,
        best_fp32(plan.lanes, rates),
        data_samples,
        {lane: spread(list(each.values())) for lane, each in rates.items()},
        common_steps(records),
        {turns: Family(plan, records, turns) for turns in (compute_turns, end_to_end_turns)},
    )
    lanes = [
        material.summarize(lane, outcome)
        for lane, outcome in zip(plan.lanes, outcomes, strict=True)
    ]
    return Summary(
        method=method(),
        rounds_completed=sum(each.complete for each in rounds),
        baseline=plan.baseline,
        best_fp32=material.best_fp32,
        lanes=lanes,
        rounds=rounds,
        family=len(plan.running),
        loss_steps=material.loss_steps,
        departures=material.departures(lanes),
    )


def completed_records(outcome: LaneOutcome, processes: list[Process]) -> Records:
    """The lane's records by round; none of a lane whose evidence contradicts its name."""
    return {
        process.round: process.record
        for process in processes
        if outcome.state != "invalid"
        and process.lane == outcome.lane
        and process.outcome == "completed"
        and process.record is not None
    }


def best_fp32(lanes: list[PlannedLane], compute: dict[str, Rates]) -> str | None:
    """The FP32 lane with the highest median compute rate; None if none was measured.

    None of those whose products compute in BF16.
    """
    medians = {
        lane.id: median(compute[lane.id].values())
        for lane in lanes
        if not lane.setup.in_bf16 and compute[lane.id]
    }
    return max(medians, key=lambda lane: medians[lane]) if medians else None


@dataclass(frozen=True)
class _Material:
    """What every lane's summary is drawn from."""

    plan: Plan
    processes: list[Process]
    records: dict[str, Records]
    best_fp32: str | None
    data_samples: int | None
    rates: dict[str, Spread | None]
    loss_steps: int | None
    families: dict[Turns, Family]

    def summarize(self, lane: PlannedLane, outcome: LaneOutcome) -> LaneSummary:
        own, completed = self.records[lane.id], self._completed(lane)
        counted = completed if outcome.state != "invalid" else []
        whole, rate = _rates(own, end_to_end_rate), self.rates[lane.id]
        measured = _epochs_measured(own)
        return LaneSummary(
            lane=lane.id,
            state=outcome.state,
            reason=outcome.reason,
            compute_samples_per_second=rate,
            end_to_end_samples_per_second=spread(list(whole.values())),
            epoch_seconds=spread(measured or _epochs_extrapolated(whole, self.data_samples)),
            epoch_measured=bool(measured),
            phase_seconds=_phase_seconds(own),
            peak_memory_bytes=_peak_memory(own),
            cautions=[
                *cautions(lane, own),
                *self._evidence_cautions(lane, counted),
                *loss_cautions(lane, self.plan.lanes, self._first_losses()),
            ],
            outliers=sum(len(outliers(each.compute.timed.totals())) for each in own.values()),
            unsteady_warmups=sum(each.warmup.steady is False for each in own.values()),
            kernels=self._kernels(lane, completed),
            limits=self._limits(lane, rate),
            energy=lane_energy(counted),
            loss_first=loss_of_step(own, 1),
            loss_last=loss_of_step(own, self.loss_steps),
            compilation=compile_cost(lane, self.plan.lanes, self.records, self.rates, self._pair),
            compute_ratios=self._ratios(lane, compute_turns),
            end_to_end_ratios=self._ratios(lane, end_to_end_turns),
        )

    def _ratios(self, lane: PlannedLane, turns: Turns) -> list[Ratio]:
        beside = same_on_avx512(lane, self.plan.lanes)
        against = denominators(self.plan.baseline, self.best_fp32, beside)
        return self.families[turns].ratios(lane.id, against)

    def departures(self, lanes: list[LaneSummary]) -> list[Departure]:
        """What leaving an archived engine comes to, from what each lane came to."""
        ranks = {
            lane: [
                each.ranks[0] for each in self.processes if each.lane == lane and each.round in own
            ]
            for lane, own in self.records.items()
        }
        summaries = {each.lane: each for each in lanes}
        return departures(self.plan.lanes, summaries, ranks, self._pair)

    def _pair(self, lane: str, against: str, turns: Turns) -> Ratio | None:
        return self.families[turns].ratio(lane, against)

    def _first_losses(self) -> dict[str, float]:
        losses = {lane: loss_of_step(own, 1) for lane, own in self.records.items()}
        return {lane: loss for lane, loss in losses.items() if loss is not None}

    def _completed(self, lane: PlannedLane) -> list[Process]:
        """Of an invalid lane too: they show what contradicts its name."""
        own = (each for each in self.processes if each.lane == lane.id)
        return [each for each in own if each.outcome == "completed"]

    def _kernels(self, lane: PlannedLane, completed: list[Process]) -> KernelShare | None:
        share = kernel_share(lane, [each.kernels for each in completed])
        if share is None:
            return None
        return with_coverage(share, self._coverage(lane, [each.ranks[0] for each in completed]))

    def _coverage(self, lane: PlannedLane, ranks: list[Rank]) -> list[Coverage]:
        due = expected(operators(lane.id, self.processes))
        return [coverage(each, due) for each in ranks if each.kernels]

    def _evidence_cautions(self, lane: PlannedLane, counted: list[Process]) -> list[str]:
        """Of a lane that has figures; an invalid one has its contradictions."""
        ranks = [rank for each in counted for rank in each.ranks]
        return [
            *coverage_cautions(self._coverage(lane, ranks)),
            *unknown_set_cautions(counted),
            *slow_kernel_cautions(lane, ranks),
        ]

    def _limits(self, lane: PlannedLane, rate: Spread | None) -> LimitShare | None:
        """The lane's share of its limits; None if it or they were not measured.

        Bandwidth is that of the lanes on the same cores, the peak of those at its precision and
        ceiling among them.
        """
        limits = {each.id: measured_limits(self.records[each.id]) for each in self.plan.lanes}
        own, cores = lane.setup, lane.setup.placement.cores
        beside = [each for each in self.plan.lanes if each.setup.placement.cores == cores]
        same = [each for each in beside if each.setup.arithmetic == own.arithmetic]
        if not limits[lane.id] or rate is None:
            return None
        return limit_share(
            limits[lane.id][-1],
            [each for other in same for each in limits[other.id]],
            [each for other in beside for each in limits[other.id]],
            rate.median,
            own.batch_size,
        )


def measured_limits(records: Records) -> list[CoreLimits]:
    """What the lane's processes measured of their cores."""
    return [each.limits for each in records.values() if each.limits is not None]


def _rates(records: Records, rate: Callable[[RankRecord], float | None]) -> Rates:
    rates = {i: rate(record) for i, record in records.items()}
    return {i: value for i, value in rates.items() if value is not None}


def _epochs_measured(records: Records) -> list[float]:
    medians = [measured_epoch_seconds(record) for record in records.values()]
    return [seconds for seconds in medians if seconds is not None]


def _epochs_extrapolated(whole: Rates, data_samples: int | None) -> list[float]:
    return [data_samples / rate for rate in whole.values()] if data_samples is not None else []


def _phase_seconds(records: Records) -> dict[str, float]:
    medians = [phase_medians(record.compute.timed) for record in records.values()]
    rounds = [phases for phases in medians if phases]
    return {phase: median(each[phase] for each in rounds) for phase in rounds[0]} if rounds else {}


def _peak_memory(records: Records) -> int | None:
    observed = [record.observed for record in records.values() if record.observed is not None]
    return max((each.peak_memory_bytes for each in observed), default=None)
