"""Confidence intervals of a geometric mean over rounds, and what they allow to say."""

import math
from statistics import fmean, stdev

from bench.model.summary import Interval, Verdict

LEVEL = 0.95
STOPPING_LEVEL = 0.96
"""The quantile's level where rounds are added until the interval is narrow: such looking after
each round makes a plain 95 % interval cover 92 to 94 % (`benchmarks/calibration.py`)."""

ROUNDS_MIN = 3
"""Rounds below which no interval is given: with two, its width is nearly all chance."""


def interval(ratios: list[float], *, stops_when_narrow: bool) -> Interval | None:
    """Student's t interval of the mean log ratio over rounds; None with too few of them.

    A bootstrap of so few values covers too little: BCa 84 % at five rounds. The logarithms
    of the rounds' ratios are nearly normal, and calibration on recorded noise shows the coverage.
    """
    n = len(ratios)
    if n < ROUNDS_MIN:
        return None
    quantile = STOPPING_LEVEL if stops_when_narrow else LEVEL
    logs = [math.log(ratio) for ratio in ratios]
    half = students_t(n - 1, quantile) * stdev(logs) / math.sqrt(n)
    low, high = math.exp(fmean(logs) - half), math.exp(fmean(logs) + half)
    wider = f", quantile of {100 * quantile:.0f} % for stopping when narrow"
    method = METHOD + (wider if stops_when_narrow else "")
    return Interval(low=low, high=high, level=LEVEL, method=method)


METHOD = "Student's t over the logarithms of the rounds' ratios"


def half_width(sure: Interval) -> float:
    """Half the interval's width as a share of its middle: 0.02 is ±2 %."""
    return math.sqrt(sure.high / sure.low) - 1


def half_width_with(half: float, now: int, then: int, *, stops_when_narrow: bool) -> float:
    """The half-width of an interval after `then` rounds, if it is `half` after `now`.

    `half` is half the interval of the logarithms; the rounds' spread is taken to stay.
    """
    quantile = STOPPING_LEVEL if stops_when_narrow else LEVEL
    spread = half * math.sqrt(now) / students_t(now - 1, quantile)
    return math.exp(students_t(then - 1, quantile) * spread / math.sqrt(then)) - 1


def students_t(freedom: float, level: float) -> float:
    """How many standard errors an interval of that level reaches to either side."""
    from scipy.special import stdtrit  # a third of a second, for those who need it

    return float(stdtrit(freedom, (1 + level) / 2))


def verdict(sure: Interval) -> Verdict:
    """Faster or slower only where the interval holds no 1."""
    if sure.low > 1:
        return "faster"
    return "slower" if sure.high < 1 else "undecided"
