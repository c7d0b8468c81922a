import pytest

from bench.analysis.ratios import ratio, ratio_against, ratios


def test_pairs_are_taken_within_a_round() -> None:
    # The host halves its speed in round 2: both lanes move, their ratio does not.
    found = ratio({1: 12.0, 2: 6.0}, "fp32", {1: 6.0, 2: 3.0})
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((2.0, 2.0, 2.0))


def test_the_mean_is_geometric() -> None:
    found = ratio({1: 4.0, 2: 1.0}, "fp32", {1: 1.0, 2: 1.0})
    assert found is not None
    assert found.value == pytest.approx(2.0)
    assert (found.against, found.low, found.high, found.rounds) == ("fp32", 1.0, 4.0, 2)


def test_a_round_with_one_lane_only_does_not_count() -> None:
    found = ratio({1: 8.0, 2: 100.0}, "fp32", {1: 4.0, 3: 1.0})
    assert found is not None
    assert (found.value, found.rounds) == (2.0, 1)


def test_one_round_has_no_spread() -> None:
    found = ratio({1: 11.2}, "fp32", {1: 6.1})
    assert found is not None
    assert found.low == found.value == found.high


def test_no_round_in_common_is_no_ratio() -> None:
    assert ratio({1: 8.0}, "fp32", {2: 4.0}) is None
    assert ratio({}, "fp32", {}) is None


def test_a_lane_is_not_compared_with_itself_or_an_unknown_one_or_twice() -> None:
    rates = {"fp32": {1: 4.0}, "bf16": {1: 8.0}}
    assert ratios("fp32", rates, ["fp32", "fp32"]) == []
    assert [r.against for r in ratios("bf16", rates, ["fp32", "fp32", "gone"])] == ["fp32"]


def test_a_ratio_is_found_by_its_denominator() -> None:
    found = ratios("bf16", {"a": {1: 4.0}, "b": {1: 2.0}, "bf16": {1: 8.0}}, ["a", "b"])
    assert (ratio_against(found, "b") or found[0]).value == 4.0
    assert ratio_against(found, "c") is None
