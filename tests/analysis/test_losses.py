"""Whether lanes train alike: first losses held against each other."""

import pytest

from bench.analysis.losses import (
    BF16_TOLERANCE,
    FP32_TOLERANCE,
    common_steps,
    disagreement,
    loss_cautions,
    loss_of_step,
)
from bench.model.plan import PlannedLane
from bench.model.result import Result
from tests.factories import make_record
from tests.lanes import make_lane, make_workload
from tests.report.scenes import leaving_ipex, record_of, summarized

FP32 = [make_lane(each) for each in ("fp32", "fp32-ipex", "fp32-torch")]
BF16 = make_lane("bf16-avx512")
MATH = make_lane("fp32-bf16math-amx")

# ResNet-50 at 224 pixels and batch 8, seed 0, as trained on AVX2: contiguous, IPEX, compiled.
SEEN = {"fp32": 2.532063, "fp32-ipex": 2.532065, "fp32-torch": 2.532066}


def told(lane: PlannedLane, lanes: list[PlannedLane], **firsts: float) -> list[str]:
    by_id = {name.replace("_", "-"): loss for name, loss in firsts.items()}
    return loss_cautions(lane, lanes, SEEN | by_id)


def test_lanes_that_differ_by_rounding_are_not_cautioned_about() -> None:
    assert [told(lane, FP32) for lane in FP32] == [[], [], []]
    assert told(BF16, [*FP32, BF16], bf16_avx512=2.5247) == []


def test_the_one_lane_that_trains_otherwise_is_cautioned_about_and_the_others_are_not() -> None:
    far = 2.532 + 2 * FP32_TOLERANCE
    assert [told(lane, FP32, fp32_ipex=far) for lane in (FP32[0], FP32[2])] == [[], []]
    (text,) = told(FP32[1], FP32, fp32_ipex=far)
    assert text == (
        "its first loss is 2.5340, from the same weights and batch as fp32 2.5321, "
        "fp32-torch 2.5321: more than 0.001 apart, so that it may not train as they do"
    )


def test_of_two_lanes_that_differ_nobody_knows_which_is_right() -> None:
    pair = FP32[:2]
    assert all(told(lane, pair, fp32_ipex=2.9) for lane in pair)


@pytest.mark.parametrize("lane", [BF16, MATH], ids=lambda lane: lane.id)
def test_what_computes_in_bf16_may_be_further_from_fp32_and_is_no_measure_of_it(
    lane: PlannedLane,
) -> None:
    lanes = [*FP32, lane]
    for loss, cautioned in ((0.9, False), (1.1, True)):
        firsts = SEEN | {lane.id: SEEN["fp32"] + loss * BF16_TOLERANCE}
        assert bool(loss_cautions(lane, lanes, firsts)) == cautioned
        assert loss_cautions(FP32[0], lanes, firsts) == []


@pytest.mark.parametrize(
    ("pixels", "batch", "fp32", "bf16"),
    [(32, 2, False, False), (32, 8, True, False), (64, 8, True, True), (224, 2, True, True)],
)
def test_small_batches_of_small_images_are_not_judged(
    pixels: int, batch: int, fp32: bool, bf16: bool
) -> None:
    small = make_workload(image_size=pixels)
    one, two, other = (
        make_lane(each, workload=small, batch_size=batch)
        for each in ("fp32", "fp32-ipex", "bf16-avx512")
    )
    firsts = {"fp32": 2.3, "fp32-ipex": 3.3, "bf16-avx512": 3.3}
    assert bool(disagreement(one, two, firsts)) == fp32
    assert bool(disagreement(one, other, firsts)) == bf16


def test_lanes_of_another_batch_or_workload_are_not_held_together() -> None:
    for changes in ({"batch_size": 32}, {"workload": make_workload(image_size=192)}):
        other = make_lane("fp32-ipex", **changes)
        assert disagreement(FP32[0], other, {"fp32": 2.3, "fp32-ipex": 9.9}) is None


def test_a_lane_whose_losses_are_not_known_is_told_nothing_of() -> None:
    assert loss_cautions(FP32[0], FP32, {}) == []
    assert loss_cautions(FP32[0], FP32[:1], SEEN) == []
    assert disagreement(FP32[0], FP32[1], {"fp32": 2.3}) is None


def test_the_last_loss_is_that_of_the_step_that_every_process_reached() -> None:
    records = {lane: {i: make_record(lane, 5.0) for i in (1, 2)} for lane in ("fp32", "fp32-ipex")}
    records["fp32"][1].losses = [2.5, 2.4, 2.3]
    records["fp32"][2].losses = [2.5, 2.2]
    records["fp32-ipex"][2].losses = [2.6, 2.5, 2.4, 2.3]
    steps = common_steps(records)
    assert steps == 2
    assert loss_of_step(records["fp32"], steps) == pytest.approx(2.3)
    assert loss_of_step(records["fp32-ipex"], steps) == 2.5
    assert loss_of_step(records["fp32"], None) is None
    assert common_steps({"fp32": {1: make_record("fp32", 5.0)}}) is None


def with_first_loss(lane: str, loss: float) -> Result:
    result = leaving_ipex(rounds=3)
    for process in result.processes:
        if process.lane == lane:
            record_of(process).losses[0] = loss
    return summarized(result)


def test_a_summary_has_both_losses_and_marks_the_lane_that_differs() -> None:
    summary = with_first_loss("fp32-compile", 2.7).summary
    by_id = {each.lane: each for each in summary.lanes}
    assert summary.loss_steps == 8
    assert (by_id["fp32"].loss_first, by_id["fp32"].loss_last) == (2.532, 2.322)
    assert [each.lane for each in summary.lanes if "first loss" in str(each.cautions)] == [
        "fp32-compile"
    ]
