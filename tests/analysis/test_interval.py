import math
from statistics import fmean, stdev, variance

import pytest

from bench.analysis import studentized_range
from bench.analysis.interval import (
    LEVEL,
    Among,
    half_width,
    half_width_with,
    interval,
    quantile,
    verdict,
)
from bench.model.summary import Interval

T_95, T_96 = 2.7764451, 2.9985279
"""Two-sided quantiles of Student's t with four degrees of freedom, as printed tables have them."""

RATIOS = [1.52, 1.61, 1.58, 1.49, 1.66]
LOGS = [math.log(r) for r in RATIOS]


def between(low: float, high: float) -> Interval:
    return Interval(low=low, high=high, level=LEVEL, method="")


def test_it_is_students_t_over_logarithms() -> None:
    found = interval(RATIOS, stops_when_narrow=False)
    assert found is not None
    half = T_95 * stdev(LOGS) / math.sqrt(5)
    expected = [fmean(LOGS) - half, fmean(LOGS) + half]
    assert [math.log(found.low), math.log(found.high)] == pytest.approx(expected)


def test_looking_after_each_round_is_paid_for_with_a_wider_interval() -> None:
    plain = interval(RATIOS, stops_when_narrow=False)
    paid = interval(RATIOS, stops_when_narrow=True)
    assert plain is not None
    assert paid is not None
    wider = math.log1p(half_width(paid)) / math.log1p(half_width(plain))
    assert wider == pytest.approx(T_96 / T_95)
    assert "96 %" in paid.method


@pytest.mark.parametrize(("rounds", "reach"), [(5, T_96), (10, 2.3984410), (20, 2.2047014)])
def test_an_interval_narrows_with_the_rounds_to_come(rounds: int, reach: float) -> None:
    now = T_96 * 0.03 / math.sqrt(5)
    then = half_width_with(now, 5, rounds, lanes=2, measured=2)
    assert math.log1p(then) == pytest.approx(reach * 0.03 / math.sqrt(rounds))


def test_of_several_lanes_it_narrows_with_what_all_of_them_tell() -> None:
    now, then = quantile(4, 4, 0.96) / math.sqrt(3), quantile(4, 14, 0.96) / math.sqrt(8)
    found = half_width_with(0.03 * now, 3, 8, lanes=4, measured=3)
    assert math.log1p(found) == pytest.approx(0.03 * then)


@pytest.mark.parametrize(
    ("lanes", "freedom", "level", "printed"),
    [
        (3, 8, 0.95, 4.041),
        (4, 12, 0.95, 4.199),
        (10, 36, 0.95, 4.764),
        (10, 4, 0.95, 7.826),
        (20, 20, 0.95, 5.714),
        (3, 10, 0.99, 5.270),
    ],
)
def test_the_quantile_of_several_lanes_is_tukeys(
    lanes: int, freedom: float, level: float, printed: float
) -> None:
    assert quantile(lanes, freedom, level) * math.sqrt(2) == pytest.approx(printed, abs=6e-4)


@pytest.mark.parametrize("freedom", [2, 8 / 3, 4, 40, 400])
def test_it_goes_on_where_students_t_is_that_of_two(freedom: float) -> None:
    t, range_of_two = quantile(2, freedom, LEVEL), studentized_range.quantile(2, freedom, LEVEL)
    assert range_of_two / math.sqrt(2) == pytest.approx(t, rel=1e-8)
    assert quantile(3, freedom, LEVEL) > t


def test_among_others_an_interval_is_wider() -> None:
    alone = interval(RATIOS, stops_when_narrow=True)
    quiet = interval(RATIOS, stops_when_narrow=True, among=Among(3, 8, 0.0))
    noisy = interval(RATIOS, stops_when_narrow=True, among=Among(3, 8, 4 * variance(LOGS)))
    assert alone is not None
    assert quiet is not None
    assert noisy is not None
    own = math.log1p(half_width(quiet))
    assert own == pytest.approx(quantile(3, 8, 0.96) * stdev(LOGS) / math.sqrt(5))
    assert math.log1p(half_width(noisy)) == pytest.approx(2 * own)
    assert alone.method.startswith("Student's t over the logarithms")
    assert quiet.method.startswith("studentized range of 3 lanes over the logarithms")
    assert quiet.method.endswith("quantile of 96 % for stopping when narrow")


def test_the_only_pair_of_two_lanes_is_alone() -> None:
    pair = Among(2, 4, variance(LOGS))
    assert interval(RATIOS, stops_when_narrow=False, among=pair) == interval(
        RATIOS, stops_when_narrow=False
    )


def test_the_denominator_does_not_matter() -> None:
    found = interval(RATIOS, stops_when_narrow=False)
    turned = interval([1 / r for r in RATIOS], stops_when_narrow=False)
    assert found is not None
    assert turned is not None
    assert (1 / turned.high, 1 / turned.low) == pytest.approx((found.low, found.high))


def test_two_rounds_are_too_few() -> None:
    assert interval(RATIOS[:2], stops_when_narrow=False) is None
    assert interval(RATIOS[:3], stops_when_narrow=False) is not None


def test_half_width_is_relative_to_the_middle() -> None:
    assert half_width(between(2.0 / 1.02, 2.0 * 1.02)) == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (1.01, 1.2, "faster"),
        (0.8, 0.99, "slower"),
        (0.99, 1.2, "undecided"),
        (1.0, 1.2, "undecided"),
        (0.9, 1.0, "undecided"),
    ],
)
def test_a_verdict_only_where_the_interval_holds_no_one(low: float, high: float, said: str) -> None:
    assert verdict(between(low, high)) == said
