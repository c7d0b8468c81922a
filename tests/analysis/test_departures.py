"""Leaving an archived engine: what is held against what, and what differs."""

from typing import Any

import pytest

from bench.analysis.consistency import result_problems
from bench.analysis.measures import measures
from bench.model.result import Result
from bench.model.summary import Departure
from bench.results.structure import faults
from tests.report.scenes import (
    change_lane,
    contradict,
    leaving_ipex,
    record_of,
    summarized,
    without_lanes,
)


@pytest.fixture(scope="module")
def result() -> Result:
    return leaving_ipex()


def by_other(result: Result) -> dict[str, Departure]:
    return {each.other: each for each in result.summary.departures}


def test_each_lane_of_the_archived_engine_is_held_against_those_in_its_place(
    result: Result,
) -> None:
    assert [(x.lane, x.other) for x in result.summary.departures] == [
        ("fp32-ipex", "fp32-torch"),
        ("fp32-ipex", "fp32-compile"),
        ("bf16-avx512", "bf16-avx512-torch"),
        ("bf16-avx512", "bf16-avx512-compile"),
        ("bf16-amx", "bf16-amx-torch"),
        ("bf16-amx", "bf16-amx-compile"),
    ]


def test_the_ratio_is_that_of_the_other_over_it_with_a_verdict(result: Result) -> None:
    words = {x.other: x.compute.verdict for x in result.summary.departures if x.compute}
    assert words == {
        "fp32-torch": "undecided",
        "fp32-compile": "faster",
        "bf16-avx512-torch": "faster",
        "bf16-avx512-compile": "slower",
        "bf16-amx-torch": "slower",
        "bf16-amx-compile": "faster",
    }
    slower = by_other(result)["bf16-amx-torch"]
    assert slower.compute is not None
    assert slower.compute.against == "bf16-amx"
    assert slower.compute.value == pytest.approx(58 / 61, rel=0.01)
    assert slower.end_to_end is not None
    assert slower.end_to_end.value == pytest.approx(slower.compute.value, rel=0.02)


def test_its_interval_is_one_of_the_runs_family(result: Result) -> None:
    """The same pair, the same interval, whoever asks."""
    over_fp32 = {x.lane: x.compute_ratios for x in result.summary.lanes}["fp32-torch"]
    method = next(x.interval.method for x in over_fp32 if x.interval)
    departure = by_other(result)["fp32-torch"]
    assert departure.compute is not None
    assert departure.compute.interval is not None
    assert departure.compute.interval.method == method


def test_what_differs_is_told_with_its_milliseconds_the_weightiest_first(result: Result) -> None:
    first, second, last = by_other(result)["bf16-avx512-torch"].explained
    assert first.startswith("reorders: 275 ms a step in bf16-avx512 (189 ms of it by reference")
    assert first.endswith("81.6 ms in bf16-avx512-torch")
    assert second == "outside oneDNN: 194 ms a step in bf16-avx512, 367 ms in bf16-avx512-torch"
    assert last == "oneDNN: v3.7.1 in bf16-avx512, v3.12.0 in bf16-avx512-torch"


def test_what_a_compiler_made_is_told_with_the_time_outside_the_library(result: Result) -> None:
    (told,) = by_other(result)["fp32-compile"].explained
    assert told.startswith("outside oneDNN: 591 ms a step in fp32-ipex, 247 ms in fp32-compile")
    assert told.endswith("(87 generated kernels)")


def test_steps_that_are_alike_are_told_nothing_of(result: Result) -> None:
    assert by_other(result)["fp32-torch"].explained == []


def test_of_lanes_with_other_batches_nothing_is_explained() -> None:
    result = leaving_ipex(rounds=1)
    change_lane(result, "fp32-compile", batch_size=8)
    departure = by_other(summarized(result))["fp32-compile"]
    assert departure.compute is not None
    assert departure.explained == []


@pytest.mark.parametrize("lane", ["fp32-ipex", "fp32-torch"])
def test_an_invalid_side_is_a_reason_and_no_ratio(lane: str) -> None:
    result = leaving_ipex(rounds=1)
    for each in result.processes:
        if each.lane == lane:
            contradict(each, "it ran on another set")
    departure = by_other(summarized(result))["fp32-torch"]
    assert (departure.compute, departure.end_to_end) == (None, None)
    assert departure.reason == f"{lane} is invalid"
    assert departure.explained == []


def test_lanes_that_do_not_train_alike_are_not_held_together() -> None:
    result = leaving_ipex(rounds=1)
    for each in result.processes:
        if each.lane == "fp32-compile":
            record_of(each).losses = [3.4, 3.3]
    departure = by_other(summarized(result))["fp32-compile"]
    assert departure.compute is None
    assert departure.reason == "their first losses differ: fp32-ipex 2.5320, fp32-compile 3.4000"


def test_a_lane_that_can_not_run_here_is_a_reason_and_two_of_them_are_none() -> None:
    result = leaving_ipex(rounds=1)
    skipped: dict[str, Any] = {"intention": "skipped", "reason": "this host has no AMX"}
    for lane in ("bf16-amx", "bf16-amx-torch"):
        change_lane(result, lane, **skipped)
        result.processes = [each for each in result.processes if each.lane != lane]
    departures = by_other(summarized(result))
    assert "bf16-amx-torch" not in departures
    assert departures["bf16-amx-compile"].reason == "bf16-amx is skipped"


def test_a_run_without_the_archived_engine_has_none() -> None:
    result = without_lanes(leaving_ipex(rounds=1), "fp32-ipex", "bf16-avx512", "bf16-amx")
    assert result.summary.departures == []


def test_the_artifact_holds_together_and_its_measures_have_the_ratios(result: Result) -> None:
    assert list(faults(result)) == []
    assert [x for x in result_problems(result) if "summary" in x] == []
    named = {(x.lane, x.name): x for x in measures(result.summary)}
    over = named["bf16-amx-torch", "compute_speedup_over_archived"]
    departure = by_other(result)["bf16-amx-torch"]
    assert departure.compute is not None
    assert departure.compute.interval is not None
    assert (over.value, over.low, over.better) == (
        departure.compute.value,
        departure.compute.interval.low,
        "more",
    )
    assert ("fp32-torch", "end_to_end_speedup_over_archived") in named
    cold = named["fp32-compile", "compile_cold_time"]
    assert (cold.unit, cold.better, round(cold.value)) == ("seconds", "less", 61)
    after = named["fp32-compile", "compile_pays_off_after"]
    assert (after.unit, after.better) == ("steps", "less")
    assert after.low is not None
    assert after.low < after.value
    assert ("bf16-avx512-compile", "compile_pays_off_after") not in named
