import pytest

from bench.analysis.slow_kernels import REORDER_SHARE, SLOW_SHARE, is_slow, slow_kernel_cautions
from bench.analysis.summary import summarize
from bench.model.process import Kernel, Rank
from bench.model.record import RankRecord
from tests.factories import make_plan, make_process
from tests.recorded_onednn import kernel, planned, recorded


def fp32(primitive: str, implementation: str, milliseconds: float = 1.0, calls: int = 1) -> Kernel:
    facts = {"data_types": ["f32"], "milliseconds": milliseconds, "calls": calls}
    return kernel(primitive, implementation, **facts)


def rank(*kernels: Kernel, seconds: float | None = None) -> Rank:
    record = RankRecord(lane="fp32", outcome="completed", evidence_seconds=seconds)
    return Rank(record=record, evidence="evidence/x.txt", kernels=list(kernels))


@pytest.mark.parametrize(
    ("own", "implementation", "slow"),
    [
        ("avx512_core", "ref:any", True),
        ("avx512_core", "gemm:ref", True),
        ("avx512_core", "gemm:jit", True),
        ("avx512_core", "x64:gemm:jit", True),
        ("avx512_core", "jit:sse41", True),
        ("avx512_core", "jit:avx2", True),
        ("avx512_core", "brg_conv_bwd:avx512_core+brg_conv_fwd:avx2", True),
        ("avx512_core", "brgconv:avx512_core", False),
        ("avx512_core", "mkl:sgemm", False),
        ("avx2", "jit:avx2", False),
        ("avx2", "brgconv:avx2_vnni", False),
        ("avx2", "jit:sse41", True),
        ("avx2", "ref:any", True),
    ],
)
def test_what_is_slow_for_a_lane(own: str, implementation: str, slow: bool) -> None:
    lane = planned("fp32", instruction_set=own)
    assert is_slow(lane, fp32("convolution", implementation)) is slow


def test_an_fp32_lane_on_slow_kernels_is_told_what_they_cost() -> None:
    step = rank(
        fp32("convolution", "jit:avx512_core", 60.0, 40),
        fp32("convolution", "ref:any", 30.0, 4),
        fp32("convolution", "gemm:jit", 10.0, 1),
        fp32("reorder", "jit:uni", 900.0, 100),
    )
    assert slow_kernel_cautions(planned("fp32"), [step]) == [
        "40 % of its convolutions' and products' time was on slow kernels, for a lane on "
        "avx512_core: ref:any (4 calls, 30.0 ms), gemm:jit (1 call, 10.0 ms)"
    ]


def test_the_share_is_the_median_over_processes() -> None:
    fast = rank(fp32("convolution", "jit:avx512_core"))
    slow = rank(fp32("convolution", "ref:any"))
    assert slow_kernel_cautions(planned("fp32"), [fast, fast, slow]) == []
    (sentence,) = slow_kernel_cautions(planned("fp32"), [fast, slow, slow])
    assert sentence.startswith("100 % of")
    assert slow_kernel_cautions(planned("fp32"), [rank(), rank()]) == []


@pytest.mark.parametrize("share", [0.9 * SLOW_SHARE, SLOW_SHARE])
def test_what_costs_little_is_not_worth_a_word(share: float) -> None:
    step = rank(fp32("convolution", "jit:avx512_core", 1 - share), fp32("matmul", "ref:any", share))
    assert bool(slow_kernel_cautions(planned("fp32"), [step])) == (share >= SLOW_SHARE)


def test_a_bf16_lane_is_held_against_its_name_instead() -> None:
    step = rank(kernel("convolution", "jit:avx2"))
    assert slow_kernel_cautions(planned("bf16-avx512"), [step]) == []


@pytest.mark.parametrize("name", ["simple:any", "ref:any", "simple_sparse:any"])
@pytest.mark.parametrize("lane", ["fp32", "bf16-avx512"])
def test_reference_reorders_are_named_with_what_they_cost(lane: str, name: str) -> None:
    reorders = fp32("reorder", name, 1139.0, 16)
    step = rank(reorders, kernel("convolution", "brgconv:avx512_core"), seconds=1.501)
    assert slow_kernel_cautions(planned(lane), [step]) == [
        f"16 reference reorders ({name}) took 1139 of the 1501 ms of a step"
    ]


def test_without_the_steps_time_reorders_are_held_against_the_kernels() -> None:
    step = rank(fp32("reorder", "simple:any", 30.0, 1), fp32("convolution", "jit:avx512_core", 70))
    assert slow_kernel_cautions(planned("fp32"), [step]) == [
        "1 reference reorder (simple:any) took 30.0 of the 100 ms of the kernels' time"
    ]


@pytest.mark.parametrize("share", [0.9 * REORDER_SHARE, REORDER_SHARE])
def test_reorders_that_cost_little_are_not(share: float) -> None:
    step = rank(fp32("reorder", "simple:any", 1000 * share), seconds=1.0)
    assert bool(slow_kernel_cautions(planned("fp32"), [step])) == (share >= REORDER_SHARE)
    fast = rank(fp32("reorder", "jit:uni", 900.0), seconds=1.0)
    assert slow_kernel_cautions(planned("fp32"), [fast]) == []


def test_real_lines_of_ipex_have_reference_reorders() -> None:
    told = slow_kernel_cautions(planned("bf16-avx512"), [rank(*recorded("3.7-ipex-bf16-avx512"))])
    assert [each.split(" (")[0] for each in told] == ["5 reference reorders"]
    assert slow_kernel_cautions(planned("fp32"), [rank(*recorded("3.7-stock-fp32"))]) == []


def test_they_are_cautions_of_the_lane() -> None:
    process = make_process("fp32")
    process.ranks[0].kernels.append(fp32("reorder", "simple:any", 800.0, 16))
    process.ranks[0].announced = ["Intel AVX-512 with news", "Intel AVX2"]
    unknown, reorders = summarize(make_plan(), [process], None).lanes[0].cautions
    assert reorders == "16 reference reorders (simple:any) took 800 of the 2667 ms of a step"
    assert unknown == (
        "round 1: oneDNN said that it may use 'Intel AVX-512 with news', which this version of "
        "the kit does not know: whether its ceiling was in force, only its kernels' names tell"
    )
