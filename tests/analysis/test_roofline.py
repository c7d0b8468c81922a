import pytest

from bench.analysis.roofline import explain, limit_share
from bench.model.record import CoreLimits, MatmulRate, Operator
from bench.model.summary import Interval, KernelShare, LaneSummary, LimitShare, Ratio


def operator(flop: int, traffic: int, calls: int = 1) -> Operator:
    return Operator(name="aten.x", kind="elementwise", calls=calls, flop=flop, bytes=traffic)


def limits(
    *gflops: float, copy: float = 10.0, operators: list[Operator] | None = None
) -> CoreLimits:
    return CoreLimits(
        matmul=[MatmulRate(size=512, library="oneDNN", gflops=rate) for rate in gflops],
        copy_gigabytes_per_second=copy,
        copy_array_bytes=2**27,
        clock_mhz=3000.0,
        operators=operators or [operator(10**9, 0)],
    )


GIGA = 10**9
STEP = [
    operator(100 * GIGA, GIGA, calls=2),  # 1 s of arithmetic each, 0.1 s of traffic
    operator(0, 5 * GIGA, calls=4),  # 0.5 s of traffic each
]
"""4 s at 100 GFLOP/s and 10 GB/s: 2 s arithmetic, 2 s memory."""


def test_each_operator_takes_the_slower_of_arithmetic_and_memory() -> None:
    own = limits(100.0, operators=STEP)
    share = limit_share(own, [own], [own], samples_per_second=1.0, batch_size=8)
    assert share.bound_samples_per_second == pytest.approx(2.0), "8 samples in 4 s"
    assert share.bound_share == pytest.approx(0.5)
    assert share.memory_bound_share == pytest.approx(0.5)


def test_the_work_of_a_sample_and_the_share_of_the_peak() -> None:
    own = limits(100.0, operators=STEP)
    share = limit_share(own, [own], [own], samples_per_second=2.0, batch_size=8)
    assert share.gflop_per_sample == pytest.approx(200 / 8)
    assert share.megabytes_per_sample == pytest.approx((2 + 20) * 1000 / 8)
    assert share.achieved_gflops == pytest.approx(50.0)
    assert (share.peak_gflops, share.peak_share) == pytest.approx((100.0, 0.5))


def test_the_best_of_all_processes_is_the_limit() -> None:
    own = limits(40.0, 50.0, copy=5.0, operators=STEP)
    same, other = limits(90.0, 100.0, copy=7.0), limits(900.0, copy=10.0)
    share = limit_share(own, [same, own], [same, own, other], 1.0, 8)
    assert (share.peak_gflops, share.copy_gigabytes_per_second) == (100.0, 10.0)
    assert share.bound_samples_per_second == pytest.approx(2.0)


def test_more_bandwidth_moves_the_bound_to_arithmetic() -> None:
    own = limits(100.0, copy=1e6, operators=STEP)
    share = limit_share(own, [own], [own], 1.0, 8)
    assert share.bound_samples_per_second == pytest.approx(4.0, rel=1e-3)
    assert share.memory_bound_share < 0.001


def test_attention_counts_as_any_other_work() -> None:
    attention = Operator(
        name="aten._scaled_dot_product", kind="attention", calls=2, flop=100 * GIGA, bytes=GIGA
    )
    own = limits(100.0, operators=[attention, STEP[1]])
    counted = limit_share(own, [own], [own], 1.0, 8)
    assert counted.bound_samples_per_second == pytest.approx(2.0)
    assert counted.gflop_per_sample == pytest.approx(200 / 8)


def share(**changes: float | None) -> LimitShare:
    facts: dict[str, float | None] = {
        "achieved_gflops": 50.0,
        "peak_gflops": 200.0,
        "peak_share": 0.25,
        "bound_samples_per_second": 8.0,
        "bound_share": 0.5,
        "memory_bound_share": 0.02,
        "copy_gigabytes_per_second": 10.0,
        "clock_mhz": 3000.0,
        "gflop_per_sample": 24.0,
        "megabytes_per_sample": 800.0,
    }
    return LimitShare.model_validate(facts | changes)


def kernels(reorder: float, own: float | None = 1.0) -> KernelShare:
    return KernelShare(
        instruction_set="avx512_core_bf16",
        at_instruction_set=own,
        milliseconds={"convolution forward": 100 - reorder, "reorder": reorder},
    )


def lane(
    name: str,
    limits: LimitShare | None = None,
    kernels: KernelShare | None = None,
    verdict: str | None = "slower",
) -> LaneSummary:
    interval = Interval(low=0.7, high=0.8, level=0.95, method="t")
    against = {"against": "fp32-ipex", "value": 0.75, "low": 0.7, "high": 0.8, "rounds": 5}
    ratio = Ratio.model_validate({**against, "interval": interval, "verdict": verdict})
    return LaneSummary(
        lane=name,
        state="measured",
        reason=None,
        compute_samples_per_second=None,
        end_to_end_samples_per_second=None,
        epoch_seconds=None,
        epoch_measured=False,
        phase_seconds={},
        peak_memory_bytes=None,
        outliers=0,
        unsteady_warmups=0,
        kernels=kernels,
        limits=limits,
        compute_ratios=[ratio] if name != "fp32-ipex" else [],
    )


FP32 = lane("fp32-ipex", share(), kernels(2.0))


def test_arithmetic_that_is_slower_itself() -> None:
    told = explain(lane("bf16", share(peak_gflops=100.0, bound_samples_per_second=4.0)), FP32)
    assert told == [
        "Its matrix-product peak is 100 GFLOP/s, 0.50× that of fp32-ipex (200): on these cores "
        "BF16 arithmetic itself is the slower one.",
        "Its limits allow 4.0 samples/s, those of fp32-ipex 8.0: it could not win.",
    ]


def test_limits_that_would_let_it_win() -> None:
    its = share(
        peak_gflops=400.0,
        bound_samples_per_second=12.0,
        bound_share=0.3,
        memory_bound_share=0.3,
        clock_mhz=2500.0,
    )
    assert explain(lane("bf16", its, kernels(12.0, own=0.8)), FP32) == [
        "Its matrix-product peak is 400 GFLOP/s, 2.00× that of fp32-ipex (200): arithmetic alone "
        "would make it faster.",
        "Its cores run at 2500 MHz after a matrix product, those of fp32-ipex at 3000 MHz.",
        "In 30 % of the least time of a step memory bandwidth is the limit (fp32-ipex: 2 %), "
        "which no arithmetic shortens.",
        "Its limits allow 12.0 samples/s, those of fp32-ipex 8.0; it reaches 30 % of them, "
        "fp32-ipex 50 %.",
        "Only 80 % of its convolutions' and inner products' time was on avx512_core_bf16.",
        "Reorders, which change layouts and types, take 12 % of its kernels' time "
        "(fp32-ipex: 2 %).",
    ]


def test_reorders_that_fp32_has_as_well_explain_nothing() -> None:
    fp32 = lane("fp32-ipex", share(), kernels(20.0))
    told = explain(lane("bf16", share(), kernels(12.0)), fp32)
    assert told
    assert not [sentence for sentence in told if "Reorders" in sentence]


@pytest.mark.parametrize("verdict", ["faster", "undecided", None])
def test_a_lane_that_is_not_known_to_lose_needs_no_explanation(verdict: str | None) -> None:
    assert explain(lane("bf16", share(), verdict=verdict), FP32) == []


def test_without_limits_there_is_nothing_to_explain_from() -> None:
    assert explain(lane("bf16", limits=None), FP32) == []
    assert explain(lane("bf16", share()), lane("fp32-ipex", limits=None)) == []
    assert explain(lane("bf16", share()), lane("fp32", share())) == [], "never compared with it"


def test_an_unknown_clock_is_not_compared() -> None:
    told = explain(lane("bf16", share(clock_mhz=None)), FP32)
    assert told
    assert not [sentence for sentence in told if "MHz" in sentence]


def test_a_bound_is_told_in_the_workloads_unit() -> None:
    slow = lane("bf16", share(peak_gflops=100.0, bound_samples_per_second=4.0))
    assert any("allow 4.0 img/s" in each for each in explain(slow, FP32, "img"))
    assert any("allow 4.0 samples/s" in each for each in explain(slow, FP32))
