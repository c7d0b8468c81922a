"""What the options may say, whoever makes them: each bad value is a usage error that repeats it."""

import math
from contextlib import suppress

import pytest

from bench.errors import BenchError, Exit
from bench.plan.make import NoLane, make_plan
from bench.plan.options import LIMITS, Options, spelt
from bench.plan.resume import resumed
from tests.factories import make_result
from tests.host_factory import make_host

NUMBERS = ("time_budget", "target_precision", "lane_limit")
WHOLE = ("node", "batch_size", "image_size", "rounds", "seed")


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, 1e308, 0.0, -1.0])
def test_a_time_or_a_share_that_is_none(name, value):
    refused(name, value)


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("value", [-1, 10**30, 10**400])
def test_a_whole_number_that_is_none(name, value):
    refused(name, value)


def refused(name, value):
    options = Options(**{name: value})
    with pytest.raises(BenchError) as planned:
        make_plan(make_host(), options)
    with pytest.raises(BenchError) as gone_on_with:
        resumed(make_result(rounds=1), make_host(), options)
    for caught in (planned.value, gone_on_with.value):
        assert caught.code == Exit.USAGE
        assert caught.cause.startswith(f"{spelt(name)} {value} is not")


@pytest.mark.parametrize("name", [name for name in LIMITS if name != "node"])
def test_the_least_and_the_most_can_be_planned_with(name):
    for value in LIMITS[name]:
        options = {"batch_size": 8, name: int(value) if name in WHOLE else value}
        with suppress(NoLane):  # that batch is too large for the host
            make_plan(make_host(), Options(**options))


@pytest.mark.parametrize("words", [[""], [" "], [","], ["", ","]])
def test_no_lane_named_is_a_usage_error(words):
    with pytest.raises(BenchError, match="--lane ") as caught:
        make_plan(make_host(), Options(lane=words))
    assert caught.value.code == Exit.USAGE
    assert repr(",".join(words)) in caught.value.cause


@pytest.mark.parametrize("name", ["profile", "model", "data"])
@pytest.mark.parametrize("word", ["", "nope"])
def test_a_name_that_is_none_is_repeated_with_its_option(name, word):
    with pytest.raises(BenchError, match=f"--{name} ") as caught:
        make_plan(make_host(), Options(**{name: word}))
    assert caught.value.code == Exit.USAGE
    assert (word or "''") in caught.value.cause
    assert "known: " in caught.value.remedy
