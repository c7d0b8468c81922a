from typing import Any

import pytest

from bench.analysis.rates import compute_turns
from bench.analysis.ratios import (
    Taken,
    denominators,
    ratio,
    ratio_against,
    round_ratio,
    round_ratios,
    same_on_avx512,
    widest,
)
from bench.model.record import Measurement, RankRecord, StepTimes, Turn
from bench.model.summary import Ratio
from tests.lanes import PLACEMENT
from tests.recorded_onednn import planned


def record(*turns: list[float], batch: int = 1) -> RankRecord:
    """A process with these seconds a step of so many samples, by turn."""
    seconds = [step for turn in turns for step in turn]
    nothing = [0] * len(seconds)
    steps = StepTimes(
        data=nothing, forward=[round(s * 1e9) for s in seconds], backward=nothing, optimizer=nothing
    )
    counted = [Turn(at=i, steps=len(turn)) for i, turn in enumerate(turns)]
    measured = Measurement(timed=steps, turns=counted, samples=batch * len(seconds))
    return RankRecord(lane="fp32", outcome="completed", compute=measured)


def combined(*rounds: float) -> Ratio:
    found = ratio("fp32", list(rounds), stops_when_narrow=False)
    assert found is not None
    return found


def test_turns_are_paired_so_that_a_drifting_host_moves_both() -> None:
    # The host halves its speed from turn to turn: both lanes move, their ratio does not.
    fast, slow = [1.0, 2.0, 4.0], [2.0, 4.0, 8.0]
    assert round_ratio(fast, slow) == pytest.approx(2.0)
    assert round_ratio(slow, fast) == pytest.approx(0.5)


def test_a_burst_in_one_turn_does_not_move_the_rounds_ratio() -> None:
    assert round_ratio([1.0, 1.0, 1.0], [1.0, 9.0, 1.0]) == pytest.approx(1.0)


def test_a_turn_is_its_median_step() -> None:
    assert compute_turns(record([1.0, 1.0, 30.0], [2.0])) == pytest.approx([1e9, 2e9])


def test_a_process_without_a_turn_has_no_ratio() -> None:
    assert round_ratio(compute_turns(record()), [1.0]) is None


def test_lanes_of_different_batches_are_compared_by_the_sample() -> None:
    one, eight = record([1.0], [2.0]), record([4.0], [8.0], batch=8)
    assert round_ratio(compute_turns(eight), compute_turns(one)) == pytest.approx(2.0)


def test_the_denominators_are_the_baseline_and_the_best_fp32_lane_each_once() -> None:
    assert denominators("fp32", "fp32-ipex") == ["fp32", "fp32-ipex"]
    assert denominators("fp32", "fp32") == ["fp32"]
    assert denominators("fp32", None) == ["fp32"]


def test_rounds_with_one_lane_only_do_not_count() -> None:
    lane: Taken = {1: [1.0], 2: [1.0]}
    other: Taken = {1: [3.0], 3: [3.0]}
    assert round_ratios(lane, other) == pytest.approx([3.0])


def test_the_mean_is_geometric() -> None:
    found = combined(4.0, 1.0)
    assert found.value == pytest.approx(2.0)
    assert (found.against, found.low, found.high, found.rounds) == ("fp32", 1.0, 4.0, 2)


def test_too_few_rounds_give_no_interval_and_no_verdict_and_say_so() -> None:
    found = combined(1.9, 2.1)
    assert (found.interval, found.verdict) == (None, None)
    assert found.no_interval == "2 of the 3 rounds that an interval needs"


def test_the_value_lies_in_its_range_and_its_interval() -> None:
    found = combined(1.1, 1.1, 1.1)
    assert found.low == found.value == found.high
    assert found.interval is not None
    assert found.interval.low <= found.value <= found.interval.high


def test_no_round_is_no_ratio() -> None:
    assert ratio("fp32", [], stops_when_narrow=False) is None


def test_a_ratio_is_found_by_its_denominator() -> None:
    found = [combined(2.0), combined(4.0).model_copy(update={"against": "b"})]
    assert (ratio_against(found, "b") or found[0]).value == 4.0
    assert ratio_against(found, "c") is None


def test_the_widest_interval_is_that_of_all_or_of_none() -> None:
    narrow, wide = combined(1.0, 1.01, 0.99), combined(1.0, 1.5, 0.7)
    widths = [widest([narrow]), widest([wide]), widest([narrow, wide])]
    assert None not in widths
    assert widths[0] < widths[1] == widths[2]  # type: ignore[operator]
    assert widest([narrow, combined(1.0)]) is None
    assert widest([]) is None


def test_a_functional_check_has_no_interval_and_no_verdict() -> None:
    checked = ratio("fp32", [2.0, 2.1, 2.2], stops_when_narrow=False, functional_check=True)
    assert checked is not None
    assert (checked.value, checked.rounds) == (pytest.approx(2.0986, rel=1e-3), 3)
    assert (checked.interval, checked.verdict) == (None, None)
    assert checked.no_interval == "a functional check"


def test_amx_is_held_against_the_same_on_avx512() -> None:
    amx, avx512 = planned("bf16-amx"), planned("bf16-avx512")
    torch = planned("bf16-avx512", id="bf16-avx512-torch", stack="torch", engine="stock")
    lanes = [planned("fp32"), planned("fp32-ipex"), torch, avx512, amx]
    assert same_on_avx512(amx, lanes) == "bf16-avx512"
    assert same_on_avx512(avx512, lanes) is None, "it is not on AMX"
    assert same_on_avx512(amx, [planned("fp32-ipex"), amx]) is None
    stock = planned("bf16-amx", id="bf16-amx-torch", stack="torch", engine="stock")
    assert same_on_avx512(stock, [*lanes, stock]) == "bf16-avx512-torch"


@pytest.mark.parametrize(
    "changes",
    [
        {"stack": "torch"},
        {"engine": "compile"},
        {"batch_size": 8},
        {"memory_format": "contiguous"},
        {"placement": PLACEMENT.model_copy(update={"cores": [0]})},
        {"instruction_set": "avx2_vnni_2"},
    ],
)
def test_what_differs_in_more_than_its_instruction_set_is_not_the_same(changes: Any) -> None:
    assert same_on_avx512(planned("bf16-amx"), [planned("bf16-avx512", **changes)]) is None
