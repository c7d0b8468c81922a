import pytest

from bench.report.chart_data import charts, speedup, step_phases, training_time
from tests.factories import NO_AMX, make_process, make_result

LANES = ["fp32", "fp32-ipex", "bf16-avx512"]


def test_speedup_is_the_compute_ratio_with_its_range() -> None:
    result = make_result()
    chart = speedup(result)
    assert chart is not None
    assert [bar.lane for bar in chart.bars] == LANES
    baseline, _, bf16 = chart.bars
    assert (baseline.value, baseline.low, chart.reference) == (1.0, None, 1.0)
    ratio = result.summary.lanes[2].compute_ratios[0]
    assert (bf16.value, bf16.low, bf16.high) == (ratio.value, ratio.low, ratio.high)
    assert bf16.label == "1.85×"


def test_a_lane_without_a_number_is_named_and_not_drawn() -> None:
    for chart in charts(make_result(failing={"fp32-ipex": "no primitive"})):
        drawn = [each.lane for each in (*chart.bars, *chart.stacks)]
        assert drawn == ["fp32", "bf16-avx512"]
        assert "Not drawn: fp32-ipex, failed: rounds 1, 2, 3: no primitive." in chart.notes
        assert f"Not drawn: bf16-amx, skipped: {NO_AMX}." in chart.notes


def test_a_long_reason_is_cut_in_a_chart_and_printable() -> None:
    chart = speedup(make_result(failing={"fp32-ipex": "\x1b[31m" + "no primitive " * 500}))
    assert chart is not None
    (note,) = (each for each in chart.notes if "fp32-ipex" in each)
    assert note.startswith("Not drawn: fp32-ipex, failed: rounds 1, 2, 3: �[31mno primitive no")
    assert note.endswith(" …")
    assert len(note) < 280


def test_without_the_baseline_there_is_no_speedup_chart() -> None:
    found = charts(make_result(failing={"fp32": "no primitive"}))
    assert [chart.name for chart in found] == ["training_time", "step_phases"]


def test_the_baseline_alone_is_no_speedup() -> None:
    result = make_result(failing={"fp32-ipex": "died", "bf16-avx512": "died"})
    assert speedup(result) is None
    assert training_time(result) is not None


def test_nothing_measured_is_no_chart() -> None:
    assert charts(make_result(nothing=True)) == []


def test_training_time_says_how_it_came_about() -> None:
    extrapolated = training_time(make_result())
    assert extrapolated is not None
    assert extrapolated.title == "Training time of one epoch of 50,000 images, extrapolated"
    assert all(bar.label.startswith("~") for bar in extrapolated.bars)
    measured = training_time(make_result(measured_epochs=True))
    assert measured is not None
    assert measured.title.endswith(", measured")
    assert not any("~" in text for text in [*measured.notes, *(b.label for b in measured.bars)])


def test_training_time_in_one_unit_for_all_lanes() -> None:
    chart = training_time(make_result(rounds=1, data_images=2_000))
    assert chart is not None
    assert chart.axis == "minutes an epoch"
    # 2,000 images at 5.93 × 0.94 images/s.
    assert chart.bars[0].value == pytest.approx(2_000 / 5.58 / 60, rel=0.01)
    assert chart.bars[0].label == "~5 min 59 s"


def test_one_round_has_no_whiskers() -> None:
    chart = speedup(make_result(rounds=1))
    assert chart is not None
    assert all(bar.low is None and bar.high is None for bar in chart.bars)
    assert "One round: no range." in chart.notes


def test_phases_add_up_to_the_label() -> None:
    chart = step_phases(make_result())
    assert chart is not None
    assert list(chart.stacks[0].phases) == ["data", "forward", "backward", "optimizer"]
    assert chart.stacks[0].label == "2.63 s"
    assert sum(chart.stacks[0].phases.values()) == pytest.approx(2.63, abs=0.005)


def test_every_chart_names_host_cores_and_workload() -> None:
    found = charts(make_result())
    assert len(found) == 3
    for chart in found:
        host, workload = chart.context
        assert host == "INTEL(R) XEON(R) PLATINUM 8581C CPU @ 2.10GHz, 2 cores (CPUs 0-1, node 0)"
        assert workload == "ResNet-50, 224×224, batch 16, synthetic data (50,000 images)"


def test_an_interrupted_round_does_not_move_the_charts() -> None:
    result = make_result()
    before = charts(result)
    stopped = make_process("fp32", 3)
    stopped.outcome = "interrupted"
    stopped.reason = "SIGINT"
    result.processes.append(stopped)
    assert [chart.bars for chart in charts(result)] == [chart.bars for chart in before]
