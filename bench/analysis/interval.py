"""Confidence intervals of a geometric mean over rounds, and what they allow to say."""

import math
from dataclasses import dataclass
from statistics import fmean, variance

from bench.analysis import studentized_range
from bench.model.summary import Interval, Verdict

LEVEL = 0.95
STOPPING_LEVEL = 0.96
"""The quantile's level where rounds are added until the interval is narrow: such looking after
each round makes a plain 95 % interval cover 92 to 94 % (`benchmarks/calibration.py`)."""

ROUNDS_MIN = 3
"""Rounds below which no interval is given: with two, its width is nearly all chance."""


@dataclass(frozen=True)
class Among:
    """What a ratio is judged by that is one of several: of all pairs of so many lanes.

    `spread` is the least variance of the rounds' logarithms that it is taken to have, for what its
    lanes' other pairs have; `freedom` are the degrees of freedom of all pairs together.
    """

    lanes: int
    freedom: float
    spread: float


def interval(
    ratios: list[float], *, stops_when_narrow: bool, among: Among | None = None
) -> Interval | None:
    """Interval of the mean log ratio over rounds; None with too few of them.

    Of a pair alone Student's t. A bootstrap of so few values covers too little: BCa 83 % at five
    rounds. The logarithms of the rounds' ratios are nearly normal, and calibration on recorded
    noise shows the coverage. `among` others, it holds together with theirs at that level.
    """
    n = len(ratios)
    if n < ROUNDS_MIN:
        return None
    level = STOPPING_LEVEL if stops_when_narrow else LEVEL
    logs = [math.log(ratio) for ratio in ratios]
    middle, own = fmean(logs), variance(logs)
    among = among or Among(lanes=2, freedom=n - 1, spread=own)
    reach = quantile(among.lanes, among.freedom, level)
    half = reach * math.sqrt(max(own, among.spread) / n)
    wider = f", quantile of {100 * level:.0f} % for stopping when narrow"
    return Interval(
        low=math.exp(middle - half),
        high=math.exp(middle + half),
        level=LEVEL,
        method=method(among.lanes) + (wider if stops_when_narrow else ""),
    )


def method(lanes: int) -> str:
    """How an interval is made that holds together with those of all pairs of so many lanes."""
    whose = "Student's t" if lanes <= 2 else f"studentized range of {lanes} lanes"
    return f"{whose} over the logarithms of the rounds' ratios"


def half_width(sure: Interval) -> float:
    """Half the interval's width as a share of its middle: 0.02 is ±2 %."""
    return math.sqrt(sure.high / sure.low) - 1


def half_width_with(half: float, now: int, then: int, *, lanes: int, measured: int) -> float:
    """The half-width of an interval after `then` rounds, if it is `half` after `now`.

    Of a run that stops when they are narrow, which planned that many `lanes` and measured so many
    of them. `half` is half the interval of the logarithms; the rounds' spread is taken to stay.
    """

    def reach(rounds: int) -> float:
        return quantile(lanes, (measured - 1) * (rounds - 1), STOPPING_LEVEL) / math.sqrt(rounds)

    return math.exp(half * reach(then) / reach(now)) - 1


def quantile(lanes: int, freedom: float, level: float) -> float:
    """Standard errors to either side, for all pairs of lanes to be within at once."""
    if lanes <= 2:
        return students_t(freedom, level)
    # The range is in standard errors of one mean, of which a difference has the root of two.
    return studentized_range.quantile(lanes, freedom, level) / math.sqrt(2)


def students_t(freedom: float, level: float) -> float:
    """How many standard errors an interval of that level reaches to either side."""
    from scipy.special import stdtrit  # a third of a second, for those who need it

    return float(stdtrit(freedom, (1 + level) / 2))


def verdict(sure: Interval) -> Verdict:
    """Faster or slower only where the interval holds no 1."""
    if sure.low > 1:
        return "faster"
    return "slower" if sure.high < 1 else "undecided"
