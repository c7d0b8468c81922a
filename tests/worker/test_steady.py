"""When steps count as steady; the figures lie just on both sides of the rule's edges."""

import pytest

from bench.worker.steady import steady


@pytest.mark.parametrize(
    ("percent_apart", "expected"), [(0.0, True), (4.9, True), (5.1, False), (20.0, False)]
)
def test_steps_are_steady_up_to_a_variation_of_five_percent(percent_apart, expected):
    """Three steps so far apart have just that standard deviation, as a share of their mean."""
    step, apart = 2_000_000_000, 20_000_000 * percent_apart
    assert steady([round(step - apart), step, round(step + apart)]) is expected


def test_three_steps_are_looked_at_and_no_fewer():
    assert not steady([])
    assert not steady([100, 100])
    assert steady([100, 100, 100])


def test_only_the_last_three_count():
    assert steady([900, 500, 100, 100, 100])
    assert not steady([100, 100, 100, 900])
    assert not steady([100, 100, 100, 900, 100, 100])
