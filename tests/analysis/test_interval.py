import math

import pytest

from bench.analysis.interval import LEVEL, STOPPING_LEVEL, half_width, interval, verdict
from bench.model.summary import Interval

RATIOS = [1.52, 1.61, 1.58, 1.49, 1.66]


def between(low: float, high: float) -> Interval:
    return Interval(low=low, high=high, level=LEVEL, method="")


def test_it_is_students_t_over_logarithms_as_scipy_has_it() -> None:
    from scipy import stats  # here and below: it takes a second to import

    found = interval(RATIOS, stops_when_narrow=False)
    assert found is not None
    logs = [math.log(r) for r in RATIOS]
    expected = stats.t.interval(LEVEL, len(logs) - 1, stats.tmean(logs), stats.sem(logs))
    assert [math.log(found.low), math.log(found.high)] == pytest.approx(list(expected))


def test_looking_after_each_round_is_paid_for_with_a_wider_interval() -> None:
    from scipy import stats

    plain = interval(RATIOS, stops_when_narrow=False)
    paid = interval(RATIOS, stops_when_narrow=True)
    assert plain is not None
    assert paid is not None
    wanted = stats.t.ppf((1 + STOPPING_LEVEL) / 2, 4) / stats.t.ppf((1 + LEVEL) / 2, 4)
    assert math.log1p(half_width(paid)) == pytest.approx(wanted * math.log1p(half_width(plain)))
    assert "96 %" in paid.method


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
