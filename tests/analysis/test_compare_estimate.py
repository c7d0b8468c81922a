import math
from statistics import fmean, variance

import pytest

from bench.analysis.compare.estimate import (
    RUNS_LEVEL,
    RUNS_MIN,
    SPREAD,
    estimate,
    geometric_mean,
)
from bench.model.comparison import Estimate
from bench.model.summary import Interval

ROUNDS = [6.0, 6.2, 5.9, 6.1, 6.05]
T_4, T_8, Z = 2.7764451, 2.3060041, 1.959964
"""Two-sided 95 % quantiles of Student's t with 4 and 8 degrees of freedom, and of the normal."""

REFERENCE = [[5.0], [5.2], [5.1]]
OTHER = [[6.0], [6.6], [6.1]]
WELCH = 0.06215399, 0.33769989


def ends(sure: Interval | None) -> tuple[float, float]:
    assert sure is not None
    return math.log(sure.low), math.log(sure.high)


def half(sure: Interval | None) -> float:
    low, high = ends(sure)
    return (high - low) / 2


def logs(runs: list[list[float]]) -> list[float]:
    return [fmean(map(math.log, run)) for run in runs]


def test_the_value_is_the_ratio_of_geometric_means_over_runs() -> None:
    known = estimate([[2.0, 8.0], [1.0]], [[9.0], [4.0]], one_machine=False)
    assert geometric_mean([[2.0, 8.0], [1.0]]) == pytest.approx(2.0)
    assert known.value == pytest.approx(3.0)


def test_of_several_runs_it_is_welchs() -> None:
    """The interval that scipy 1.17.1's ttest_ind(equal_var=False) gives here, at 97 %."""
    known = estimate(REFERENCE, OTHER, one_machine=True)
    assert known.spread == "own"
    assert ends(known.interval) == pytest.approx(WELCH, abs=1e-7)
    assert known.decisive == known.interval


def test_rounds_do_not_narrow_what_runs_differ_by() -> None:
    many = [[run[0]] * 50 for run in REFERENCE], [[run[0]] * 50 for run in OTHER]
    known = estimate(REFERENCE, OTHER, one_machine=False)
    again = estimate(*many, one_machine=False)
    assert ends(again.decisive) == pytest.approx(ends(known.decisive))


def test_a_single_run_on_the_same_machine_gets_the_others_spread() -> None:
    from scipy.special import stdtrit

    known = estimate(REFERENCE, [[6.0, 6.1, 6.2]], one_machine=True)
    spread = variance(logs(REFERENCE)) * (1 + 1 / 3)
    assert known.spread == "shared"
    expected = float(stdtrit(2, (1 + RUNS_LEVEL) / 2)) * math.sqrt(spread)
    assert half(known.decisive) == pytest.approx(expected)
    assert "97 %" in str(known.decisive)


def test_elsewhere_a_single_run_gets_the_known_spread() -> None:
    known = estimate(REFERENCE, [ROUNDS], one_machine=False)
    assert known.spread == "elsewhere"
    assert half(known.decisive) > half(known.interval)


def test_one_run_each_decides_only_beyond_the_spread_known_elsewhere() -> None:
    known = estimate([ROUNDS], [[1.1 * rate for rate in ROUNDS]], one_machine=True)
    within = variance(map(math.log, ROUNDS)) / 5
    assert known.spread == "elsewhere"
    assert half(known.interval) == pytest.approx(T_8 * math.sqrt(2 * within))
    assert math.log(known.value) > half(known.interval), "within the runs it is 10 % faster"
    assert half(known.decisive) == pytest.approx(Z * math.sqrt(2 * (within + SPREAD**2)), rel=1e-3)
    assert math.log(known.value) < half(known.decisive), "between runs that can be chance"


def test_two_runs_of_a_side_halve_the_known_spread_and_are_no_spread_of_their_own() -> None:
    twins = [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]
    known = estimate(twins, twins, one_machine=True)
    assert known.spread == "elsewhere"
    assert half(known.decisive) == pytest.approx(Z * SPREAD, rel=1e-4)
    assert half(known.interval) == 0


@pytest.mark.parametrize(
    ("reference", "other"),
    [([ROUNDS], [[6.0, 6.1]]), ([[6.0]], [ROUNDS]), (REFERENCE, [[6.0]])],
)
def test_a_run_of_too_few_rounds_has_no_interval(
    reference: list[list[float]], other: list[list[float]]
) -> None:
    known = estimate(reference, other, one_machine=False)
    assert (known.interval, known.decisive) == (None, None)
    assert "of the 3 rounds that an interval needs" in str(known.no_interval)


def test_a_run_of_one_round_will_do_where_runs_tell() -> None:
    assert estimate(REFERENCE, [[6.0]], one_machine=True).decisive is not None
    assert estimate(REFERENCE, OTHER, one_machine=False).decisive is not None
    assert len(REFERENCE) == RUNS_MIN


def test_which_side_is_the_reference_does_not_matter() -> None:
    def turned(known: Estimate) -> tuple[float, float]:
        low, high = ends(known.decisive)
        return -high, -low

    for sides in ((REFERENCE, OTHER), ([ROUNDS], [ROUNDS[1:]]), (REFERENCE, [ROUNDS])):
        for one in (True, False):
            known = estimate(*sides, one_machine=one)
            other = estimate(*reversed(sides), one_machine=one)
            assert turned(other) == pytest.approx(ends(known.decisive))


def test_what_a_stranger_measured_can_be_worked_with() -> None:
    """The rates that steps within the bounds of an artifact give."""
    wild = [[5e-11, 1e28, 1e-10], [1e28, 1e28, 5e-11], [5e-11, 1.0, 1e28]]
    for n in (1, 2, 3):
        for one in (True, False):
            known = estimate(wild[:n], wild[-1:], one_machine=one)
            low, high = ends(known.decisive)
            assert math.isfinite(low)
            assert math.isfinite(high)


def test_of_equal_sides_few_verdicts_are_given() -> None:
    """The method itself, on normal noise; benchmarks/calibrate_compare.py has recorded noise."""
    import random

    chance = random.Random(3)

    def side(runs: int) -> list[list[float]]:
        levels = [chance.gauss(0, 0.84 * SPREAD) for _ in range(runs)]
        return [[math.exp(x + chance.gauss(0, 0.02)) for _ in range(4)] for x in levels]

    for ours, theirs, one in ((1, 1, False), (3, 3, False), (4, 1, True), (2, 2, True)):
        cases = [estimate(side(ours), side(theirs), one_machine=one).decisive for _ in range(120)]
        wrong = sum(not low <= 0 <= high for low, high in map(ends, cases))
        assert wrong <= 12, (ours, theirs)
        assert wrong >= 1, "else the interval is far too wide"
