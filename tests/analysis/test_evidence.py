import random
import re

import pytest

from bench.analysis.contradictions import contradictions
from bench.analysis.evidence import KERNELS_MAX, LINE_MAX, MKL, announced_sets, kernels
from bench.analysis.kernels import milliseconds, products
from tests.recorded_onednn import RECORDED, kernel, lines, planned, recorded

BF16 = "Intel AVX-512 with Intel DL Boost and bfloat16 support"

LINE = (
    "onednn_verbose,v1,primitive,exec,cpu,convolution,brgconv_1x1:avx512_core_bf16,"
    "forward_training,src:bf16::blocked:acdb::f0 wei:bf16:a:blocked:AcdB64a2b::f0 "
    "bia:undef::undef::: dst:bf16::blocked:acdb::f0,attr-scratchpad:user,"
    "alg:convolution_direct,mb4_ic64oc64_ih16oh16kh1sh1dh0ph0_iw16ow16kw1sw1dw0pw0,0.5"
)
BROKEN = [
    "",
    "step 3 of 20",
    "onednn_verbose,v1,info,cpu,runtime:OpenMP,nthr:2",
    LINE.replace(",cpu,", ",gpu,"),
    LINE.replace("primitive,exec", "primitive,create:cache_miss"),
    LINE.replace("primitive,exec", "graph,exec"),
    LINE.rsplit(",", 1)[0],
    LINE[:60],
    LINE + LINE,
    LINE + ",1",
    "x" + LINE,
    *(LINE.replace(",0.5", f",{time}") for time in ("nan", "inf", "-1", "1e308", "1e400", "", "x")),
    LINE.replace("convolution,", "con\x00volution,"),
    LINE.replace("brgconv_1x1:avx512_core_bf16", ""),
    LINE.replace("brgconv_1x1", "<b>brgconv</b>"),
    LINE.replace("brgconv_1x1", "b" * 1000),
    LINE.replace("src:", "s" * LINE_MAX + ":"),
]


def test_calls_of_one_kernel_are_counted_and_their_times_added() -> None:
    found = recorded("3.12-stock-bf16-amx")
    (matmul,) = [each for each in found if each.primitive == "matmul"]
    assert matmul.implementation == "brg_matmul:avx10_1_512_amx"
    assert matmul.instruction_sets == ["avx10_1_512_amx"]
    assert (matmul.direction, matmul.data_types, matmul.fpmath) == ("none", ["bf16"], None)
    assert (matmul.calls, matmul.milliseconds) == (2, pytest.approx(1.17188 + 0.072998))


@pytest.mark.parametrize("name", RECORDED)
def test_every_executed_line_of_every_recording_is_counted(name: str) -> None:
    executed = [line for line in lines(name).splitlines() if ",exec,cpu," in line]
    found = [each for each in recorded(name) if not each.implementation.startswith(MKL)]
    assert sum(each.calls for each in found) == len(executed) > 0
    total = sum(float(line.rsplit(",", 1)[1]) for line in executed)
    assert sum(each.milliseconds for each in found) == pytest.approx(total)
    times = [each.milliseconds for each in found]
    assert times == sorted(times, reverse=True)
    assert all(each.data_types for each in found)


@pytest.mark.parametrize("name", [each for each in RECORDED if "MKL_VERBOSE" in lines(each)])
def test_every_product_of_mkl_in_every_recording_is_counted(name: str) -> None:
    products = re.findall(r"^MKL_VERBOSE SGEMM.* ([\d.]+)ms .* calls:(\d+)$", lines(name), re.M)
    (mkl,) = [each for each in recorded(name) if each.implementation.startswith(MKL)]
    assert (mkl.implementation, mkl.data_types, mkl.instruction_sets) == ("mkl:sgemm", ["f32"], [])
    assert mkl.calls == sum(int(calls) for _, calls in products) > 0
    assert mkl.milliseconds == pytest.approx(sum(float(time) for time, _ in products))


def test_convolutions_have_a_direction_and_an_instruction_set() -> None:
    found = [each for each in recorded("3.7-ipex-fp32") if each.primitive == "convolution"]
    assert {each.direction for each in found} == {"forward", "backward data", "backward weights"}
    assert {name for each in found for name in each.instruction_sets} == {"avx512_core"}
    assert {each.implementation: each.direction for each in found}[
        "brg_conv_bwd:avx512_core+brgconv_1x1:avx512_core"
    ] == "backward data"


def test_a_name_that_tells_no_instruction_set_has_none() -> None:
    reorders = [each for each in recorded("3.7-stock-fp32") if each.primitive == "reorder"]
    assert {each.implementation for each in reorders} == {
        "jit:blk",
        "jit:uni",
        "jit_direct_copy:uni",
        "brgemm_matmul_copy_reorder_t",
    }
    assert [each.instruction_sets for each in reorders] == [[]] * len(reorders)


@pytest.mark.parametrize(
    ("implementation", "sets"),
    [
        ("gemm:jit", []),
        ("gemm:jit:bf16", []),
        ("ref:any", []),
        ("jit:avx2", ["avx2"]),
        ("brg:avx512_core_amx_bf16", ["avx512_core_amx_bf16"]),
        (
            "brg_conv_bwd:avx512_core_bf16+brgconv_1x1:avx10_1_512_amx",
            ["avx512_core_bf16", "avx10_1_512_amx"],
        ),
    ],
)
def test_instruction_sets_stand_as_onednn_names_them(implementation: str, sets: list[str]) -> None:
    assert kernel("convolution", implementation).instruction_sets == sets


def test_the_math_mode_is_kept() -> None:
    assert {each.fpmath for each in recorded("3.7-stock-fp32-fpmath-bf16")} == {"bf16"}
    assert {each.fpmath for each in recorded("3.7-ipex-fp32")} == {None}
    (found,) = kernels(LINE.replace("attr-scratchpad:user", "attr-fpmath:any:true"))
    assert found.fpmath == "any"


def test_types_are_of_the_operands_in_their_order() -> None:
    (found,) = kernels(LINE.replace("dst:bf16", "dst:f32"))
    assert found.data_types == ["bf16", "f32"]


@pytest.mark.parametrize(
    "head",
    [
        "dnnl_verbose,exec",
        "onednn_verbose,exec",
        "onednn_verbose,primitive,exec",
        "onednn_verbose,1700000000123.45,exec",
        "onednn_verbose,v1,1700000000123.45,primitive,exec",
    ],
)
def test_older_lines_and_time_stamps_read_alike(head: str) -> None:
    older = LINE.replace("onednn_verbose,v1,primitive,exec", head)
    assert kernels(older) == kernels(LINE)
    assert kernels(older)[0].calls == 1


def test_operands_as_older_versions_wrote_them() -> None:
    # Made from a line of today: the type was part of the operand's name.
    older = LINE.replace("src:", "diff_src_").replace("wei:", "wei_").replace("dst:", "diff_dst_")
    assert kernels(older.replace("bia:", "bia_"))[0].data_types == ["bf16"]


@pytest.mark.parametrize("line", BROKEN)
def test_a_broken_line_is_passed_over(line: str) -> None:
    assert kernels(line) == []
    (found,) = kernels(f"{line}\n{LINE}\n")
    assert (found.calls, found.milliseconds) == (1, 0.5)


def test_whatever_the_bytes_nothing_raises() -> None:
    noise = random.Random(5)
    text = bytearray(lines("3.7-ipex-bf16-amx").encode())
    whole = sum(each.calls for each in kernels(text.decode()))
    for _ in range(400):
        text[noise.randrange(len(text))] = noise.randrange(256)
    found = kernels(text.decode(errors="replace"))
    assert 0 < sum(each.calls for each in found) < whole


def test_a_text_cut_anywhere_nothing_raises() -> None:
    text = lines("3.12-stock-bf16-amx")
    counts = [sum(each.calls for each in kernels(text[:i])) for i in range(len(text) + 1)]
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (0, 8)


def test_the_kernels_are_bounded_and_the_longest_are_kept() -> None:
    many = (
        LINE.replace("brgconv_1x1", f"brgconv_{i}").replace(",0.5", f",{i}")
        for i in range(KERNELS_MAX + 50)
    )
    found = kernels("\n".join(many))
    assert len(found) == KERNELS_MAX
    assert (found[0].milliseconds, found[-1].milliseconds) == (KERNELS_MAX + 49, 50)


SGEMM = (
    "MKL_VERBOSE SGEMM(N,T,768,394,3072,0x7ffc3b2a5f40,0x55d0c8e0a040,768,0x7f1d2c000040,768,"
    "0x7ffc3b2a5f48,0x7f1d30000040,768) 1.20ms CNR:OFF Dyn:0 FastMM:1 TID:0  NThr:2"
)


def test_a_product_of_mkl_is_one_that_names_no_instruction_set() -> None:
    (product,) = kernels(f"{LINE}\n{SGEMM}\n{SGEMM.replace('1.20ms', '300.00us')}\n")[:1]
    assert (product.primitive, product.direction) == ("matmul", "none")
    assert (product.implementation, product.instruction_sets) == ("mkl:sgemm", [])
    assert (product.data_types, product.fpmath) == (["f32"], None)
    assert (product.calls, product.milliseconds) == (2, pytest.approx(1.5))


@pytest.mark.parametrize(
    ("time", "milliseconds"), [("0.5s", 500.0), ("2ms", 2.0), ("13.39us", 0.01339), ("9ns", 9e-6)]
)
def test_mkls_units_of_time(time: str, milliseconds: float) -> None:
    (product,) = kernels(SGEMM.replace("1.20ms", time))
    assert product.milliseconds == pytest.approx(milliseconds)


@pytest.mark.parametrize(
    ("name", "types"),
    [
        ("DGEMM", ["f64"]),
        ("SGEMM_BATCH", ["f32"]),
        ("GEMM_BF16BF16F32", ["bf16", "f32"]),
        ("GEMM_S8U8S32", ["s8", "u8", "s32"]),
    ],
)
def test_mkls_types_by_the_name(name: str, types: list[str]) -> None:
    (product,) = kernels(SGEMM.replace("SGEMM", name))
    assert (product.implementation, product.data_types) == (f"mkl:{name.lower()}", types)


def test_equal_calls_come_in_one_line_with_their_number() -> None:
    gathered = SGEMM.replace("0x7ffc3b2a5f40", "p") + " calls:576"
    (product,) = kernels(f"{gathered}\n{SGEMM}\n")
    assert (product.calls, product.milliseconds) == (577, pytest.approx(2.4))


@pytest.mark.parametrize(
    "line",
    [
        SGEMM + " calls:0",
        SGEMM + " calls:1e9",
        SGEMM + " calls:" + "9" * 30,
        "MKL_VERBOSE oneMKL 2024.0 Update 2 Product build 20240605 for Intel(R) 64 architecture",
        SGEMM.replace("SGEMM", "SAXPY"),
        SGEMM.replace("1.20ms", "1.20"),
        SGEMM.replace("1.20ms", "1.2.0ms"),
        SGEMM.replace("1.20ms", "9e99s"),
        SGEMM.replace("SGEMM", "S<b>GEMM"),
        SGEMM[:80],
        "x" + SGEMM,
        SGEMM.replace("0x7ffc3b2a5f40", "0" * LINE_MAX),
    ],
)
def test_what_else_mkl_prints_is_passed_over(line: str) -> None:
    assert kernels(line) == []


GEMM_LINE = (
    "onednn_verbose,{}exec,cpu,gemm_api,,undef,src_f32::blocked:ab:f0 wei_f32::blocked:ba:f0 "
    "dst_f32::blocked:ab:f0,lda:512 attr-post-ops:sum:1 ,,32x64:64x128,0.25"
)


@pytest.mark.parametrize("head", ["", "v1,primitive,"])
def test_a_product_by_onednns_function_has_no_implementation_and_counts(head: str) -> None:
    (ran,) = kernels(GEMM_LINE.format(head) + "\n")
    assert (ran.primitive, ran.implementation, ran.instruction_sets) == ("gemm_api", "gemm_api", [])
    assert (ran.data_types, ran.calls, ran.milliseconds) == (["f32"], 1, 0.25)
    assert products([ran]) == [ran]
    assert milliseconds([ran]) == {"inner product": 0.25}
    assert contradictions(planned("fp32"), [ran]) == []


def test_another_primitive_without_an_implementation_is_broken() -> None:
    assert kernels(GEMM_LINE.format("").replace("gemm_api", "matmul")) == []


def test_packing_for_mkl_is_no_product() -> None:
    settings = "CNR:OFF Dyn:1 FastMM:1 TID:0  NThr:2"
    ran = kernels(
        f"MKL_VERBOSE SGEMM_PACK(A,T,2304,10,768,p,p) 1.20ms {settings}\n"
        f"MKL_VERBOSE SGEMM_COMPUTE(P,N,2304,10,768,p,p) 2.20ms {settings}\n"
    )
    assert [(each.primitive, each.milliseconds) for each in ran] == [
        ("matmul", 2.2),
        ("reorder", 1.2),
    ]


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        ("3.7-ipex-fp32-vit-avx2", ["Intel AVX2"]),
        ("3.12-stock-bf16-capped-avx512", [BF16]),
        (
            "3.12-stock-bf16-amx",
            ["Intel AVX10.1 and Intel AMX with bfloat16 and 8-bit integer support"],
        ),
    ],
)
def test_what_onednn_announces(name: str, sentences: list[str]) -> None:
    assert announced_sets(lines(name)) == sentences


def test_both_copies_announce_theirs() -> None:
    text = (
        f"onednn_verbose,v1,info,cpu,isa:{BF16}\n"
        "onednn_verbose,v1,info,gpu,runtime:none\n"
        "dnnl_verbose,info,cpu,isa:Intel AVX2\n"
        f"onednn_verbose,info,cpu,isa:{BF16} \n"
        "echo info,cpu,isa:Intel AVX\n"
    )
    assert announced_sets(text) == [BF16, "Intel AVX2"]
    assert announced_sets("") == []
