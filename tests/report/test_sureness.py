import pytest

from bench.model.summary import Interval, Ratio, Verdict
from bench.report.sureness import beneath, methods, ratio_words

STUDENT = "Student's t"


def make_ratio(
    value: float, low: float | None, high: float | None, rounds: int = 6, verdict: str = "faster"
) -> Ratio:
    """A ratio whose rounds are 10 % apart; with an interval if it has ends."""
    found: Verdict = verdict  # type: ignore[assignment]
    both = low is not None and high is not None
    return Ratio(
        against="fp32",
        value=value,
        low=value * 0.95,
        high=value * 1.05,
        rounds=rounds,
        interval=Interval(low=low, high=high, level=0.95, method=STUDENT) if both else None,
        no_interval=None if both else f"{rounds} of the 3 rounds that an interval needs",
        verdict=found if both else None,
    )


def test_the_interval_stands_with_a_ratio_and_not_the_range() -> None:
    assert beneath(make_ratio(1.67, 1.604, 1.736)) == "1.60–1.74"


def test_without_an_interval_it_is_the_range_and_for_one_round_nothing() -> None:
    assert beneath(make_ratio(2.0, None, None, rounds=2)) == "1.90–2.10"
    assert beneath(make_ratio(2.0, None, None, rounds=1)) == ""


@pytest.mark.parametrize(
    ("value", "low", "high", "written"),
    [
        (1.67, 1.604, 1.736, ("1.67×", "95 % interval 1.60–1.74")),
        (1.02, 1.0012, 1.04, ("1.020×", "95 % interval 1.001–1.040")),
        (1.00032, 1.00021, 1.00043, ("1.0003×", "95 % interval 1.0002–1.0004")),
        (1.00001, 0.97, 1.06, ("1.0000×", "95 % interval 0.9700–1.0600")),
        (1.0, 0.97, 1.06, ("1.00×", "95 % interval 0.97–1.06")),
    ],
)
def test_an_end_that_is_not_1_is_not_written_as_1(
    value: float, low: float, high: float, written: tuple[str, str]
) -> None:
    ratio = make_ratio(value, low, high)
    assert ratio.interval is not None
    assert ratio_words(ratio, ratio.interval) == written


def test_the_method_is_told_once_with_its_level_and_rounds() -> None:
    sure = [make_ratio(2, 1.9, 2.1, rounds=6), make_ratio(3, 2.9, 3.1, rounds=6)]
    assert methods(sure) == ["95 % confidence interval, Student's t, 6 rounds"]
    fewer = make_ratio(2, 1.9, 2.1, rounds=4)
    assert methods([*sure, fewer]) == ["95 % confidence interval, Student's t, 4 to 6 rounds"]
    assert methods([make_ratio(2, None, None, rounds=2)]) == []
