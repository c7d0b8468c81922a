import pytest

from bench.analysis.contradictions import OWN_SHARE_MIN
from bench.analysis.interval import LEVEL
from bench.analysis.measures import measures
from bench.analysis.method import ANALYSIS_VERSION
from bench.analysis.outliers import CUTOFF
from bench.analysis.summary import summarize
from bench.model.plan import Plan
from bench.model.process import Process
from bench.model.record import MatmulRate
from bench.model.summary import LaneSummary, Summary
from tests.factories import make_lanes, make_plan, make_process
from tests.host_factory import GIB, NO_AMX
from tests.lanes import PLACEMENT, make_lane


def lane(summary: Summary, name: str) -> LaneSummary:
    return next(each for each in summary.lanes if each.lane == name)


def rounds(*rates: dict[str, float | None]) -> list[Process]:
    """Processes by round; a rate of None is a failed process."""
    return [
        make_process(name, i, place, rate, failure="it died" if rate is None else None)
        for i, each in enumerate(rates, 1)
        for place, (name, rate) in enumerate(each.items())
    ]


def test_three_lanes_over_three_rounds() -> None:
    processes = rounds(
        {"fp32": 6.0, "fp32-ipex": 7.0, "bf16-avx512": 12.0},
        {"fp32": 3.0, "fp32-ipex": 3.5, "bf16-avx512": 6.0},
        {"fp32": 5.0, "fp32-ipex": 7.0, "bf16-avx512": 10.0},
    )
    summary = summarize(make_plan(), processes, 50_000)

    assert (summary.rounds_completed, summary.baseline, summary.best_fp32) == (
        3,
        "fp32",
        "fp32-ipex",
    )
    fp32, bf16 = lane(summary, "fp32"), lane(summary, "bf16-avx512")
    compute = fp32.compute_samples_per_second
    assert compute is not None
    # The factory's steps jitter by 1%.
    assert (compute.median, compute.low, compute.high) == pytest.approx((5, 3, 6), rel=0.02)
    assert compute.rounds == 3
    over_fp32, over_best = bf16.compute_ratios
    assert (over_fp32.against, over_best.against) == ("fp32", "fp32-ipex")
    assert over_fp32.value == pytest.approx(2.0, rel=0.02)
    assert over_best.low == pytest.approx(10 / 7, rel=0.02)
    assert [ratio.against for ratio in fp32.compute_ratios] == ["fp32-ipex"]
    assert [ratio.against for ratio in bf16.end_to_end_ratios] == ["fp32", "fp32-ipex"]


def test_lanes_come_in_the_plans_order_with_nulls_where_nothing_was_measured() -> None:
    summary = summarize(make_plan(), rounds({"fp32": 6.0}), 50_000)
    assert [each.lane for each in summary.lanes] == [each.id for each in make_lanes()]
    amx = lane(summary, "bf16-amx")
    assert amx == LaneSummary(
        lane="bf16-amx",
        state="skipped",
        reason=NO_AMX,
        compute_samples_per_second=None,
        end_to_end_samples_per_second=None,
        epoch_seconds=None,
        epoch_measured=False,
        phase_seconds={},
        peak_memory_bytes=None,
        outliers=0,
        unsteady_warmups=0,
    )


def test_no_processes() -> None:
    summary = summarize(make_plan(), [], None)
    assert (summary.rounds_completed, summary.best_fp32) == (0, None)
    assert all(each.compute_samples_per_second is None for each in summary.lanes)
    assert all(each.compute_ratios == [] for each in summary.lanes)


def test_a_lane_that_always_fails_leaves_the_others_alone() -> None:
    processes = rounds(
        {"fp32": 6.0, "fp32-ipex": None, "bf16-avx512": 12.0},
        {"fp32": 6.0, "fp32-ipex": None, "bf16-avx512": 12.0},
    )
    summary = summarize(make_plan(), processes, 50_000)
    assert summary.rounds_completed == 2, "without the lane that is out"
    assert summary.best_fp32 == "fp32"
    failed = lane(summary, "fp32-ipex")
    assert (failed.state, failed.reason) == ("failed", "rounds 1-2: it died")
    assert lane(summary, "fp32-ipex").compute_samples_per_second is None
    assert [ratio.against for ratio in lane(summary, "bf16-avx512").compute_ratios] == ["fp32"]


def test_without_the_baseline_the_best_fp32_lane_still_compares() -> None:
    processes = rounds({"fp32": None, "fp32-ipex": 7.0, "bf16-avx512": 14.0})
    summary = summarize(make_plan(), processes, 50_000)
    (ratio,) = lane(summary, "bf16-avx512").compute_ratios
    assert (ratio.against, ratio.rounds) == ("fp32-ipex", 1)
    assert ratio.value == pytest.approx(2.0, rel=0.02)


def test_one_round_has_low_and_high_equal_to_its_value() -> None:
    processes = rounds({"fp32": 6.0, "fp32-ipex": 7.0, "bf16-avx512": 12.0})
    summary = summarize(make_plan(), processes, 50_000)
    assert summary.rounds_completed == 1
    for each in summary.lanes[:3]:
        spread = each.compute_samples_per_second
        assert spread is not None
        assert spread.low == spread.median == spread.high
        assert all(ratio.low == ratio.value == ratio.high for ratio in each.compute_ratios)


def test_a_round_without_the_pair_is_left_out_of_the_ratio_only() -> None:
    processes = rounds({"fp32": 6.0, "bf16-avx512": 12.0}, {"fp32": None, "bf16-avx512": 30.0})
    summary = summarize(make_plan(), processes, 50_000)
    bf16 = lane(summary, "bf16-avx512")
    assert bf16.compute_samples_per_second is not None
    assert bf16.compute_samples_per_second.rounds == 2
    assert bf16.compute_ratios[0].rounds == 1
    assert bf16.compute_ratios[0].value == pytest.approx(2.0, rel=0.02)


def test_only_completed_processes_count() -> None:
    broken = make_process("fp32", 1, rate=600.0)
    broken.outcome = "interrupted"
    summary = summarize(make_plan(), [broken, make_process("fp32", 2, rate=6.0)], 50_000)
    spread = lane(summary, "fp32").compute_samples_per_second
    assert spread is not None
    assert spread.rounds == 1
    assert spread.high < 7


def test_a_round_measured_again_counts_once() -> None:
    again = [make_process("fp32", 1, rate=3.0), make_process("fp32", 1, rate=6.0)]
    spread = lane(summarize(make_plan(), again, None), "fp32").compute_samples_per_second
    assert spread is not None
    assert spread.rounds == 1
    assert spread.median == pytest.approx(6.0, rel=0.02)


def test_epoch_is_extrapolated_from_end_to_end_and_says_so() -> None:
    fp32 = lane(summarize(make_plan(), rounds({"fp32": 6.0}), 50_000), "fp32")
    assert fp32.end_to_end_samples_per_second is not None
    assert fp32.epoch_seconds is not None
    rate = fp32.end_to_end_samples_per_second.median
    assert fp32.epoch_seconds.median == pytest.approx(50_000 / rate)
    assert rate == pytest.approx(6.0 * 0.94, rel=0.02)
    assert not fp32.epoch_measured


def test_epoch_is_measured_where_one_was_run() -> None:
    processes = [
        make_process("fp32", 1, epochs=[100.0, 120.0, 900.0]),
        make_process("fp32", 2, epochs=[140.0]),
        make_process("fp32", 3),
    ]
    fp32 = lane(summarize(make_plan(), processes, 50_000), "fp32")
    assert fp32.epoch_seconds is not None
    assert fp32.epoch_measured
    assert (fp32.epoch_seconds.low, fp32.epoch_seconds.high) == (120.0, 140.0)
    assert fp32.epoch_seconds.rounds == 2


def test_epoch_is_unknown_without_the_data_sets_size() -> None:
    fp32 = lane(summarize(make_plan(), rounds({"fp32": 6.0}), None), "fp32")
    assert fp32.epoch_seconds is None
    assert fp32.end_to_end_samples_per_second is not None


def test_phases_are_the_median_over_rounds_and_memory_the_highest() -> None:
    processes = rounds({"fp32": 8.0}, {"fp32": 4.0}, {"fp32": 1.0})
    for process, memory in zip(processes, (2, 5, 3), strict=True):
        assert process.record is not None
        assert process.record.observed is not None
        process.record.observed.peak_memory_bytes = memory * GIB
    fp32 = lane(summarize(make_plan(), processes, None), "fp32")
    assert fp32.peak_memory_bytes == 5 * GIB
    # Steps of 2, 4 and 16 seconds; the factory spends 32% forward, 66% backward.
    assert fp32.phase_seconds["forward"] == pytest.approx(4 * 0.32, rel=0.02)
    assert fp32.phase_seconds["backward"] == pytest.approx(4 * 0.66, rel=0.02)


def test_only_measured_lanes_with_fp32_precision_can_be_the_best_fp32() -> None:
    processes = rounds({"fp32": 6.0, "bf16-avx512": 12.0})
    assert summarize(make_plan(), processes, None).best_fp32 == "fp32"
    only_bf16 = rounds({"bf16-avx512": 12.0})
    assert summarize(make_plan(), only_bf16, None).best_fp32 is None


def test_a_lane_whose_evidence_contradicts_it_has_no_figures() -> None:
    processes = rounds({"fp32": 6.0, "bf16-avx512": 12.0}, {"fp32": 6.0, "bf16-avx512": 12.0})
    processes[3].ranks[0].contradictions = ["emulated BF16"]
    summary = summarize(make_plan(), processes, 50_000)
    bf16 = lane(summary, "bf16-avx512")
    assert (bf16.state, bf16.reason) == ("invalid", "round 2: emulated BF16")
    assert (bf16.compute_samples_per_second, bf16.compute_ratios, bf16.limits) == (None, [], None)
    assert bf16.kernels is not None, "what contradicts its name is shown"
    assert lane(summary, "fp32").compute_samples_per_second is not None


def test_the_baseline_is_the_plans() -> None:
    lanes = make_lanes()
    twins = [lanes[1], lanes[1].model_copy(update={"id": "fp32-ipex-2"})]
    processes = rounds({"fp32-ipex": 7.0, "fp32-ipex-2": 7.0}, {"fp32-ipex": 7.0})
    summary = summarize(make_plan(twins, baseline="fp32-ipex"), processes, None)
    assert summary.baseline == "fp32-ipex"
    assert [r.against for r in lane(summary, "fp32-ipex-2").compute_ratios] == ["fp32-ipex"]
    other = summarize(
        make_plan(baseline="bf16-avx512"), rounds({"fp32": 6, "bf16-avx512": 9}), None
    )
    assert [r.against for r in lane(other, "fp32").compute_ratios] == ["bf16-avx512"]


def batches(**sizes: int) -> Plan:
    """The usual lanes, some with another batch."""
    lanes = [
        make_lane(each.id, **each.model_dump(include={"intention", "reason"}), batch_size=size)
        for each in make_lanes()
        for size in [sizes.get(each.id.replace("-", "_"), 16)]
    ]
    return make_plan(lanes)


def test_lanes_of_different_batches_compare_by_the_sample() -> None:
    processes = [
        make_process("fp32", 1, rate=6.0, batch_size=4),
        make_process("bf16-avx512", 1, rate=12.0, batch_size=64),
    ]
    summary = summarize(batches(fp32=4, bf16_avx512=64), processes, None)
    bf16 = lane(summary, "bf16-avx512")
    for ratios in (bf16.compute_ratios, bf16.end_to_end_ratios):
        assert ratios[0].value == pytest.approx(2.0, rel=0.02)
    assert bf16.compute_samples_per_second is not None
    assert bf16.compute_samples_per_second.median == pytest.approx(12.0, rel=0.02)


def test_a_lanes_limits_are_of_its_own_batch() -> None:
    """The factory counts the same step for each lane, whatever its batch."""
    processes = rounds({"fp32": 6.0, "fp32-ipex": 6.0})
    summary = summarize(batches(fp32=8), processes, None)
    half, whole = lane(summary, "fp32").limits, lane(summary, "fp32-ipex").limits
    assert half is not None
    assert whole is not None
    assert half.gflop_per_sample == pytest.approx(2 * whole.gflop_per_sample)
    assert half.bound_samples_per_second == pytest.approx(whole.bound_samples_per_second / 2)


def test_limits_are_the_best_of_the_lanes_on_the_same_cores() -> None:
    processes = rounds({"fp32": 6.0, "fp32-ipex": 6.0})
    for process, gflops in zip(processes, (100.0, 400.0), strict=True):
        assert process.record is not None
        assert process.record.limits is not None
        process.record.limits.matmul = [MatmulRate(size=512, library="MKL", gflops=gflops)]
    fp32 = lane(summarize(make_plan(), processes, None), "fp32")
    assert fp32.limits is not None
    assert fp32.limits.peak_gflops == 400.0
    lanes = make_lanes()
    elsewhere = PLACEMENT.model_copy(update={"cores": [2, 3]})
    lanes[1] = make_lane("fp32-ipex", placement=elsewhere)
    fp32 = lane(summarize(make_plan(lanes), processes, None), "fp32")
    assert fp32.limits is not None
    assert fp32.limits.peak_gflops == 100.0


def test_what_it_was_drawn_by_is_said() -> None:
    method = summarize(make_plan(), [], None).method
    assert method.version == ANALYSIS_VERSION
    assert method.constants["own_share_min"] == OWN_SHARE_MIN
    assert method.constants["outlier_cutoff"] == CUTOFF
    assert method.constants["interval_level"] == LEVEL


def test_what_a_lane_got_and_was_not_planned_is_in_its_summary() -> None:
    processes = rounds({"fp32": 6.0}, {"fp32": 6.0})
    for process in processes:
        assert process.record is not None
        assert process.record.observed is not None
        process.record.observed.torch_threads = 1
    (caution,) = lane(summarize(make_plan(), processes, None), "fp32").cautions
    assert caution == "rounds 1-2: PyTorch had 1 thread for 2 cores"


def test_unsteady_warm_ups_are_counted() -> None:
    processes = rounds({"fp32": 6.0}, {"fp32": 6.0})
    assert processes[0].record is not None
    processes[0].record.warmup.steady = False
    assert lane(summarize(make_plan(), processes, None), "fp32").unsteady_warmups == 1


def test_amx_against_avx512_has_a_ratio_beside_the_others() -> None:
    lanes = [make_lane(each) for each in ("fp32", "fp32-ipex", "bf16-avx512", "bf16-amx")]
    processes = rounds(
        *({"fp32": 6.0, "fp32-ipex": 7.0, "bf16-avx512": 12.0, "bf16-amx": 36.0},) * 3
    )
    summary = summarize(make_plan(lanes=lanes), processes, 50_000)
    amx = lane(summary, "bf16-amx")
    for ratios in (amx.compute_ratios, amx.end_to_end_ratios):
        assert [each.against for each in ratios] == ["fp32", "fp32-ipex", "bf16-avx512"]
        assert ratios[2].value == pytest.approx(3.0, rel=0.02)
        assert ratios[2].verdict == "faster"
    against = [each.against for each in lane(summary, "bf16-avx512").compute_ratios]
    assert against == ["fp32", "fp32-ipex"]
    named = {each.name: each for each in measures(summary) if each.lane == "bf16-amx"}
    assert named["compute_speedup_over_bf16_avx512"].value == amx.compute_ratios[2].value
    assert "end_to_end_speedup_over_bf16_avx512" in named


def test_of_a_functional_check_nothing_is_concluded() -> None:
    processes = rounds(*({"fp32": 6.0, "fp32-ipex": 7.0, "bf16-avx512": 12.0},) * 4)
    summary = summarize(make_plan(functional_check=True), processes, 50_000)
    every = [
        ratio for each in summary.lanes for ratio in (*each.compute_ratios, *each.end_to_end_ratios)
    ]
    assert len(every) == 8, "of the baseline too, against the best FP32 lane"
    for ratio in every:
        assert (ratio.interval, ratio.verdict) == (None, None)
        assert ratio.no_interval == "a functional check"
