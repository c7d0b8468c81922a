import pytest

from bench.model.base import Reading
from bench.model.summary import Spread
from bench.report.wording import reading, span, time_unit
from bench.text import counted, duration, figure, printable, size


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
