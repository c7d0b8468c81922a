import math
import random
from collections.abc import Sequence
from statistics import fmean, variance
from typing import Any

import pytest

from bench.analysis.family import Family
from bench.analysis.interval import interval, quantile
from bench.model.plan import Plan
from bench.model.summary import Ratio
from tests.factories import make_plan
from tests.lanes import make_lane

LANES = ("a", "b", "c", "d")


def plan(lanes: Sequence[str] = LANES, **changes: object) -> Plan:
    """One that plans these lanes, for a number of rounds that is fixed."""
    facts = {"rounds_min": 5, "rounds_max": 5} | changes
    return make_plan([make_lane("fp32", id=lane) for lane in lanes], **facts)


def family(
    times: dict[str, dict[int, float]], lanes: Sequence[str] = LANES, **changes: object
) -> Family:
    """Of lanes with these times in each round, a turn each."""
    records: Any = {lane: {i: [time] for i, time in own.items()} for lane, own in times.items()}
    return Family(plan(lanes, **changes), records, lambda turns: turns)


def noisy(
    lanes: Sequence[str] = LANES, rounds: int = 5, **more: float
) -> dict[str, dict[int, float]]:
    """Times of equal lanes, whose logarithms vary by 0.02; of those in `more` by so many times."""
    drawn = random.Random(1)
    return {
        lane: {i: math.exp(drawn.gauss(0, 0.02 * more.get(lane, 1))) for i in range(1, rounds + 1)}
        for lane in lanes
    }


def half(ratio: Ratio | None) -> float:
    """Half its interval of the logarithm."""
    assert ratio is not None
    assert ratio.interval is not None
    return math.log(ratio.interval.high / ratio.interval.low) / 2


def spread(times: dict[str, dict[int, float]], lane: str, other: str) -> float:
    """Variance of the rounds' logarithms."""
    both = times[lane].keys() & times[other].keys()
    return variance(math.log(times[other][i] / times[lane][i]) for i in both)


def test_two_lanes_are_judged_by_students_t_as_ever() -> None:
    times = noisy("ab")
    found = family(times, "ab").ratio("a", "b")
    assert found is not None
    assert found.interval == interval(
        [times["b"][i] / times["a"][i] for i in range(1, 6)], stops_when_narrow=False
    )


def test_all_pairs_tell_how_much_lanes_vary() -> None:
    times = noisy()
    means = {
        lane: fmean(spread(times, lane, other) for other in LANES if other != lane)
        for lane in LANES
    }
    for lane in LANES:
        for other in set(LANES) - {lane}:
            most = max(spread(times, lane, other), means[lane], means[other])
            expected = quantile(4, 12, 0.95) * math.sqrt(most / 5)
            assert half(family(times).ratio(lane, other)) == pytest.approx(expected)


def test_a_noisy_lane_widens_its_own_intervals_above_all() -> None:
    calm, hit = family(noisy()), family(noisy(d=5.0))
    assert half(hit.ratio("d", "a")) > 3 * half(calm.ratio("d", "a"))
    assert half(hit.ratio("b", "a")) < half(hit.ratio("d", "a")) / 1.3


def test_lanes_that_are_lost_stay_in_the_family() -> None:
    times = noisy()
    del times["d"]
    three, lost = family(times, "abc"), family(times | {"d": {}})
    wider = quantile(4, 8, 0.95) / quantile(3, 8, 0.95)
    assert half(lost.ratio("a", "b")) == pytest.approx(wider * half(three.ratio("a", "b")))
    assert lost.ratio("d", "a") is None


def test_a_lane_that_is_not_to_run_is_not_in_it() -> None:
    times = noisy("abc")
    skipped = plan()
    skipped = skipped.model_copy(
        update={
            "lanes": [
                each.model_copy(update={"intention": "skipped"}) if each.id == "d" else each
                for each in skipped.lanes
            ]
        }
    )
    records: Any = {lane: {i: [t] for i, t in own.items()} for lane, own in times.items()}
    found = Family(skipped, records | {"d": {}}, lambda turns: turns)
    assert half(found.ratio("a", "b")) == half(family(times, "abc").ratio("a", "b"))


def test_rounds_that_a_lane_missed_count_for_the_others() -> None:
    times = noisy("abc")
    times["c"] = {i: times["c"][i] for i in (1, 2, 3)}
    found = family(times, "abc")
    pairs = [("a", "b", 4), ("a", "c", 2), ("b", "c", 2)]
    means = {
        lane: sum(n * spread(times, x, y) for x, y, n in pairs if lane in (x, y))
        / sum(n for x, y, n in pairs if lane in (x, y))
        for lane in "abc"
    }
    freedom = 2 * (4 + 2 + 2) / 3
    for lane, other, n in pairs:
        most = max(spread(times, lane, other), means[lane], means[other])
        expected = quantile(3, freedom, 0.95) * math.sqrt(most / (n + 1))
        assert half(found.ratio(lane, other)) == pytest.approx(expected)


def test_the_order_of_two_lanes_does_not_matter() -> None:
    found = family(noisy())
    one, turned = found.ratio("a", "c"), found.ratio("c", "a")
    assert one is not None
    assert turned is not None
    assert one.value == pytest.approx(1 / turned.value)
    assert half(one) == pytest.approx(half(turned))


def test_rounds_are_too_few_whatever_the_others_have() -> None:
    times = noisy()
    times["d"] = {i: times["d"][i] for i in (1, 2)}
    found = family(times).ratio("d", "a")
    assert found is not None
    assert (found.rounds, found.interval, found.verdict) == (2, None, None)


def test_one_round_of_all_lanes_is_a_ratio_without_an_interval() -> None:
    found = family(noisy(rounds=1)).ratio("a", "b")
    assert found is not None
    assert (found.rounds, found.interval) == (1, None)


def test_it_is_made_wider_for_looking_after_each_round() -> None:
    fixed, stopped = family(noisy()), family(noisy(), rounds_max=20)
    wider = quantile(4, 12, 0.96) / quantile(4, 12, 0.95)
    assert half(stopped.ratio("a", "b")) == pytest.approx(wider * half(fixed.ratio("a", "b")))


def test_a_functional_check_has_none() -> None:
    found = family(noisy(), functional_check=True).ratio("a", "b")
    assert found is not None
    assert (found.interval, found.no_interval) == (None, "a functional check")


def test_a_lane_is_not_compared_with_itself_or_an_unknown_one() -> None:
    found = family(noisy())
    assert [each.against for each in found.ratios("a", ["a", "b", "gone"])] == ["b"]
