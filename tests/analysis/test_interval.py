import math
from statistics import fmean, stdev

import pytest

from bench.analysis.interval import (
    LEVEL,
    half_width,
    half_width_with,
    interval,
    verdict,
)
from bench.model.summary import Interval

T_95, T_96 = 2.7764451, 2.9985279
"""Two-sided quantiles of Student's t with four degrees of freedom, as printed tables have them."""

RATIOS = [1.52, 1.61, 1.58, 1.49, 1.66]


def between(low: float, high: float) -> Interval:
    return Interval(low=low, high=high, level=LEVEL, method="")


def test_it_is_students_t_over_logarithms() -> None:
    found = interval(RATIOS, stops_when_narrow=False)
    assert found is not None
    logs = [math.log(r) for r in RATIOS]
    half = T_95 * stdev(logs) / math.sqrt(5)
    expected = [fmean(logs) - half, fmean(logs) + half]
    assert [math.log(found.low), math.log(found.high)] == pytest.approx(expected)


def test_looking_after_each_round_is_paid_for_with_a_wider_interval() -> None:
    plain = interval(RATIOS, stops_when_narrow=False)
    paid = interval(RATIOS, stops_when_narrow=True)
    assert plain is not None
    assert paid is not None
    wider = math.log1p(half_width(paid)) / math.log1p(half_width(plain))
    assert wider == pytest.approx(T_96 / T_95)
    assert "96 %" in paid.method


@pytest.mark.parametrize(("rounds", "quantile"), [(5, T_96), (10, 2.3984410), (20, 2.2047014)])
def test_an_interval_narrows_with_the_rounds_to_come(rounds: int, quantile: float) -> None:
    now = T_96 * 0.03 / math.sqrt(5)
    then = half_width_with(now, 5, rounds, stops_when_narrow=True)
    assert math.log1p(then) == pytest.approx(quantile * 0.03 / math.sqrt(rounds))


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
