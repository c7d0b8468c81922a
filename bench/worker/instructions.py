"""Which vector instructions machine code has, by the least instruction set that knows them."""

import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

LIMIT_SECONDS = 120.0
"""A model's code is a few megabytes, which take seconds."""

_LINE = re.compile(r"\s*[0-9a-f]+:\t((?:[0-9a-f]{2} )+)\s*\t(\S+)\s*([^#<]*)")
"""Address, code and words of an instruction; a long one's code goes on in a line of its own."""

_SEGMENT = {0x2E, 0x36, 0x3E, 0x26, 0x64, 0x65, 0x67}
"""What may stand before any instruction: another segment, short addresses."""

_EVEX, _VEX = 0x62, (0xC4, 0xC5)
_OF_FP16 = (5, 6)
"""EVEX's opcode maps that AVX512-FP16 brought (Intel SDM, volume 2, 2.7.12)."""

_BF16 = ("vdpbf16ps", "vcvtne2ps2bf16", "vcvtneps2bf16")
_AMX = re.compile(r"tdp|tile|(ld|st)tilecfg")


class Unreadable(Exception):
    """Machine code can't be read here; its text is the reason."""


def count_vector_instructions(libraries: Iterable[Path]) -> dict[str, int]:
    """By oneDNN's names of the sets. Unreadable where there is no objdump, or it fails."""
    files = [str(path) for path in libraries]
    if not files:
        return {}
    try:
        done = subprocess.run(
            ["objdump", "-d", "-j", ".text", *files],
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            env={**os.environ, "LC_ALL": "C"},
        )
    except FileNotFoundError:
        raise Unreadable("objdump, of the binutils, is not there") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unreadable(f"objdump could not be run: {error}") from error
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise Unreadable(f"objdump failed: {said[0]}")
    return dict(Counter(filter(None, map(least_set, done.stdout.splitlines()))))


def least_set(line: str) -> str | None:
    """The least set with the instruction in a line of objdump's; None if it is no vector's."""
    found = _LINE.match(line)
    if found is None:
        return None
    code, name, operands = bytes.fromhex(found[1]), found[2], found[3]
    while len(code) > 1 and code[0] in _SEGMENT:
        code = code[1:]
    on_vectors = any(f"%{kind}mm" in operands for kind in "xyz")
    if code[0] == _EVEX and on_vectors:
        if code[1] & 7 in _OF_FP16:
            return "avx512_core_fp16"
        return "avx512_core_bf16" if name in _BF16 else "avx512_core"
    if code[0] in _VEX:
        if _AMX.match(name):
            return "amx"
        if name.startswith("k"):  # on masks, which AVX-512 brought
            return "avx512_core"
        return "avx2" if on_vectors or name.startswith("vzero") else None
    return "sse41" if "%xmm" in operands else None
