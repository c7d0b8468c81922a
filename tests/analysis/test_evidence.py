import random

import pytest

from bench.analysis.evidence import KERNELS_MAX, LINE_MAX, kernels
from tests.recorded_onednn import RECORDED, kernel, lines, recorded

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
    found = recorded(name)
    assert sum(each.calls for each in found) == len(executed) > 0
    total = sum(float(line.rsplit(",", 1)[1]) for line in executed)
    assert sum(each.milliseconds for each in found) == pytest.approx(total)
    times = [each.milliseconds for each in found]
    assert times == sorted(times, reverse=True)
    assert all(each.data_types for each in found)


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
