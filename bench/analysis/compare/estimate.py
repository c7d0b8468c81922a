"""How many times faster one side is than another, of independent runs, and how sure that is.

Runs are not paired: what the host did in one of them says nothing of another. How far runs of one
set-up differ has to come from several runs of it, since one run's rounds share its hour.
"""

import math
from collections.abc import Sequence
from statistics import fmean, variance

from bench.analysis.interval import LEVEL, ROUNDS_MIN, students_t
from bench.model.comparison import Estimate, Spread
from bench.model.summary import Interval

RUNS_MIN = 3
"""Runs of a side from which its own spread is taken: with two, it is nearly all chance."""

SPREAD = 0.13
"""How far runs of one set-up on one host differ, where the runs at hand can't tell: standard
deviation of the logarithm of a run's throughput. The widest that was seen: 0.129 over four short
runs (three rounds at 64 pixels) within five minutes, on a two-core virtual machine of an AMD EPYC
(Milan). On another, of a Genoa, three lanes had 0.057, 0.060 and 0.081 over four runs of `quick`
within nine hours (`benchmarks/calibrate_compare.py`)."""

RUNS_LEVEL = 0.97
"""The quantile's level where runs tell what they differ by: bursts make single runs stray farther
than a normal distribution has it, and a plain 95 % interval of few runs covers 92 to 96 %, least
where one side has many more runs (`benchmarks/calibrate_compare.py`)."""

_QUANTILE = f"quantile of {100 * RUNS_LEVEL:.0f} % for runs that stray"
METHODS: dict[Spread, str] = {
    "own": f"Welch's t over the logarithms of the runs' means, {_QUANTILE}",
    "shared": "Student's t over the logarithms of the runs' means, with one spread for both sides, "
    + _QUANTILE,
    "elsewhere": "Welch's t over the logarithms of the rounds; of the runs, where a side has "
    f"{RUNS_MIN}",
}
WIDENED = f"widened by a spread between runs of {100 * SPREAD:.0f} %, known from elsewhere"

Runs = Sequence[Sequence[float]]
"""Throughput of each round, by run; no run without a round."""

_Part = tuple[float, float]
"""Something's part in the variance of the mean, and its degrees of freedom."""


def estimate(reference: Runs, other: Runs, *, one_machine: bool) -> Estimate:
    """The ratio of the two sides' geometric means, `other` over `reference`, with its interval.

    Three cases. Both sides have `RUNS_MIN` runs: Welch's t over the runs (Welch, "The
    generalization of 'Student's' problem when several different population variances are
    involved", Biometrika 1947; degrees of freedom by Satterthwaite, 1946). One side has, and the
    other is the same machine: Student's t with the spread of both together. Else a side with
    fewer runs gets the spread of its rounds, and for the verdict `SPREAD` besides.
    """
    sides = [_logs(reference), _logs(other)]
    middle = fmean(map(fmean, sides[1])) - fmean(map(fmean, sides[0]))
    counts = [len(side) for side in sides]
    spread: Spread = "elsewhere"
    if min(counts) >= RUNS_MIN:
        spread = "own"
    elif one_machine and max(counts) >= RUNS_MIN:
        spread = "shared"
    short = [n for side in sides if len(side) < RUNS_MIN for n in map(len, side)]
    if spread == "elsewhere" and min(short) < ROUNDS_MIN:
        return Estimate(
            value=math.exp(middle),
            interval=None,
            decisive=None,
            spread=spread,
            no_interval=f"{min(short)} of the {ROUNDS_MIN} rounds that an interval needs in a run",
        )
    parts = _pooled(sides) if spread == "shared" else [p for side in sides for p in _own(side)]
    level = LEVEL if spread == "elsewhere" else RUNS_LEVEL
    sure = _interval(middle, parts, METHODS[spread], level)
    known = [(SPREAD**2 / n, math.inf) for n in counts if n < RUNS_MIN]
    widened = _interval(middle, [*parts, *known], f"{METHODS[spread]}, {WIDENED}")
    return Estimate(
        value=math.exp(middle),
        interval=sure,
        decisive=widened if spread == "elsewhere" else sure,
        spread=spread,
    )


def geometric_mean(runs: Runs) -> float:
    """Of the runs' geometric means."""
    return math.exp(fmean(map(fmean, _logs(runs))))


def _logs(runs: Runs) -> list[list[float]]:
    return [[math.log(rate) for rate in run] for run in runs]


def _own(side: list[list[float]]) -> list[_Part]:
    """Of a side alone: its runs' spread where they are enough, else each run's over its rounds."""
    n = len(side)
    if n >= RUNS_MIN:
        return [(variance(map(fmean, side)) / n, n - 1)]
    return [(variance(run) / len(run) / n**2, len(run) - 1) for run in side]


def _pooled(sides: list[list[list[float]]]) -> list[_Part]:
    """Of both sides' runs together, each about its own side's mean."""
    means = [[fmean(run) for run in side] for side in sides]
    freedom = sum(len(side) - 1 for side in means)
    squares = sum((mean - fmean(side)) ** 2 for side in means for mean in side)
    return [(squares / freedom * sum(1 / len(side) for side in means), freedom)]


def _interval(middle: float, parts: list[_Part], method: str, quantile: float = LEVEL) -> Interval:
    whole = sum(part for part, _ in parts)
    doubt = sum(part**2 / freedom for part, freedom in parts)
    freedom = min(whole**2 / doubt, 1e6) if doubt > 0 else 1e6
    half = students_t(freedom, quantile) * math.sqrt(whole)
    low, high = math.exp(middle - half), math.exp(middle + half)
    return Interval(low=low, high=high, level=LEVEL, method=method)
