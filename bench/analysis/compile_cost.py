"""What compiling costs a lane, and after how much training it has earned that back. Pure."""

from collections.abc import Iterable, Mapping
from statistics import median

from bench.analysis.rates import NANOSECONDS, compute_turns, spread
from bench.analysis.ratios import Pair, Records
from bench.model.plan import PlannedLane
from bench.model.record import RankRecord
from bench.model.summary import CompileCost, Ratio, Spread

NOBODY = "no lane that does the same uncompiled was measured"
NO_ROUND = "no round in which both completed"
NOT_SEEN = "no process compiled with nothing to find again"


def compile_cost(
    lane: PlannedLane,
    lanes: Iterable[PlannedLane],
    records: Mapping[str, Records],
    rates: Mapping[str, Spread | None],
    pair: Pair,
) -> CompileCost | None:
    """Seconds of compiling, cold and warm, and when they pay off; None if nothing was compiled.

    They are those of the first step less a usual one, and are earned back by what a compute step
    takes less than that of the fastest lane that does the same uncompiled, if it is proved to.
    """
    seconds: dict[bool, list[float]] = {True: [], False: []}
    for record in records[lane.id].values():
        if record.compilation is not None:
            beyond = record.compilation.first_step_seconds - _usual_step(record)
            seconds[record.compilation.cold].append(max(0.0, beyond))
    if not any(seconds.values()):
        return None
    cold = median(seconds[True]) if seconds[True] else None
    against = _fastest_uncompiled(lane, lanes, records, rates)
    ratio = None if against is None else pair(lane.id, against, compute_turns)
    cost = CompileCost(cold_seconds=cold, warm_seconds=spread(seconds[False]), against=against)
    never = _never(cost, ratio)
    own = rates[lane.id]
    if never is not None or ratio is None or cold is None or own is None:
        return cost.model_copy(update={"never": never})
    return cost.model_copy(update=_pays_off(cold, lane.setup.batch_size / own.median, ratio))


def _usual_step(record: RankRecord) -> float:
    """Seconds of a median step through the loader, as the first was, else in memory; 0 without."""
    steps = record.end_to_end.timed.totals() or record.compute.timed.totals()
    return median(steps) / NANOSECONDS if steps else 0.0


def _fastest_uncompiled(
    lane: PlannedLane,
    lanes: Iterable[PlannedLane],
    records: Mapping[str, Records],
    rates: Mapping[str, Spread | None],
) -> str | None:
    """By compute rate, of the lanes with its arithmetic, ceiling, batch and cores."""
    medians = {
        other.id: rate.median
        for other in lanes
        if _work(other) == _work(lane)
        and (rate := rates[other.id]) is not None
        and not any(each.compilation for each in records[other.id].values())
    }
    return max(medians, key=lambda each: medians[each]) if medians else None


def _work(lane: PlannedLane) -> tuple[object, ...]:
    """What two lanes share that do the same work by the same arithmetic."""
    own = lane.setup
    return lane.workload, own.arithmetic, own.batch_size, own.placement.cores


def _never(cost: CompileCost, ratio: Ratio | None) -> str | None:
    """Why it is not said when compiling pays off; None if it is."""
    if cost.against is None:
        return NOBODY
    if ratio is None:
        return NO_ROUND
    if ratio.interval is None:
        return ratio.no_interval
    if ratio.verdict == "slower":
        return f"it is slower than {cost.against}"
    if ratio.verdict == "undecided":
        return f"it is not proved to be faster than {cost.against}"
    return NOT_SEEN if cost.cold_seconds is None else None


def _pays_off(cold: float, step: float, ratio: Ratio) -> dict[str, float]:
    """After how many steps, and by the interval's ends; `step` is the compiled lane's seconds."""
    steps = cold / (step * (ratio.value - 1))
    found = {"pays_off_steps": steps, "pays_off_seconds": steps * step * ratio.value}
    if ratio.interval is not None:
        low, high = ratio.interval.low, ratio.interval.high
        found["pays_off_steps_low"] = cold / (step * (high - 1))
        found["pays_off_steps_high"] = cold / (step * (low - 1))
    return found
