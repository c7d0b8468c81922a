import pytest

from bench.report.charts.catalogue import charts
from bench.report.charts.comparison import speedup, training_time
from bench.report.charts.limits import limits
from bench.report.charts.step import kernel_time, step_phases
from tests.factories import make_process, make_result
from tests.report.reading import absent, bars, reaches, stacks
from tests.report.scenes import change_lane, invalid_lane, summarized, two_stacks

LANES = ["fp32", "fp32-ipex", "bf16-avx512"]


def test_speedup_is_the_compute_ratio_with_its_range() -> None:
    result = make_result()
    chart = speedup(result)
    assert chart is not None
    assert [bar.lane for bar in bars(chart)] == LANES
    baseline, _, bf16 = bars(chart)
    assert (baseline.value, baseline.low, chart.reference) == (1.0, None, 1.0)
    ratio = result.summary.lanes[2].compute_ratios[0]
    assert ratio.interval is not None
    assert (bf16.value, bf16.low, bf16.high) == (
        ratio.value,
        ratio.interval.low,
        ratio.interval.high,
    )
    assert ratio.interval.low < ratio.low
    assert bf16.label == f"{ratio.value:.2f}×"
    method = "studentized range of 3 lanes over the logarithms of the rounds' ratios"
    assert chart.notes[0].startswith(f"Whiskers: 95 % confidence interval, {method}")
    assert chart.notes[0].endswith(", 3 rounds.")


def test_without_an_interval_the_whiskers_are_the_range_and_say_so() -> None:
    result = make_result(rounds=2)
    chart = speedup(result)
    assert chart is not None
    ratio = result.summary.lanes[1].compute_ratios[0]
    assert (bars(chart)[1].low, bars(chart)[1].high) == (ratio.low, ratio.high)
    assert chart.notes[0] == "Whiskers: the lowest and the highest round, no interval."


def test_whiskers_of_two_kinds_are_told_apart() -> None:
    result = make_result(rounds=3)
    last = next(p for p in result.processes if (p.lane, p.round) == ("fp32-ipex", 3))
    result.processes.remove(last)
    chart = speedup(summarized(result))
    assert chart is not None
    assert chart.notes[0].startswith("Whiskers: 95 % confidence interval, ")
    assert chart.notes[1] == (
        "Whiskers of fp32-ipex: the lowest and the highest round, no interval."
    )


def test_a_lane_without_a_figure_is_a_row_with_a_reason_in_plain_words() -> None:
    for chart in charts(make_result(failing={"fp32-ipex": "no primitive"})):
        assert chart.lanes == ["fp32", "bf16-avx512"]
        assert [row.lane for row in chart.rows] == ["fp32", "fp32-ipex", "bf16-avx512", "bf16-amx"]
        assert absent(chart) == {
            "fp32-ipex": "failed: no primitive",
            "bf16-amx": "skipped: this host offers no AMX",
        }
        assert "arch_prctl" not in " ".join([*chart.notes, chart.description])


def test_a_long_reason_is_cut_in_a_chart_and_printable() -> None:
    chart = speedup(make_result(failing={"fp32-ipex": "\x1b[31m" + "no primitive " * 500}))
    words = absent(chart)["fp32-ipex"]
    assert words.startswith("failed: �[31mno primitive no")
    assert words.endswith(" …")
    assert len(words) < 100


def skipped(advertised: bool | None, usable: bool | None) -> str:
    """What the chart says of an AMX lane whose host has such an instruction set."""
    result = make_result()
    for each in result.host.instruction_sets:
        if each.name.startswith("amx"):
            each.advertised, each.usable = advertised, usable
    return absent(speedup(result))["bf16-amx"]


def test_why_a_lane_was_skipped_is_by_what_the_host_lacks() -> None:
    assert skipped(False, False) == "skipped: this host offers no AMX"
    assert skipped(True, False) == "skipped: AMX may not be used here"
    assert skipped(True, True) == "skipped: AMX may not be used here"  # its state is not granted
    unknown = "skipped: it is not known whether this processor has AMX"
    assert skipped(None, None) == unknown
    result = make_result()
    result.processes = [each for each in result.processes if each.lane != "fp32-ipex"]
    change_lane(result, "fp32-ipex", intention="skipped", reason="no ipexrun is there; install it")
    assert absent(speedup(summarized(result)))["fp32-ipex"] == "skipped: no ipexrun is there"


def test_without_the_baseline_there_is_no_speedup_chart() -> None:
    made = charts(make_result(failing={"fp32": "no primitive"}))
    assert [chart.name for chart in made] == [
        *("training_time", "step_phases", "kernel_time", "limits", "steps"),
    ]


def test_the_baseline_alone_is_no_speedup() -> None:
    result = make_result(failing={"fp32-ipex": "died", "bf16-avx512": "died"})
    assert speedup(result) is None
    assert training_time(result) is not None


def test_nothing_measured_is_no_chart() -> None:
    assert charts(make_result(nothing=True)) == []


def test_training_time_says_how_it_came_about() -> None:
    extrapolated = training_time(make_result())
    assert extrapolated is not None
    assert extrapolated.title == "Training time of one epoch of 50,000 samples, extrapolated"
    assert all(bar.label.startswith("~") for bar in bars(extrapolated))
    measured = training_time(make_result(measured_epochs=True))
    assert measured is not None
    assert measured.title.endswith(", measured")
    assert not any("~" in text for text in [*measured.notes, *(b.label for b in bars(measured))])


def test_training_time_in_one_unit_for_all_lanes() -> None:
    chart = training_time(make_result(rounds=1, data_samples=2_000))
    assert chart is not None
    assert chart.axis == "minutes an epoch"
    # 2,000 samples at 5.93 × 0.94 samples/s.
    assert bars(chart)[0].value == pytest.approx(2_000 / 5.58 / 60, rel=0.01)
    assert bars(chart)[0].label == "~5 min 59 s"


def test_one_round_has_no_whiskers() -> None:
    chart = speedup(make_result(rounds=1))
    assert chart is not None
    assert all(bar.low is None and bar.high is None for bar in bars(chart))
    assert "One round: no range." in chart.notes


def test_phases_add_up_to_the_label() -> None:
    chart = step_phases(make_result())
    assert chart is not None
    assert list(stacks(chart)[0].parts) == ["data", "forward", "backward", "optimizer"]
    assert stacks(chart)[0].label == "2628 ms"
    assert sum(stacks(chart)[0].parts.values()) == pytest.approx(2628, abs=5)


def test_kernels_and_the_rest_add_up_to_the_median_step() -> None:
    result = make_result()
    chart = kernel_time(result)
    assert chart is not None
    fp32 = stacks(chart)[0]
    assert list(fp32.parts)[-2:] == ["reorder", "outside oneDNN"]
    rate = result.summary.lanes[0].compute_samples_per_second
    assert rate is not None
    assert sum(fp32.parts.values()) == pytest.approx(16_000 / rate.median)
    assert fp32.label == "2628 ms"
    assert chart.axis == "milliseconds a step, batch 16"
    assert any(
        note.startswith("Reorders' share of the median step: fp32 6 %") for note in chart.notes
    )


def test_kernels_beyond_the_median_step_are_drawn_without_a_rest() -> None:
    result = make_result()
    kernels = result.summary.lanes[0].kernels
    assert kernels is not None
    kernels.milliseconds["reorder"] = 10_000.0
    chart = kernel_time(result)
    assert chart is not None
    assert stacks(chart)[0].parts["outside oneDNN"] == 0.0
    assert stacks(chart)[0].label == "over the median of 2628 ms"


def test_limits_are_achieved_bound_and_peak() -> None:
    result = make_result()
    chart = limits(result)
    assert chart is not None
    share = result.summary.lanes[2].limits
    assert share is not None
    bf16 = reaches(chart)[2]
    assert (bf16.achieved.value, bf16.peak.value) == (share.achieved_gflops, share.peak_gflops)
    assert bf16.bound.value == pytest.approx(share.achieved_gflops / share.bound_share)
    assert bf16.achieved.label.endswith(
        f"{share.peak_share:.0%}"[:-1] + f" % of peak, {100 * share.bound_share:.0f} % of bound"
    )


def test_a_lane_whose_limits_are_not_known_says_so() -> None:
    result = make_result()
    result.summary.lanes[0].limits = None
    chart = limits(result)
    assert chart is not None
    assert chart.lanes == LANES[1:]
    assert absent(chart)["fp32"] == "measured, but its limits were not measured"


def test_an_invalid_lane_has_no_figure_in_any_chart_and_a_row_in_all() -> None:
    made = charts(invalid_lane())
    assert len(made) == 6
    for chart in made:
        assert chart.lanes == LANES
        assert absent(chart) == {"bf16-amx": "INVALID: what ran contradicts its name"}


def test_every_chart_names_host_cores_and_workload() -> None:
    made = charts(make_result())
    assert len(made) == 6
    for chart in made:
        assert chart.context == [
            "INTEL(R) XEON(R) PLATINUM 8581C CPU @ 2.10GHz",
            "2 cores (CPUs 0-1, node 0); "
            "ResNet-50, 224×224, batch 16, synthetic data (50,000 samples)",
        ]
        assert chart.provenance == (
            "Run 20261123T093000Z-3f9a1c0b7d2e4f61-quick, 2026-11-23, profile quick, 3 rounds, "
            "bench 0.1.0 (1a2b3c4d5e6f)"
        )


def test_a_step_is_in_the_same_unit_in_both_its_charts() -> None:
    phases, kernels = step_phases(make_result()), kernel_time(make_result())
    assert phases is not None
    assert kernels is not None
    assert phases.axis == kernels.axis == "milliseconds a step, batch 16"
    for one, other in zip(stacks(phases), stacks(kernels), strict=True):
        assert one.label.endswith(" ms")
        assert sum(one.parts.values()) == pytest.approx(sum(other.parts.values()), rel=0.01)


def test_a_chart_is_described_for_those_who_cannot_see_it() -> None:
    chart = speedup(make_result())
    assert chart is not None
    assert chart.description.startswith(
        "compute throughput, as a multiple of fp32's. fp32: 1; fp32-ipex: 1."
    )
    assert "×, whiskers from 1.1" in chart.description
    assert "; bf16-amx: skipped: this host offers no AMX. INTEL(R) XEON(R)" in chart.description
    assert chart.description.endswith("bench 0.1.0 (1a2b3c4d5e6f).")
    stack, reach = kernel_time(make_result()), limits(make_result())
    assert stack is not None
    assert reach is not None
    assert "fp32: 2628 ms, of which convolution forward 533, " in stack.description
    assert " bound, 260 peak; " in reach.description


def test_an_interrupted_round_does_not_move_the_charts() -> None:
    result = make_result()
    before = charts(result)
    stopped = make_process("fp32", 3)
    stopped.outcome = "interrupted"
    stopped.reason = "SIGINT"
    result.processes.append(stopped)
    assert [chart.rows for chart in charts(result)] == [chart.rows for chart in before]


def test_batches_that_differ_are_told_and_each_step_is_of_its_own() -> None:
    result = two_stacks()
    for kind in (step_phases, kernel_time):
        chart = kind(result)
        assert chart is not None
        assert chart.axis.endswith(" a step, batch 16 (fp32, fp32-ipex); batch 32 (bf16-avx512)")
        assert "batch 32 (bf16-avx512)" in chart.context[1]
    rate = result.summary.lanes[2].compute_samples_per_second
    chart = kernel_time(result)
    assert rate is not None
    assert chart is not None
    assert sum(stacks(chart)[2].parts.values()) == pytest.approx(32_000 / rate.median)
