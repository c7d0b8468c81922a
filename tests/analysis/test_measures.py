import pytest

from bench.analysis.measures import measures
from bench.model.measure import Measure
from bench.model.result import Result
from tests.factories import make_result


def of(result: Result, lane: str) -> dict[str, Measure]:
    return {each.name: each for each in measures(result.summary) if each.lane == lane}


def test_a_lanes_figures_have_names_units_and_directions() -> None:
    named = of(make_result(), "bf16-avx512")
    assert {name: (each.unit, each.better) for name, each in named.items()} == {
        "compute_throughput": ("samples/s", "more"),
        "end_to_end_throughput": ("samples/s", "more"),
        "epoch_time_extrapolated": ("seconds", "less"),
        "compute_speedup_over_baseline": ("ratio", "more"),
        "compute_speedup_over_best_fp32": ("ratio", "more"),
        "end_to_end_speedup_over_baseline": ("ratio", "more"),
        "end_to_end_speedup_over_best_fp32": ("ratio", "more"),
        "peak_share": ("ratio", "more"),
        "bound_share": ("ratio", "more"),
        "instruction_set_share": ("ratio", "more"),
        "peak_memory": ("bytes", "less"),
        "step_data_time": ("seconds", "less"),
        "step_forward_time": ("seconds", "less"),
        "step_backward_time": ("seconds", "less"),
        "step_optimizer_time": ("seconds", "less"),
    }


def test_they_are_the_summarys_own() -> None:
    result = make_result()
    named, lane = of(result, "bf16-avx512"), result.summary.lanes[2]
    rate = lane.compute_samples_per_second
    assert rate is not None
    throughput = named["compute_throughput"]
    assert (throughput.value, throughput.low, throughput.high) == (rate.median, rate.low, rate.high)
    assert named["peak_memory"].value == lane.peak_memory_bytes
    assert named["step_forward_time"].value == lane.phase_seconds["forward"]
    assert lane.limits is not None
    assert named["bound_share"].value == lane.limits.bound_share


def test_a_ratio_has_its_interval_and_without_one_no_range() -> None:
    result = make_result()
    ratio = result.summary.lanes[2].compute_ratios[0]
    assert ratio.interval is not None
    over = of(result, "bf16-avx512")["compute_speedup_over_baseline"]
    assert (over.value, over.low, over.high) == (
        ratio.value,
        ratio.interval.low,
        ratio.interval.high,
    )
    few = of(make_result(rounds=2), "bf16-avx512")["compute_speedup_over_baseline"]
    assert (few.low, few.high) == (None, None)


def test_a_measured_epoch_is_told_from_an_extrapolated_one() -> None:
    named = of(make_result(measured_epochs=True), "fp32")
    assert "epoch_time" in named
    assert "epoch_time_extrapolated" not in named


def test_lanes_without_a_figure_have_none_and_invalid_ones_least_of_all() -> None:
    result = make_result(failing={"fp32-ipex": "it died"})
    assert {each.lane for each in measures(result.summary)} == {"fp32", "bf16-avx512"}
    result.summary.lanes[0].state = "invalid"
    assert {each.lane for each in measures(result.summary)} == {"bf16-avx512"}
    assert measures(make_result(nothing=True).summary) == []


@pytest.mark.parametrize("name", ["limits", "kernels", "peak_memory_bytes"])
def test_what_was_not_measured_is_left_out(name: str) -> None:
    result = make_result()
    before = len(of(result, "fp32"))
    setattr(result.summary.lanes[0], name, None)
    assert len(of(result, "fp32")) == before - {"limits": 2}.get(name, 1)
