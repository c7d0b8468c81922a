import pytest

from bench.analysis.outliers import outliers

STEADY = [100, 101, 99, 102, 98, 100, 101]


def test_a_value_far_from_the_rest_is_one_wherever_it_is():
    assert outliers(STEADY) == []
    assert outliers([*STEADY, 150]) == [7]
    assert outliers([150, *STEADY, 50]) == [0, 8]


def test_the_rule_is_the_published_one():
    # Median 10, absolute deviations 2, 1, 0, 1, x: their median is 1, so 3.5 / 0.6745 is the limit.
    assert outliers([8, 9, 10, 11, 10 + 5.18]) == []
    assert outliers([8, 9, 10, 11, 10 + 5.20]) == [4]


def test_outliers_do_not_hide_each_other():
    # The mean and the standard deviation would bend: two of seven at 10 times the rest.
    assert outliers([100, 101, 99, 1000, 102, 98, 1010]) == [3, 6]


@pytest.mark.parametrize("values", [[], [1], [1, 1000], [1, 2, 1000], [1, 2, 1, 1000]])
def test_among_few_values_there_is_none(values):
    assert outliers(values) == []


def test_where_most_are_the_same_the_mean_deviation_decides():
    assert outliers([5] * 7) == []
    assert outliers([5] * 9 + [6]) == [9]
    # Two of n are as far as 0.7979 n / 2: over 3.5 from nine on.
    assert outliers([5] * 6 + [6, 6]) == []
    assert outliers([5] * 7 + [6, 6]) == [7, 8]
    # As much as half of the rest differs: it is how these values are, not an outlier.
    assert outliers([5, 5, 5, 5, 6, 6, 4]) == []


def test_the_rule_does_not_depend_on_the_unit():
    values = [*STEADY, 150]
    assert outliers([value * 1_000_000_007 for value in values]) == outliers(values) == [7]
