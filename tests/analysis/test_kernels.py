import pytest

from bench.analysis.kernels import kernel_share, products, share_at_own_set
from bench.model.process import Kernel
from tests.recorded_onednn import kernel, lines, planned, recorded

AMX = "brgconv:avx10_1_512_amx"
BF16 = "brgconv:avx512_core_bf16"


@pytest.mark.parametrize(
    ("lane", "name", "own", "share"),
    [
        ("fp32", "3.7-stock-fp32", "avx512_core", 1.0),
        ("fp32", "3.7-stock-fp32-avx2", "avx512_core", 0.0),
        ("fp32-ipex", "3.7-ipex-fp32", "avx512_core", 1.0),
        ("bf16-avx512", "3.7-ipex-bf16-avx512", "avx512_core_bf16", 1.0),
        ("bf16-avx512", "3.7-stock-bf16-emulated", "avx512_core_bf16", 0.0),
        ("bf16-amx", "3.7-ipex-bf16-amx", "amx", 1.0),
        ("bf16-amx", "3.12-stock-bf16-amx", "amx", 1.0),
        ("bf16-amx", "3.7-ipex-bf16-avx512", "amx", 0.0),
    ],
)
def test_the_share_of_a_recorded_step(lane: str, name: str, own: str, share: float) -> None:
    found = kernel_share(planned(lane), [recorded(name)])
    assert found is not None
    assert (found.instruction_set, found.at_instruction_set) == (own, pytest.approx(share))


def test_the_share_of_fp32_in_bf16_math_is_of_what_ran_so() -> None:
    def of(implementation: str, fpmath: str | None, milliseconds: float) -> Kernel:
        changes = {"data_types": ["f32"], "fpmath": fpmath, "milliseconds": milliseconds}
        return kernel("convolution", implementation, **changes)

    ran = [of(AMX, "bf16", 2.0), of("jit:avx512_core", "bf16", 5.0), of(AMX, None, 1.0)]
    assert share_at_own_set(planned("fp32-bf16math-amx"), ran) == pytest.approx(2 / 8)
    nameless = [of(AMX, "bf16", 2.0), of("gemm:jit", "bf16", 2.0)]
    assert share_at_own_set(planned("fp32-bf16math-amx"), nameless) == pytest.approx(1 / 2)


def test_milliseconds_by_kind_are_those_of_the_lines() -> None:
    name = "3.7-ipex-bf16-avx512"
    found = kernel_share(planned("bf16-avx512"), [recorded(name)])
    assert found is not None
    words = {
        "convolution forward": ",convolution,.forward_training",
        "convolution backward data": ",convolution,.backward_data",
        "convolution backward weights": ",convolution,.backward_weights",
        "inner product": ",inner_product,.",
        "reorder": ",reorder,.",
    }
    assert found.milliseconds.keys() == words.keys()
    for kind, both in words.items():
        primitive, _, direction = both.partition(".")
        total = sum(
            float(line.rsplit(",", 1)[1])
            for line in lines(name).splitlines()
            if primitive in line and direction in line
        )
        assert found.milliseconds[kind] == pytest.approx(total)
    times = list(found.milliseconds.values())
    assert times == sorted(times, reverse=True)


def test_other_primitives_have_their_kinds() -> None:
    names = ["batch_normalization_v2", "layer_normalization", "pooling_v2", "matmul", "softmax"]
    found = kernel_share(planned("bf16-avx512"), [[kernel(each, "jit:uni") for each in names]])
    assert found is not None
    assert found.milliseconds == {
        "normalization": 2.0,
        "inner product": 1.0,
        "other": 1.0,
        "pooling": 1.0,
    }


def test_only_convolutions_and_products_have_a_share() -> None:
    found = [each.primitive for each in products(recorded("3.7-ipex-bf16-amx"))]
    assert set(found) == {"convolution", "inner_product"}
    reorders = kernel_share(planned("bf16-amx"), [[kernel("reorder", "jit:uni")]])
    assert reorders is not None
    assert reorders.at_instruction_set is None
    assert reorders.milliseconds == {"reorder": 1.0}


@pytest.mark.parametrize(
    ("lane", "implementation", "types", "counts"),
    [
        ("bf16-amx", AMX, ["bf16"], True),
        ("bf16-amx", "brg:avx512_core_amx_bf16", ["bf16", "f32"], True),
        ("bf16-amx", f"brg_conv_bwd:avx10_1_512_amx+{BF16}", ["bf16"], False),
        ("bf16-amx", f"{AMX}+simple:any", ["bf16"], False),
        ("bf16-amx", AMX, ["s8", "u8"], False),
        ("bf16-amx", "brgconv:avx10_1_512", ["bf16"], False),
        ("bf16-avx512", BF16, ["bf16"], True),
        ("bf16-avx512", "jit_bf16:avx512_core", ["bf16"], False),
        ("bf16-avx512", BF16, ["f32"], False),
        ("bf16-avx512", AMX, ["bf16"], False),
        ("bf16-avx512", "gemm:jit", ["bf16"], False),
        ("fp32", "jit:avx512_core", ["f32"], True),
        ("fp32", "jit:avx2", ["f32"], False),
        ("fp32", BF16, ["f32"], False),
        ("fp32", "jit:avx512_core", ["bf16", "f32"], False),
    ],
)
def test_what_counts_as_the_lanes_own(
    lane: str, implementation: str, types: list[str], counts: bool
) -> None:
    found = kernel_share(planned(lane), [[kernel("convolution", implementation, data_types=types)]])
    assert found is not None
    assert found.at_instruction_set == float(counts)


def test_on_a_host_with_avx2_the_fp32_lanes_own_set_is_avx2() -> None:
    lane = planned("fp32", instruction_set="avx2")
    share = kernel_share(lane, [recorded("3.7-stock-fp32-avx2")])
    assert share is not None
    assert (share.instruction_set, share.at_instruction_set) == ("avx2", pytest.approx(1.0))


@pytest.mark.parametrize(
    ("implementation", "counts"),
    [
        ("jit:avx2", True),
        ("brgconv:avx2", True),
        ("brg_conv_bwd:avx2+brgconv_1x1:avx2", True),
        ("brg_conv_bwd:avx2+gemm:jit", False),
        ("gemm:jit", None),
        ("x64:gemm:jit", None),
        ("gemm:ref", False),
        ("ref:any", False),
        ("jit:sse41", False),
        ("jit:avx512_core", False),
    ],
)
def test_what_counts_on_avx2(implementation: str, counts: bool | None) -> None:
    lane = planned("fp32", instruction_set="avx2")
    one = kernel("convolution", implementation, data_types=["f32"])
    assert share_at_own_set(lane, [one]) == (None if counts is None else float(counts))


def fp32(primitive: str, implementation: str, milliseconds: float) -> Kernel:
    return kernel(primitive, implementation, data_types=["f32"], milliseconds=milliseconds)


def test_what_tells_no_set_is_left_out_of_the_share_and_counted_in_the_time() -> None:
    kernels = [
        fp32("convolution", "jit:avx512_core", 45.0),
        fp32("convolution", "jit:avx2", 15.0),
        fp32("convolution", "gemm:jit", 10.0),
        fp32("matmul", "mkl:sgemm", 30.0),
    ]
    share = kernel_share(planned("fp32"), [kernels])
    assert share is not None
    assert share.at_instruction_set == pytest.approx(0.75)
    assert share.milliseconds == {"convolution forward": 70.0, "inner product": 30.0}


def test_where_most_of_the_time_tells_no_set_the_share_is_unknown() -> None:
    telling, silent = fp32("convolution", "jit:avx512_core", 5.0), fp32("matmul", "mkl:sgemm", 5.1)
    assert share_at_own_set(planned("fp32"), [telling, silent]) is None
    assert share_at_own_set(planned("fp32"), [telling, fp32("matmul", "mkl:sgemm", 5.0)]) == 1.0


@pytest.mark.parametrize("name", ["3.7-stock-fp32-vit-avx2", "3.7-ipex-fp32-vit-avx2"])
def test_a_vision_transformer_in_fp32_is_mostly_mkls(name: str) -> None:
    share = kernel_share(planned("fp32", instruction_set="avx2"), [recorded(name)])
    assert share is not None
    assert share.at_instruction_set is None
    assert max(share.milliseconds, key=lambda kind: share.milliseconds[kind]) == "inner product"


def test_medians_over_the_processes_that_have_kernels() -> None:
    def step(amx: float, reorder: float) -> list:
        convolutions = [
            kernel("convolution", AMX, milliseconds=amx),
            kernel("convolution", BF16, milliseconds=10 - amx),
        ]
        return convolutions + [kernel("reorder", "jit:uni", milliseconds=reorder)] * bool(reorder)

    found = kernel_share(planned("bf16-amx"), [step(9, 1), [], step(6, 3), step(8, 0)])
    assert found is not None
    assert found.at_instruction_set == pytest.approx(0.8)
    assert found.milliseconds == {"convolution forward": 10.0, "reorder": 1.0}


def test_without_a_kernel_there_is_no_share() -> None:
    assert kernel_share(planned("fp32"), []) is None
    assert kernel_share(planned("fp32"), [[], []]) is None
