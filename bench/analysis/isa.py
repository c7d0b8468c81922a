"""What the instruction sets in oneDNN's implementation names mean, and which contain which."""

import re

MASKS = {
    "x64": 0x0,
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
    # The kit's own bits from here on: AVX10.2 has all of AVX10.1 and AVX2's, AMX 2 has FP8.
    "avx10_2": 0x21FF,
    "avx10_2_512": 0x21FF,
    "avx10_2_amx_2": 0x7FFF,
    "avx10_2_512_amx_2": 0x7FFF,
    # Names of oneDNN 1 and 2 that later ones dropped; the ceilings of today contain them.
    "avx512_common": 0x27,
    "avx512_core_bf16_ymm": 0xE7,
    "avx512_core_amx_int8": 0xFEF,
    "avx512_core_amx_bf16": 0xFEF,
    "avx512_core_bf16_amx_int8": 0xFEF,
    "avx512_core_bf16_amx_bf16": 0xFEF,
}
"""Instruction sets as the bits of oneDNN's `dnnl_cpu_isa_t`: one set contains another if it has
all its bits. `ONEDNN_MAX_CPU_ISA` takes the same names in capitals."""

SENTENCE = re.compile(
    r"Intel (?P<base>64|SSE4\.1|AVX2|AVX-512|AVX ?10\.\d|AVX)(?:/512)?"
    r"(?: with (?P<features>(?:(?! Intel AMX| and Intel AMX).)+))?"
    r"(?:(?: and)? Intel AMX with (?P<amx>.+))?"
)
"""What oneDNN says that it may use (`isa:` in its verbose head). From `isa_info_t::get_name` in
`src/cpu/x64/cpu_isa_traits.cpp`, releases 1.6 to 3.13, and from lines that were seen:
`Intel AVX-512 with Intel DL Boost and bfloat16 support`, `Intel AVX 10.1`,
`Intel AVX10.1 and Intel AMX with bfloat16, float16 and 8-bit integer support`."""

BASES: dict[tuple[str, frozenset[str]], str] = {
    ("64", frozenset()): "x64",
    ("SSE4.1", frozenset()): "sse41",
    ("AVX", frozenset()): "avx",
    ("AVX2", frozenset()): "avx2",
    ("AVX2", frozenset({"DL Boost"})): "avx2_vnni",
    ("AVX2", frozenset({"DL Boost", "float16", "bfloat16"})): "avx2_vnni_2",
    ("AVX-512", frozenset()): "avx512_common",
    ("AVX-512", frozenset({"AVX512BW", "AVX512VL", "AVX512DQ"})): "avx512_core",
    ("AVX-512", frozenset({"DL Boost"})): "avx512_core_vnni",
    ("AVX-512", frozenset({"DL Boost", "bfloat16"})): "avx512_core_bf16",
    ("AVX-512", frozenset({"DL Boost", "bfloat16", "float16"})): "avx512_core_fp16",
    ("AVX10.1", frozenset()): "avx10_1_512",
    ("AVX10.1", frozenset({"DL Boost", "bfloat16", "float16"})): "avx10_1_512",
    ("AVX10.2", frozenset()): "avx10_2",
    ("AVX10.2", frozenset({"DL Boost", "float16"})): "avx10_2",
    ("AVX10.2", frozenset({"DL Boost", "bfloat16", "float16"})): "avx10_2",
}
"""Sets by the family in such a sentence and the features it names behind `with`."""

AMX: dict[frozenset[str], str] = {
    frozenset(): "",
    frozenset({"8-bit integer"}): "_amx_int8",
    frozenset({"bfloat16"}): "_amx_bf16",
    frozenset({"bfloat16", "8-bit integer"}): "_amx",
    frozenset({"bfloat16", "float16", "8-bit integer"}): "_amx_fp16",
    frozenset({"bfloat16", "float16", "float8", "8-bit integer"}): "_amx_2",
}
"""What AMX adds to the set's name, by what it computes with."""

BF16_BITS = 0x10 | 0x80
"""The bits that bring BF16 instructions: AVX-NE-CONVERT's and AVX512_BF16's."""


def announced(sentence: str) -> str | None:
    """The name of the set that oneDNN's sentence stands for; None: it is not known what it says."""
    match = SENTENCE.fullmatch(" ".join(sentence.split()).removesuffix(" (preview support)"))
    if match is None:
        return None
    base, features = match["base"].replace(" ", ""), _features(match["features"])
    name = BASES.get((base, features))
    suffix = AMX.get(_features(match["amx"]))
    if name is None or suffix is None:
        return None
    if suffix and name in ("avx512_core_bf16", "avx512_core_fp16"):
        name = "avx512_core"  # AMX came with BF16, in oneDNN's names too
    return name + suffix if name + suffix in MASKS else None


def _features(words: str | None) -> frozenset[str]:
    """`float16, Intel DL Boost and bfloat16 support` as a set."""
    each = re.split(r", and |, | and ", words or "")
    return frozenset(
        feature
        for word in each
        if (feature := re.sub(r"^Intel | (support|extensions)( on Ymm/Zmm)?$", "", word))
    )


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


def has_bf16(name: str) -> bool | None:
    """Whether the set has BF16 instructions; without them a BF16 kernel emulates them.

    None for a name that is not known.
    """
    if is_amx(name):
        return True
    mask = MASKS.get(name)
    return None if mask is None else bool(mask & BF16_BITS)


def contains(name: str, other: str) -> bool | None:
    """Whether the first set has all of the other; None for a name that is not known."""
    mask, least = _mask(name), _mask(other)
    return None if mask is None or least is None else mask & least == least


def below(name: str, other: str) -> bool:
    """Whether the first set is less than the other. Of names that are not known, nothing is."""
    return contains(other, name) is True and _mask(name) != _mask(other)


def within(name: str, ceiling: str) -> bool | None:
    """Whether the set lies within the ceiling; None for a name that is not known.

    A ceiling that oneDNN does not know holds nothing back, so everything is within it.
    """
    ceiling = ceiling.lower()
    return True if _mask(ceiling) is None else contains(ceiling, name)


def _mask(name: str) -> int | None:
    """The set's bits; `amx` is the least of its sets."""
    return MASKS.get("avx512_core_amx" if name == "amx" else name)
