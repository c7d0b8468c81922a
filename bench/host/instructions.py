"""Instruction sets that matter here: advertised by the CPU, and proven by executing one."""

import ctypes
import signal
import struct
from collections.abc import Callable
from dataclasses import dataclass

from bench import machine_code
from bench.host.amx import request_tiles
from bench.host.child import in_child
from bench.model.host import AmxPermission, InstructionSet


@dataclass(frozen=True)
class Attempt:
    """What came of executing one instruction; `usable` is None where it could not be tried."""

    usable: bool | None
    why: str


Execute = Callable[[str], Attempt]
"""Tries the instruction set of that name."""

# Machine code, from the Intel SDM volume 2; the comments say the assembler's words.
_RETURN = bytes.fromhex("c5f877 c3")  # vzeroupper; ret
_OPEN_TILES = bytes.fromhex("c4e2784907 c4e27b49c0 c4e27b49c8 c4e27b49d0")  # ldtilecfg; tilezero
_CLOSE_TILES = bytes.fromhex("c4e27849c0 c3")  # tilerelease; ret

_VECTOR = {
    "avx2": bytes.fromhex("c5fdfec0"),  # vpaddd ymm
    "avx512f": bytes.fromhex("62f17d48fec0"),  # vpaddd zmm
    "avx512_vnni": bytes.fromhex("62f27d4850c0"),  # vpdpbusd zmm
    "avx512_bf16": bytes.fromhex("62f27e4852c0"),  # vdpbf16ps zmm
    "avx512_fp16": bytes.fromhex("62f57c4858c0"),  # vaddph zmm
}
_TILE = {
    "amx_tile": b"",
    "amx_bf16": bytes.fromhex("c4e26a5cc1"),  # tdpbf16ps
    "amx_int8": bytes.fromhex("c4e26b5ec1"),  # tdpbssd
    "amx_fp16": bytes.fromhex("c4e26b5cc1"),  # tdpfp16ps
}
_TILE_CONFIG = struct.pack("<B15x3H26x3B13x", 1, 64, 64, 64, 16, 16, 16)
"""Palette 1; three tiles of 16 rows of 64 bytes."""

NAMES = (*_VECTOR, *_TILE)
"""The sets in order of age, by the names `/proc/cpuinfo` gives them."""

_NO_PERMISSION = 1
_NO_EXECUTABLE_MEMORY = 2


def read_instruction_sets(
    flags: frozenset[str] | None, machine: str, permission: AmxPermission, execute: Execute
) -> list[InstructionSet]:
    """Every set of `NAMES`: whether it is advertised and whether it can be executed."""
    sets = []
    for name in NAMES:
        tried = _judge(name, flags, machine, permission) or execute(name)
        unknown = flags is None and machine == "x86_64"
        advertised = None if unknown else name in (flags or ())
        sets.append(
            InstructionSet(name=name, advertised=advertised, usable=tried.usable, why=tried.why)
        )
    return sets


def execute(name: str) -> Attempt:
    """Execute one instruction of the set in a forked child; its death is the answer."""
    try:
        code = in_child(lambda: _run(name))
    except OSError as error:
        return Attempt(None, f"not tried: {error}")
    if code == 0:
        return Attempt(True, "executed")
    if code == -signal.SIGALRM:
        return Attempt(None, "tried, and gave no answer in time")
    if code < 0:
        return Attempt(False, f"{signal.Signals(-code).name} when executed")
    if code == _NO_PERMISSION:
        return Attempt(False, "the kernel refused the tile state")
    if code == _NO_EXECUTABLE_MEMORY:
        return Attempt(None, "not tried: the system refused executable memory")
    return Attempt(None, f"not tried: the process that should ended with {code}")


def _judge(
    name: str, flags: frozenset[str] | None, machine: str, permission: AmxPermission
) -> Attempt | None:
    if machine != "x86_64":
        return Attempt(None, f"not tried: {machine} is not x86_64")
    if flags is None:
        return Attempt(None, "not tried: the CPU's flags are not known, /proc/cpuinfo has none")
    if name not in flags:
        # Not tried even so: of a set it does not name the kernel may not save the registers.
        return Attempt(False, "not advertised by the CPU")
    if name in _TILE and permission.granted is False:
        return Attempt(False, f"the kernel refused the tile state: {permission.answer}")
    return None


def _run(name: str) -> int:
    if name in _TILE and request_tiles() != 0:
        return _NO_PERMISSION
    try:
        run = machine_code.function(_program(name), None, ctypes.c_char_p)
    except machine_code.Refused:
        return _NO_EXECUTABLE_MEMORY
    run(_TILE_CONFIG)
    return 0


def _program(name: str) -> bytes:
    if name in _TILE:
        return _OPEN_TILES + _TILE[name] + _CLOSE_TILES
    return _VECTOR[name] + _RETURN
