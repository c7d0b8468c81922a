from typing import Any

import pytest

from bench.analysis.contradictions import contradictions, rank_contradictions
from bench.analysis.kernels import share_at_own_set
from bench.model.process import Kernel
from tests.factories import make_process
from tests.recorded_onednn import kernel, planned, recorded

AMX = "brgconv:avx10_1_512_amx"
BF16 = "brgconv:avx512_core_bf16"


@pytest.mark.parametrize(
    ("lane", "name"),
    [
        ("fp32", "3.7-stock-fp32"),
        ("fp32", "3.7-stock-fp32-avx2"),
        ("fp32-ipex", "3.7-ipex-fp32"),
        ("fp32", "3.7-stock-fp32-vit-avx2"),
        ("fp32-ipex", "3.7-ipex-fp32-vit-avx2"),
        ("fp32-torch", "3.12-stock-fp32-avx2"),
        ("fp32-torch", "3.12-stock-fp32-vit-avx2"),
        ("fp32-compile", "3.12-compile-fp32-avx2"),
        ("fp32-compile", "3.12-compile-fp32-vit-avx2"),
        ("bf16-avx512", "3.7-ipex-bf16-avx512"),
        ("bf16-avx512", "3.12-stock-bf16-capped-avx512"),
        ("bf16-amx", "3.7-ipex-bf16-amx"),
        ("bf16-amx", "3.12-stock-bf16-amx"),
    ],
)
def test_a_lane_that_ran_as_its_name_says_has_none(lane: str, name: str) -> None:
    assert contradictions(planned(lane), recorded(name)) == []


@pytest.mark.parametrize("lane", ["fp32", "fp32-ipex", "bf16-avx512", "bf16-amx"])
def test_no_kernel_proves_nothing(lane: str) -> None:
    assert contradictions(planned(lane), []) == [
        "oneDNN printed no kernel: nothing proves what ran"
    ]


@pytest.mark.parametrize("lane", ["fp32", "bf16-amx"])
def test_reorders_alone_prove_nothing(lane: str) -> None:
    reorders = [each for each in recorded("3.7-ipex-bf16-amx") if each.primitive == "reorder"]
    assert contradictions(planned(lane), reorders) == [
        "oneDNN timed no convolution and no product: nothing proves what ran"
    ]


def test_work_that_took_no_time_proves_nothing() -> None:
    (found,) = contradictions(planned("bf16-amx"), [kernel("convolution", AMX, milliseconds=0.0)])
    assert "nothing proves" in found


def test_fp32_that_may_compute_in_bf16() -> None:
    assert contradictions(planned("fp32"), recorded("3.7-stock-fp32-fpmath-bf16")) == [
        "15 of 15 calls may compute FP32 in bf16 (fpmath)"
    ]


def test_strict_math_is_fp32() -> None:
    strict = [each.model_copy(update={"fpmath": "strict"}) for each in recorded("3.7-stock-fp32")]
    assert contradictions(planned("fp32"), strict) == []


def by_fp32_math(
    implementation: str, fpmath: str | None = "bf16", primitive: str = "convolution", **changes: Any
) -> Kernel:
    """One call on FP32 operands, which may compute in less."""
    return kernel(primitive, implementation, data_types=["f32"], fpmath=fpmath, **changes)


BY_BF16_MATH = [
    by_fp32_math(AMX, milliseconds=4.0),
    by_fp32_math(AMX, direction="backward data", milliseconds=4.0),
    # oneDNN 3.12 has no other: a lane's gradients of weights take most of its time.
    by_fp32_math("jit:avx512_core", direction="backward weights", milliseconds=30.0),
    by_fp32_math("brgconv_strided:avx512_core", direction="backward data", milliseconds=9.0),
    by_fp32_math("brg_matmul:avx10_1_512_amx", primitive="matmul"),
]


def test_products_in_bf16_math_are_right_where_the_lane_is_about_them() -> None:
    assert contradictions(planned("fp32-bf16math-amx"), BY_BF16_MATH) == []
    loose, above = contradictions(planned("fp32-torch"), BY_BF16_MATH)
    assert loose == "5 of 5 calls may compute FP32 in bf16 (fpmath)"
    assert above.endswith("above the ceiling AVX512_CORE")
    without = planned("fp32-bf16math-amx", fp32_math="fp32")
    assert contradictions(without, BY_BF16_MATH) == [loose]


def test_less_than_bf16_is_too_little_for_such_a_lane_too() -> None:
    ran = [*BY_BF16_MATH, by_fp32_math(AMX, "f16", milliseconds=0.1)]
    assert contradictions(planned("fp32-bf16math-amx"), ran) == [
        "1 of 6 calls may compute FP32 in f16 (fpmath)"
    ]


@pytest.mark.parametrize(
    ("kernels", "share"),
    [
        ([by_fp32_math(AMX, None)], "0 % of the forward convolutions' time ran in BF16 on amx"),
        (
            [by_fp32_math("brgconv:avx512_core")],
            "0 % of the forward convolutions' time ran in BF16 on amx",
        ),
        (
            [by_fp32_math(AMX, milliseconds=4.0), by_fp32_math("gemm:jit", milliseconds=6.0)],
            "40 % of the forward convolutions' time ran in BF16 on amx",
        ),
        (
            [by_fp32_math("mkl:sgemm", None, "matmul")],
            "0 % of the products' time ran in BF16 on amx",
        ),
    ],
)
def test_bf16_math_that_did_not_come_about(kernels: list[Kernel], share: str) -> None:
    (found,) = contradictions(planned("fp32-bf16math-amx"), kernels)
    assert found.startswith(share)


def test_bf16_operands_are_no_fp32_math() -> None:
    ran = [*BY_BF16_MATH, kernel("convolution", AMX, milliseconds=0.1)]
    assert contradictions(planned("fp32-bf16math-amx"), ran) == [
        "1 of 6 calls of convolutions and products had bf16 operands in an FP32 lane"
    ]


def test_fp32_that_ran_on_bf16() -> None:
    # The ceiling is lifted, so that the operands' type is all there is to find.
    lane = planned("fp32", ceiling="AVX512_CORE_BF16")
    assert contradictions(lane, recorded("3.7-ipex-bf16-avx512")) == [
        "41 of 41 calls of convolutions and products had bf16 operands in an FP32 lane"
    ]


def test_one_bf16_convolution_among_fp32_is_told() -> None:
    one = kernel("convolution", "jit:avx512_core")
    (found,) = contradictions(planned("fp32-ipex"), [*recorded("3.7-ipex-fp32"), one])
    assert found.startswith("1 of 36 calls")


def test_reorders_to_bf16_are_legal_in_fp32() -> None:
    reorder = kernel("reorder", "jit:uni", data_types=["f32", "bf16"])
    assert contradictions(planned("fp32"), [*recorded("3.7-stock-fp32"), reorder]) == []


def test_emulated_bf16() -> None:
    emulated, share = contradictions(planned("bf16-avx512"), recorded("3.7-stock-bf16-emulated"))
    assert emulated.startswith("10 of 10 calls of convolutions and products emulated BF16")
    assert "jit_bf16_1x1:avx512_core" in emulated
    assert share.startswith("0 % of the convolutions' time ran in BF16 on avx512_core_bf16")


def test_one_emulated_part_of_a_composite_name_is_emulation() -> None:
    half = kernel("convolution", f"brg_conv_bwd:avx512_core+{BF16}")
    found = contradictions(planned("bf16-avx512"), [kernel("convolution", BF16, calls=9), half])
    assert found[0].startswith("1 of 10 calls of convolutions and products emulated BF16")


def test_emulation_within_a_ceiling_that_has_no_bf16() -> None:
    # Here the ceiling is kept and the lane's own set was used: the emulation itself is the lie.
    lane = planned("bf16-avx512", ceiling="AVX512_CORE", instruction_set="avx512_core")
    (found,) = contradictions(lane, recorded("3.7-stock-bf16-emulated"))
    assert "emulated BF16" in found


@pytest.mark.parametrize(
    "name", ["avx2_vnni_2", "avx512_core_fp16", "avx10_1_512", "avx10_1_512_amx"]
)
def test_bf16_on_a_set_that_has_it_is_not_emulated(name: str) -> None:
    told = contradictions(planned("bf16-avx512"), [kernel("convolution", f"brgconv:{name}")])
    assert told[-1] == f"{name} ran, above the ceiling AVX512_CORE_BF16"
    assert not any("emulated" in sentence for sentence in told)


@pytest.mark.parametrize("lane", ["bf16-avx512", "bf16-amx"])
def test_a_bf16_lane_that_ran_in_fp32(lane: str) -> None:
    (found,) = contradictions(planned(lane), recorded("3.7-ipex-fp32"))
    assert found.startswith("0 % of the convolutions' time ran in BF16 on ")
    assert "avx512_core" in found.partition("the rest: ")[2]


@pytest.mark.parametrize("name", ["ref:any", "gemm:jit", "jit:uni"])
def test_a_name_that_tells_nothing_proves_no_bf16(name: str) -> None:
    (found,) = contradictions(planned("bf16-avx512"), [kernel("convolution", name)])
    assert found.endswith(f"asks for more than 50 %; the rest: {name}")


def test_an_amx_lane_without_amx() -> None:
    (found,) = contradictions(planned("bf16-amx"), recorded("3.7-ipex-bf16-avx512"))
    assert found.startswith("0 % of the convolutions' time ran in BF16 on amx")
    assert "brgconv_1x1:avx512_core_bf16" in found


@pytest.mark.parametrize(("amx", "told"), [(49.0, "49 %"), (50.0, "50 %"), (51.0, None)])
def test_more_than_half_of_the_convolutions_time_must_be_amx(amx: float, told: str | None) -> None:
    found = contradictions(
        planned("bf16-amx"),
        [
            kernel("convolution", AMX, milliseconds=amx),
            kernel("convolution", BF16, milliseconds=100 - amx),
            kernel("inner_product", "brgemm:avx10_1_512_amx", milliseconds=90.0),
        ],
    )
    assert [each[:4] for each in found] == ([told] if told else [])


def test_without_convolutions_the_products_are_judged() -> None:
    found = contradictions(planned("bf16-amx"), [kernel("matmul", "brg_matmul:avx512_core_bf16")])
    assert [each.partition(" ran")[0] for each in found] == ["0 % of the products' time"]


@pytest.mark.parametrize(
    ("convolution", "matmul", "expected"),
    [
        (BF16, "brg_matmul:avx10_1_512_amx", []),
        (AMX, "brg_matmul:avx512_core_bf16", ["5 % of the products' time"]),
    ],
)
def test_where_the_products_take_most_of_the_time_they_are_judged(
    convolution: str, matmul: str, expected: list[str]
) -> None:
    kernels = [
        kernel("convolution", convolution, milliseconds=5.0),
        kernel("matmul", matmul, milliseconds=95.0),
    ]
    sentences = contradictions(planned("bf16-amx"), kernels)
    assert [each.partition(" ran")[0] for each in sentences] == expected


def mkl(name: str, data_types: list[str], milliseconds: float) -> Kernel:
    return kernel("matmul", f"mkl:{name}", data_types=data_types, milliseconds=milliseconds)


def test_mkl_in_the_lanes_precision_speaks_neither_for_it_nor_against_it() -> None:
    fp32 = [*recorded("3.7-stock-fp32"), mkl("sgemm", ["f32"], 1000.0)]
    assert contradictions(planned("fp32"), fp32) == []
    bf16 = [kernel("matmul", "brg_matmul:avx10_1_512_amx"), mkl("gemm_bf16", ["bf16"], 0.9)]
    assert contradictions(planned("bf16-amx"), bf16) == []


@pytest.mark.parametrize("amx", [0.0, 4.9])
def test_a_bf16_lane_whose_products_mkl_did_is_not_proven(amx: float) -> None:
    one = kernel("matmul", "brg_matmul:avx10_1_512_amx", milliseconds=amx)
    assert contradictions(planned("bf16-amx"), [one, mkl("gemm_bf16", ["bf16"], 5.0)]) == [
        "nothing proves on which instruction set the products' time was spent"
    ]


def test_mkl_in_fp32_in_a_bf16_lane_is_not_bf16() -> None:
    in_fp32 = [kernel("matmul", "brg_matmul:avx10_1_512_amx"), mkl("sgemm", ["f32"], 50.0)]
    (sentence,) = contradictions(planned("bf16-amx"), in_fp32)
    assert sentence.startswith("2 % of the products' time ran in BF16 on amx")
    assert sentence.endswith("the rest: mkl:sgemm")


def test_an_fp32_lane_whose_products_mkl_did_in_bf16() -> None:
    (sentence,) = contradictions(planned("fp32"), [mkl("gemm_bf16", ["bf16", "f32"], 5.0)])
    assert sentence.startswith("1 of 1 calls of convolutions and products had bf16 operands")


def test_a_small_layer_without_amx_is_legal() -> None:
    some = [kernel("convolution", AMX, milliseconds=9.0), kernel("convolution", BF16)]
    fp16 = kernel("convolution", "brgconv:avx10_1_512")
    assert contradictions(planned("bf16-amx"), [*some, fp16]) == []


def test_amx_in_a_lane_below_it() -> None:
    above = "avx10_1_512_amx ran, above the ceiling AVX512_CORE_BF16"
    amx = kernel("convolution", f"brg_conv_bwd:avx512_core_bf16+{AMX}")
    kernels = recorded("3.7-ipex-bf16-avx512")
    assert contradictions(planned("bf16-avx512"), [*kernels, amx]) == [above]
    assert contradictions(planned("bf16-avx512"), recorded("3.12-stock-bf16-amx"))[-1] == above


@pytest.mark.parametrize(
    ("lane", "name"),
    [
        ("fp32", "avx512_core_bf16"),
        ("fp32", "avx512_core_vnni"),
        ("bf16-avx512", "avx512_core_fp16"),
        ("bf16-avx512", "avx10_1_512"),
        ("bf16-amx", "avx10_1_512_amx_fp16"),
        ("bf16-amx", "avx10_2_512"),
    ],
)
def test_a_set_above_the_ceiling_in_any_primitive(lane: str, name: str) -> None:
    legal = {"fp32": "3.7-stock-fp32", "bf16-avx512": "3.7-ipex-bf16-avx512"}
    kernels = recorded(legal.get(lane, "3.7-ipex-bf16-amx"))
    softmax = kernel("softmax", f"jit:{name}")
    ceiling = planned(lane).setup.ceiling
    assert contradictions(planned(lane), [*kernels, softmax]) == [
        f"{name} ran, above the ceiling {ceiling}"
    ]


@pytest.mark.parametrize("name", ["sse41", "avx", "avx2", "avx512_common", "avx512_core"])
def test_a_set_below_the_ceiling_is_legal(name: str) -> None:
    fp32 = kernel("convolution", f"jit:{name}", data_types=["f32"])
    assert contradictions(planned("fp32"), [fp32]) == []


def test_a_ceiling_unknown_to_onednn_holds_nothing_back() -> None:
    lane = planned("fp32", ceiling="DEFAULT")
    assert contradictions(lane, [kernel("convolution", AMX, data_types=["f32"])]) == []


def test_many_names_are_told_in_few_words() -> None:
    many = [kernel("convolution", f"jit_{i}:avx512_core") for i in range(20)]
    emulated = contradictions(planned("bf16-avx512"), many)[0]
    assert emulated.endswith("jit_0:avx512_core, jit_1:avx512_core, jit_2:avx512_core, 17 more")


def test_the_share_told_is_the_share_reported() -> None:
    lane = planned("bf16-amx")
    kernels = [kernel("convolution", AMX), kernel("convolution", BF16, milliseconds=2.0)]
    (found,) = contradictions(lane, kernels)
    share = share_at_own_set(lane, kernels)
    assert share is not None
    assert found.startswith(f"{100 * share:.0f} % of")


BF16_ANNOUNCED = "Intel AVX-512 with Intel DL Boost and bfloat16 support"


def test_a_ceiling_that_was_not_in_force_is_told_by_onednn_itself() -> None:
    kernels = recorded("3.7-ipex-fp32")
    assert contradictions(planned("fp32-ipex"), kernels, [BF16_ANNOUNCED]) == [
        "oneDNN said that it may use avx512_core_bf16: the ceiling AVX512_CORE was not in force"
    ]


def test_each_copy_of_onednn_is_held_to_the_ceiling() -> None:
    avx512 = "Intel AVX-512 with AVX512BW, AVX512VL, and AVX512DQ extensions"
    (sentence,) = contradictions(
        planned("fp32-ipex"),
        recorded("3.7-ipex-fp32"),
        [avx512, "Intel AVX 10.1 and Intel AMX with bfloat16, float16 and 8-bit integer support"],
    )
    assert sentence == (
        "oneDNN said that it may use avx10_1_512_amx_fp16: the ceiling AVX512_CORE was not in force"
    )


@pytest.mark.parametrize(
    "announced",
    [
        "Intel AVX2",
        "Intel AVX-512 with AVX512BW, AVX512VL, and AVX512DQ extensions",
        "Intel AVX-512 with AVX12 news",
    ],
)
def test_less_than_the_ceiling_or_words_unknown_contradict_nothing(announced: str) -> None:
    lane, kernels = planned("fp32-ipex"), recorded("3.7-ipex-fp32")
    assert contradictions(lane, kernels, [announced]) == []
    assert contradictions(lane, kernels, []) == contradictions(lane, kernels) == []


@pytest.mark.parametrize(
    ("lane", "ceiling", "name"),
    [
        ("bf16-avx512", "AVX10_2", "avx10_2"),
        ("bf16-avx512", "AVX10_2_512", "avx10_2_512"),
        ("bf16-avx512", "AVX512_CORE_FP16", "avx512_core_fp16"),
        ("bf16-avx512", "AVX512_CORE_FP16", "avx10_1_512"),
        ("bf16-amx", "AVX512_CORE_AMX_FP16", "avx10_1_512_amx_fp16"),
        ("bf16-amx", "AVX10_2_AMX_2", "avx10_2_512_amx_2"),
    ],
)
def test_newer_sets_have_bf16(lane: str, ceiling: str, name: str) -> None:
    own = {} if lane == "bf16-amx" else {"instruction_set": name}
    ran = [kernel("convolution", f"brgconv:{name}")]
    assert contradictions(planned(lane, ceiling=ceiling, **own), ran) == []


def test_a_set_that_nobody_had_heard_of_is_said_to_be_unknown_and_no_more() -> None:
    new = kernel("convolution", "brgconv:avx12")
    kernels = [kernel("convolution", BF16, milliseconds=9.0), new]
    (sentence,) = contradictions(planned("bf16-avx512"), kernels)
    assert sentence == (
        "avx12 ran, an instruction set that this version of the kit does not know: nothing proves "
        "the ceiling AVX512_CORE_BF16"
    )


def test_figures_of_another_set_up_are_a_ranks_contradiction_too() -> None:
    rank = make_process("fp32").ranks[0]
    assert rank_contradictions(planned("fp32"), rank) == []
    assert rank.record is not None
    assert rank.record.observed is not None
    rank.record.observed.affinity_at_start = [0, 1, 2]
    rank.announced = [BF16_ANNOUNCED]
    in_force, cores = rank_contradictions(planned("fp32"), rank)
    assert in_force.endswith("the ceiling AVX512_CORE was not in force")
    assert "started on CPUs 0-2" in cores
