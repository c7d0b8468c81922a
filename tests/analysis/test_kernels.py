import pytest

from bench.analysis.kernels import kernel_share, own_set, products
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


@pytest.mark.parametrize(
    ("precision", "ceiling", "own"),
    [
        ("fp32", "AVX2", "avx2"),
        ("fp32", "AVX512_CORE_AMX", "avx512_core"),
        ("bf16", "AVX512_CORE", "avx512_core"),
        ("bf16", "AVX512_CORE_FP16", "avx512_core_bf16"),
        ("bf16", "AVX10_1_512_AMX_FP16", "amx"),
        ("bf16", "DEFAULT", "default"),
    ],
)
def test_the_own_set_by_precision_and_ceiling(precision: str, ceiling: str, own: str) -> None:
    assert own_set(planned("fp32", precision=precision, ceiling=ceiling)) == own


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
