import pytest

from bench.analysis.kernels import KINDS
from bench.model.result import Result
from bench.report.step_time import ORDER, StepTime, step_time_words, step_times
from tests.factories import make_result
from tests.report.scenes import four_lanes, invalid_lane


def of(result: Result, lane: str) -> StepTime:
    return next(each for each in step_times(result) if each.lane == lane)


def test_what_kernels_leave_of_the_median_step_is_outside() -> None:
    result = make_result()
    time = of(result, "fp32")
    rate = result.summary.lanes[0].compute_samples_per_second
    assert rate is not None
    assert time.step == pytest.approx(16_000 / rate.median)
    assert time.outside == pytest.approx(time.step - sum(time.parts.values()))
    # The factories' kernels take 0.731 of a step at the lane's nominal rate.
    assert time.outside / time.step == pytest.approx(0.27, abs=0.03)
    assert time.share("reorder") == pytest.approx(0.06, abs=0.005)


def test_kinds_are_those_of_the_analysis() -> None:
    convolutions = [
        f"convolution {way}" for way in ("forward", "backward data", "backward weights")
    ]
    assert list(ORDER[:3]) == convolutions
    assert set(KINDS.values()) < set(ORDER)


def test_kinds_are_the_same_for_every_lane_and_in_order() -> None:
    result = make_result()
    kernels = result.summary.lanes[1].kernels
    assert kernels is not None
    kernels.milliseconds = {"softmax": 3.0, "pooling": 2.0} | kernels.milliseconds
    names = [
        *("convolution forward", "convolution backward data", "convolution backward weights"),
        *("inner product", "reorder", "pooling", "softmax"),
    ]
    assert [list(each.parts) for each in step_times(result)] == [names] * 3
    assert of(result, "fp32").parts["softmax"] == 0.0


def test_kernels_that_took_longer_than_the_step_leave_nothing_known() -> None:
    result = make_result()
    kernels = result.summary.lanes[0].kernels
    assert kernels is not None
    kernels.milliseconds["reorder"] = 10_000.0
    assert of(result, "fp32").outside is None
    shares, outside, over = step_time_words(step_times(result))
    assert "fp32 " in shares
    assert "fp32 " not in outside
    assert over.startswith("oneDNN's kernels took longer than the median step in fp32: ")


def test_the_shares_of_reorders_and_the_rest_are_named() -> None:
    times = [
        StepTime("fp32", 1000.0, {"reorder": 60.0, "pooling": 640.0}, 300.0),
        StepTime("bf16-amx", 100.0, {"reorder": 25.0, "pooling": 25.0}, 50.0),
    ]
    assert step_time_words(times) == [
        "Reorders' share of the median step: fp32 6 %, bf16-amx 25 %.",
        "Share that is outside oneDNN: fp32 30 %, bf16-amx 50 %.",
    ]
    assert step_time_words([]) == []


def test_lanes_that_are_invalid_or_without_evidence_are_not_there() -> None:
    assert [each.lane for each in step_times(four_lanes())][-1] == "bf16-amx"
    assert "bf16-amx" not in [each.lane for each in step_times(invalid_lane())]
    result = make_result()
    result.summary.lanes[0].kernels = None
    assert [each.lane for each in step_times(result)] == ["fp32-ipex", "bf16-avx512"]
