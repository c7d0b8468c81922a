"""Vector instructions told apart: recorded lines of objdump 2.40, and code that GCC makes here."""

import shutil
import subprocess
from pathlib import Path

import pytest

from bench.worker.instructions import Unreadable, count_vector_instructions, least_set

LINES = {
    # Recorded of what GCC 12 makes of intrinsics and plain C++.
    "    1112:\t48 83 c4 08          \tadd    $0x8,%rsp": None,
    "    1103:\t0f 59 c0             \tmulps  %xmm0,%xmm0": "sse41",
    "    1110:\tf3 0f 59 c1          \tmulss  %xmm1,%xmm0": "sse41",
    "    1109:\tc5 f0 57 c9          \tvxorps %xmm1,%xmm1,%xmm1": "avx2",
    "    1100:\tc5 fc 10 07          \tvmovups (%rdi),%ymm0": "avx2",
    "    1120:\tc4 e2 7d 13 07       \tvcvtph2ps (%rdi),%ymm0": "avx2",
    "    110d:\tc5 f8 77             \tvzeroupper": "avx2",
    "    11d0:\tc4 e2 71 a9 05 27 0e \tvfmadd213ss 0xe27(%rip),%xmm1,%xmm0        # 2000 <_fini>": (
        "avx2"
    ),
    "    11d7:\t00 00 ": None,
    "    11e0:\tc4 e2 c9 f7 c7       \tshlx   %rsi,%rdi,%rax": None,  # BMI2, of whole numbers
    "    1120:\t62 f1 7c 48 10 04 07 \tvmovups (%rdi,%rax,1),%zmm0": "avx512_core",
    "    1158:\t62 f1 7c 28 c2 c9 1e \tvcmpgt_oqps %ymm1,%ymm0,%k1": "avx512_core",
    "    115f:\t62 f1 7c 29 11 06    \tvmovups %ymm0,(%rsi){%k1}": "avx512_core",
    "    11a4:\tc5 fb 92 c8          \tkmovd  %eax,%k1": "avx512_core",
    "    1170:\t62 f2 7f 48 72 c1    \tvcvtne2ps2bf16 %zmm1,%zmm0,%zmm0": "avx512_core_bf16",
    "    1180:\t62 f2 76 48 52 c2    \tvdpbf16ps %zmm2,%zmm1,%zmm0": "avx512_core_bf16",
    "    1190:\t62 f2 7e 48 72 c0    \tvcvtneps2bf16 %zmm0,%ymm0": "avx512_core_bf16",
    "    1100:\t62 f5 7e 08 59 c1    \tvmulsh %xmm1,%xmm0,%xmm0": "avx512_core_fp16",
    "    11a0:\tc4 e2 78 49 07       \tldtilecfg (%rdi)": "amx",
    "    11a5:\tc4 e2 7b 49 c0       \ttilezero %tmm0": "amx",
    "    11af:\tc4 e2 7b 4b 0c 06    \ttileloadd (%rsi,%rax,1),%tmm1": "amx",
    "    11b5:\tc4 e2 6a 5c c1       \ttdpbf16ps %tmm2,%tmm1,%tmm0": "amx",
    "    11bf:\tc4 e2 7a 4b 04 06    \ttilestored %tmm0,(%rsi,%rax,1)": "amx",
    "0000000000001100 <kernel>:": None,
    "Disassembly of section .text:": None,
    "": None,
}

CODE = """
#ifdef __AVX512F__
typedef float Vector __attribute__((vector_size(64)));
#elif defined(__AVX2__)
typedef float Vector __attribute__((vector_size(32)));
#else
typedef float Vector __attribute__((vector_size(16)));
#endif
extern "C" Vector combined(Vector x) { return x * x + x; }
#ifdef __AVX512BF16__
#if __GNUC__ > 12
typedef __bf16 Half __attribute__((vector_size(64)));
#else
typedef short Half __attribute__((vector_size(64)));
#endif
extern "C" Vector dot(Vector a, Half b, Half c) { return __builtin_ia32_dpbf16ps_v16sf(a, b, c); }
#endif
#ifdef __AMX_BF16__
extern "C" void tiles(void *at) {
    asm volatile("tileloadd (%0,%1,1), %%tmm1" : : "r"(at), "r"(64L));
    asm volatile("tdpbf16ps %tmm2, %tmm1, %tmm0");
}
#endif
"""
FLAGS = {
    "sse41": ["-msse4.1"],
    "avx2": ["-mavx2", "-mfma"],
    "avx512_core": ["-mavx512f"],
    "avx512_core_bf16": ["-mavx512f", "-mavx512bf16"],
    "amx": ["-mavx512f", "-mavx512bf16", "-mamx-tile", "-mamx-bf16"],
}


@pytest.mark.parametrize("line", LINES)
def test_each_instruction_is_of_the_least_set_that_has_it(line):
    assert least_set(line) == LINES[line]


@pytest.mark.parametrize("highest", FLAGS)
def test_code_compiled_for_a_set_has_instructions_of_it_and_of_none_above(highest, tmp_path):
    if not (shutil.which("g++") and shutil.which("objdump")):
        pytest.skip("g++ and objdump are wanted")
    sets = list(FLAGS)
    counted = count_vector_instructions([compiled(tmp_path, FLAGS[highest])])
    assert counted[highest] > 0
    assert not {*counted} - {*sets[: sets.index(highest) + 1]}


def test_several_libraries_are_added_up(tmp_path):
    if not (shutil.which("g++") and shutil.which("objdump")):
        pytest.skip("g++ and objdump are wanted")
    one = compiled(tmp_path, FLAGS["avx2"])
    other = one.rename(tmp_path / "other.so")
    compiled(tmp_path, FLAGS["avx2"])
    (count,) = count_vector_instructions([one]).values()
    assert count_vector_instructions([one, other]) == {"avx2": 2 * count}
    assert count_vector_instructions([]) == {}


def test_why_code_can_not_be_read_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unreadable, match=r"objdump, of the binutils, is not there"):
        count_vector_instructions([tmp_path / "x.so"])
    broken = tmp_path / "objdump"
    broken.write_text("#!/bin/sh\necho 'objdump: x.so: file truncated' >&2\nexit 1\n")
    broken.chmod(0o755)
    with pytest.raises(Unreadable, match=r"objdump failed: objdump: x.so: file truncated"):
        count_vector_instructions([tmp_path / "x.so"])


def compiled(folder: Path, flags: list[str]) -> Path:
    """A library of the code above, which is not run: this host may not be able to."""
    source, library = folder / "code.cpp", folder / "code.so"
    source.write_text(CODE)
    command = ["g++", "-O2", "-shared", "-fPIC", *flags, str(source), "-o", str(library)]
    subprocess.run(command, check=True, capture_output=True)
    return library
