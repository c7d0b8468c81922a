"""Lane against lane: their ratio in each round, its mean over the rounds, and how sure it is."""

import math
from collections.abc import Callable
from statistics import fmean, median

from bench.analysis.interval import ROUNDS_MIN, Among, half_width, interval, verdict
from bench.model.plan import PlannedLane
from bench.model.record import RankRecord
from bench.model.summary import Ratio

Records = dict[int, RankRecord]
"""One lane's completed records by round."""

Turns = Callable[[RankRecord], list[float]]
"""A process's time a sample in each of its turns."""

Taken = dict[int, list[float]]
"""One lane's times a sample, turn by turn, by round."""

Pair = Callable[[str, str, Turns], Ratio | None]
"""The ratio of a run's lane over another, by their ids; None if they share no round."""

FUNCTIONAL_CHECK = "a functional check"
"""Why a run that was too short to measure by gives no interval and no verdict."""


def denominators(*lanes: str | None) -> list[str]:
    """The lanes that others are held against, each once; None is a lane that there is not."""
    return list(dict.fromkeys(lane for lane in lanes if lane is not None))


def same_on_avx512(lane: PlannedLane, lanes: list[PlannedLane]) -> str | None:
    """For a BF16 lane on AMX, the one that does the same in BF16 on AVX-512; None if there is none.

    The same engine of the same stack, on the same cores, with the same batch.
    """
    if lane.instruction_set != "amx" or lane.setup.precision != "bf16":
        return None
    return next(
        (
            other.id
            for other in lanes
            if other.setup.precision == "bf16"
            and other.instruction_set.startswith("avx512")
            and _besides_its_set(other) == _besides_its_set(lane)
        ),
        None,
    )


def _besides_its_set(lane: PlannedLane) -> tuple[object, ...]:
    """What two lanes share that differ in their instruction set alone."""
    own = lane.setup
    return own.stack, own.engine, own.memory_format, own.batch_size, own.placement.cores


def round_ratio(lane: list[float], denominator: list[float]) -> float | None:
    """How many times faster `lane` was in one round: the median over turns of their ratio there.

    Both are the times of a sample by turn. Turns are paired as they were taken, seconds apart, so
    that a host which drifts moves both alike, and a burst spoils one pair and not the median. None
    without a pair.
    """
    pairs = zip(lane, denominator, strict=False)
    logs = [math.log(theirs / ours) for ours, theirs in pairs if ours > 0 and theirs > 0]
    return math.exp(median(logs)) if logs else None


def round_ratios(lane: Taken, denominator: Taken) -> list[float]:
    """The ratio of two lanes in each round in which both completed."""
    both = sorted(lane.keys() & denominator.keys())
    by_round = (round_ratio(lane[i], denominator[i]) for i in both)
    return [each for each in by_round if each is not None]


def ratio(
    against: str,
    rounds: list[float],
    *,
    stops_when_narrow: bool,
    functional_check: bool = False,
    among: Among | None = None,
) -> Ratio | None:
    """Combine the rounds' ratios; None if there is none. Of a functional check nothing is sure.

    `among` tells of the others whose intervals hold together with this one's; None: it is alone.
    """
    if not rounds:
        return None
    low, high = min(rounds), max(rounds)
    # The mean goes through logarithms, whose rounding may leave the range it lies in.
    value = min(max(math.exp(fmean(map(math.log, rounds))), low), high)
    sure = (
        None
        if functional_check
        else interval(rounds, stops_when_narrow=stops_when_narrow, among=among)
    )
    few = f"{len(rounds)} of the {ROUNDS_MIN} rounds that an interval needs"
    return Ratio(
        against=against,
        value=value,
        low=low,
        high=high,
        rounds=len(rounds),
        interval=sure,
        no_interval=FUNCTIONAL_CHECK if functional_check else None if sure else few,
        verdict=verdict(sure) if sure else None,
    )


def ratio_against(ratios: list[Ratio], against: str) -> Ratio | None:
    """The ratio whose denominator is that lane; None if there is none."""
    return next((each for each in ratios if each.against == against), None)


def widest(ratios: list[Ratio]) -> float | None:
    """The largest half-width of their intervals, as a share; None if one has no interval."""
    intervals = [each.interval for each in ratios]
    widths = [half_width(each) for each in intervals if each is not None]
    return max(widths) if widths and len(widths) == len(ratios) else None
