import pytest

from bench.model.base import Reading
from bench.model.summary import Interval, Ratio, Spread, Verdict
from bench.report.document.wording import (
    beneath,
    by_lane,
    in_rounds,
    interval_words,
    methods,
    rate_unit,
    ratio_value,
    reading,
    span,
    time_unit,
)
from bench.text import counted, duration, figure, printable, size
from tests.factories import make_plan
from tests.lanes import make_lane, make_workload


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (0.00213, "0.0021"),
        (0.0213, "0.0213"),
        (0.213, "0.213"),
        (0.9996, "1.00"),
        (6.034, "6.03"),
        (9.996, "10.0"),
        (11.24, "11.2"),
        (99.96, "100"),
        (1234.5, "1234"),
    ],
)
def test_figures_have_three_digits(value: float, written: str) -> None:
    assert figure(value) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (200, "3 min 20 s"),
        (3599.7, "1 h 00 min"),
        (6840, "1 h 54 min"),
        (7199, "2 h 00 min"),
    ],
)
def test_durations_are_in_two_units(seconds: float, written: str) -> None:
    assert duration(seconds) == written


@pytest.mark.parametrize(
    ("count", "written"),
    [(512, "512 B"), (48 * 1024, "48 KiB"), (2 * 2**20, "2 MiB"), (int(3.14 * 2**30), "3.1 GiB")],
)
def test_sizes_are_in_binary_units(count: int, written: str) -> None:
    assert size(count) == written


def test_a_range_needs_two_rounds() -> None:
    assert span(Spread(median=6, low=5.5, high=6.5, rounds=3), figure) == "5.50–6.50"
    assert span(Spread(median=6, low=6, high=6, rounds=1), figure) == ""


def test_a_time_is_at_least_two_of_its_unit() -> None:
    assert [time_unit(s)[0] for s in (119, 120, 7199, 7200)] == [
        "seconds",
        "minutes",
        "minutes",
        "hours",
    ]


def test_a_reading_without_a_value_gives_its_reason() -> None:
    assert reading(Reading[int](value=7), str) == "7"
    assert reading(Reading[int](reason="masked")) == "– (masked)"


def test_plurals() -> None:
    assert [counted(n, "round") for n in (0, 1, 2)] == ["0 rounds", "1 round", "2 rounds"]
    assert counted(50_000, "image") == "50,000 images"


def test_a_strangers_text_cannot_steer_the_terminal() -> None:
    assert printable("a\x1b[31mb\x9bc\td\ne") == "a�[31mb�c\td\ne"


def test_what_is_the_same_for_every_lane_is_said_once() -> None:
    lanes = [make_lane("fp32"), make_lane("fp32-ipex"), make_lane("bf16-amx", batch_size=32)]
    assert by_lane(lanes, lambda lane: lane.setup.stack) == "ipex"
    assert by_lane(lanes, lambda lane: f"batch {lane.setup.batch_size}") == (
        "batch 16 (fp32, fp32-ipex); batch 32 (bf16-amx)"
    )


def test_the_unit_of_rates_is_the_workloads_unless_they_differ() -> None:
    lanes = [make_lane("fp32"), make_lane("fp32-ipex", workload=make_workload(unit="seq"))]
    assert rate_unit(make_plan(lanes[:1])) == "img/s"
    assert rate_unit(make_plan(lanes)) == "samples/s"


STUDENT = "Student's t"


def make_ratio(
    value: float,
    low: float | None,
    high: float | None,
    rounds: int = 6,
    verdict: Verdict = "faster",
) -> Ratio:
    """A ratio whose rounds are 10 % apart; with an interval if it has ends."""
    both = low is not None and high is not None
    return Ratio(
        against="fp32",
        value=value,
        low=value * 0.95,
        high=value * 1.05,
        rounds=rounds,
        interval=Interval(low=low, high=high, level=0.95, method=STUDENT) if both else None,
        no_interval=None if both else f"{rounds} of the 3 rounds that an interval needs",
        verdict=verdict if both else None,
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
    assert (ratio_value(ratio), interval_words(ratio, ratio.interval)) == written
    assert beneath(ratio) == written[1].removeprefix("95 % interval ")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("rounds 1, 2, 3: no counter", "no counter"),
        ("rounds 1-3: no counter", "no counter"),
        ("rounds 1, 2: no counter", "rounds 1-2: no counter"),
        ("round 3: no counter", "round 3: no counter"),
        ("failed in rounds 1, 3: died; round 2: gone", "failed in rounds 1,3: died; round 2: gone"),
        ("no counter in round 2", "no counter in round 2"),
    ],
)
def test_rounds_are_told_in_short_and_not_at_all_where_they_are_all(
    text: str, written: str
) -> None:
    assert in_rounds(text, {1, 2, 3}) == written


def test_the_method_is_told_once_with_its_level_and_rounds() -> None:
    sure = [make_ratio(2, 1.9, 2.1, rounds=6), make_ratio(3, 2.9, 3.1, rounds=6)]
    assert methods(sure) == ["95 % confidence interval, Student's t, 6 rounds"]
    fewer = make_ratio(2, 1.9, 2.1, rounds=4)
    assert methods([*sure, fewer]) == ["95 % confidence interval, Student's t, 4 to 6 rounds"]
    assert methods([make_ratio(2, None, None, rounds=2)]) == []
