"""What the instruction sets in oneDNN's implementation names mean, and which contain which."""

import re

MASKS = {
    "sse41": 0x1,
    "avx": 0x3,
    "avx2": 0x7,
    "avx2_vnni": 0xF,
    "avx2_vnni_2": 0x1F,
    "avx512_core": 0x27,
    "avx512_core_vnni": 0x67,
    "avx512_core_bf16": 0xE7,
    "avx512_core_fp16": 0x1EF,
    "avx10_1_512": 0x1EF,
    "avx512_core_amx": 0xFEF,
    "avx10_1_512_amx": 0xFEF,
    "avx512_core_amx_fp16": 0x1FEF,
    "avx10_1_512_amx_fp16": 0x1FEF,
    # Names of oneDNN 1 and 2 that later ones dropped; the ceilings of today contain them.
    "avx512_common": 0x27,
    "avx512_core_amx_int8": 0xFEF,
    "avx512_core_amx_bf16": 0xFEF,
}
"""Instruction sets as the bits of oneDNN's `dnnl_cpu_isa_t`: one set contains another if it has
all its bits. `ONEDNN_MAX_CPU_ISA` takes the same names in capitals."""

ANNOUNCED = {
    "Intel SSE4.1": "sse41",
    "Intel AVX": "avx",
    "Intel AVX2": "avx2",
    "Intel AVX2 with Intel DL Boost": "avx2_vnni",
    "Intel AVX-512 with AVX512BW, AVX512VL, and AVX512DQ extensions": "avx512_core",
    "Intel AVX-512 with Intel DL Boost": "avx512_core_vnni",
    "Intel AVX-512 with Intel DL Boost and bfloat16 support": "avx512_core_bf16",
    "Intel AVX-512 with float16, Intel DL Boost and bfloat16 support": "avx512_core_fp16",
    "Intel AVX10.1": "avx10_1_512",
    "Intel AVX-512 with float16, Intel DL Boost and bfloat16 support and Intel AMX with bfloat16 "
    "and 8-bit integer support": "avx512_core_amx",
    "Intel AVX10.1 and Intel AMX with bfloat16 and 8-bit integer support": "avx10_1_512_amx",
}
"""What oneDNN says that it may use (`isa:` in its verbose head), by the set's name."""

BF16_BITS = 0x10 | 0x80
"""The bits that bring BF16 instructions: AVX-NE-CONVERT's and AVX512_BF16's."""


def named(implementation: str) -> list[str]:
    """The instruction sets in an implementation's name, each once; `uni` and `any` are none."""
    segments = re.split(r"[:+]", implementation)
    return list(dict.fromkeys(each for each in segments if each.startswith(("sse", "avx"))))


def parts(implementation: str) -> list[list[str]]:
    """The instruction sets of each part of a composite name: every part of it ran."""
    return [named(part) for part in implementation.split("+")]


def is_amx(name: str) -> bool:
    """Whether it is one of the AMX sets: the suffix has kept its place through all versions."""
    return "_amx" in name


def has_bf16(name: str) -> bool:
    """Whether the set has BF16 instructions; without them a BF16 kernel emulates them."""
    return is_amx(name) or bool(MASKS.get(name, 0) & BF16_BITS)


def within(name: str, ceiling: str) -> bool:
    """Whether the set lies within the ceiling. A name unknown here is newer than all ceilings.

    A ceiling that oneDNN does not know holds nothing back, so everything is within it.
    """
    mask, most = MASKS.get(name), MASKS.get(ceiling.lower())
    return most is None or (mask is not None and mask & most == mask)
