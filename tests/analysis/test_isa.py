import pytest

from bench.analysis.isa import MASKS, announced, below, contains, has_bf16, within

AVX512 = "Intel AVX-512 with "
BF16 = f"{AVX512}Intel DL Boost and bfloat16 support"
FP16 = f"{AVX512}float16, Intel DL Boost and bfloat16 support"


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("Intel 64", "x64"),
        ("Intel SSE4.1", "sse41"),
        ("Intel AVX", "avx"),
        ("Intel AVX2", "avx2"),
        ("Intel AVX2 with Intel DL Boost", "avx2_vnni"),
        ("Intel AVX2 with Intel DL Boost, float16 and bfloat16 support", "avx2_vnni_2"),
        (
            "Intel AVX2 with Intel DL Boost, float16 and bfloat16 support (preview support)",
            "avx2_vnni_2",
        ),
        ("Intel AVX-512", "avx512_common"),
        (f"{AVX512}AVX512BW, AVX512VL, and AVX512DQ extensions", "avx512_core"),
        (f"{AVX512}Intel DL Boost", "avx512_core_vnni"),
        (BF16, "avx512_core_bf16"),
        (f"{BF16} on Ymm/Zmm", "avx512_core_bf16"),
        (f"{FP16} ", "avx512_core_fp16"),  # with that space, from 2.7 on
        (
            f"{BF16} and Intel AMX with bfloat16 and 8-bit integer support",  # 2.0 to 2.5
            "avx512_core_amx",
        ),
        (f"{BF16} and Intel AMX with bfloat16 support", "avx512_core_amx_bf16"),
        (f"{BF16} and Intel AMX with 8-bit integer support", "avx512_core_amx_int8"),
        (f"{FP16} and Intel AMX with bfloat16 and 8-bit integer support", "avx512_core_amx"),
        (
            f"{FP16} and Intel AMX with bfloat16, float16 and 8-bit integer support",
            "avx512_core_amx_fp16",
        ),
        (
            f"{FP16} and Intel AMX with bfloat16, float16 and 8-bit integer support "
            "(preview support)",
            "avx512_core_amx_fp16",
        ),
        ("Intel AVX10.1", "avx10_1_512"),
        ("Intel AVX 10.1", "avx10_1_512"),
        ("Intel AVX10.1/512", "avx10_1_512"),
        ("Intel AVX10.1 and Intel AMX with bfloat16 and 8-bit integer support", "avx10_1_512_amx"),
        (
            "Intel AVX10.1 and Intel AMX with bfloat16, float16 and 8-bit integer support",
            "avx10_1_512_amx_fp16",
        ),
        ("Intel AVX10.2", "avx10_2"),
        (
            "Intel AVX10.2 with float16, Intel DL Boost and Intel AMX with bfloat16, float16, "
            "float8 and 8-bit integer support",
            "avx10_2_amx_2",
        ),
    ],
)
def test_every_sentence_in_which_onednn_names_its_set(sentence: str, name: str) -> None:
    assert announced(sentence) == name
    assert name in MASKS


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "Generic",
        "AArch64 SVE (512 bits)",
        "Intel AVX10.3",
        "Intel AVX10.2 and Intel AMX with bfloat16, float4 and 8-bit integer support",
        f"{AVX512}AVX512_4FMAPS and AVX512_4VNNIW extensions",
        f"{BF16} and more",
        f"{AVX512}Intel DL Boost and telepathy",
        "Intel AVX2 and Intel AMX with bfloat16 support",
    ],
)
def test_a_sentence_that_says_anything_more_is_not_known(sentence: str) -> None:
    assert announced(sentence) is None


def test_what_is_unknown_is_neither_within_a_ceiling_nor_above_it() -> None:
    assert within("avx512_core", "AVX512_CORE_BF16") is True
    assert within("avx10_2", "AVX512_CORE_AMX") is False
    assert within("avx12", "AVX512_CORE_AMX") is None
    assert within("avx12", "DEFAULT") is True, "a ceiling that holds nothing back"
    assert (has_bf16("avx12"), has_bf16("avx512_core"), has_bf16("avx10_2")) == (None, False, True)


def test_a_set_is_below_those_that_contain_it() -> None:
    assert below("avx2", "avx512_core")
    assert below("avx512_core_bf16", "amx")
    assert not below("avx512_core", "avx512_core")
    assert not below("avx512_core", "avx2")
    assert not below("avx12", "amx")
    assert not below("avx2", "avx12")


def test_amx_alone_stands_for_the_least_of_its_sets() -> None:
    assert within("amx", "AVX512_CORE_AMX") is True
    assert within("amx", "AVX512_CORE_FP16") is False
    assert contains("amx", "avx512_core_bf16") is True
    assert contains("avx512_core", "avx2") is True
    assert contains("avx2", "avx512_core") is False
    assert contains("avx12", "avx2") is None
    assert contains("avx2", "avx12") is None
