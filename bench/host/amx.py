"""The kernel's permission for AMX tile state, asked for real."""

import ctypes
import errno
import os

from bench.host.child import FAILED, in_child
from bench.model.host import AmxPermission

# From Linux: arch/x86/include/uapi/asm/prctl.h and Documentation/arch/x86/xstate.rst.
_SYS_ARCH_PRCTL = 158
_ARCH_GET_XCOMP_SUPP = 0x1021
_ARCH_REQ_XCOMP_PERM = 0x1023
_TILE_DATA = 18


def request_tiles() -> int:
    """Ask the kernel for tile state in this process: 0 if granted, else the error number."""
    libc = ctypes.CDLL(None, use_errno=True)
    refused = libc.syscall(_SYS_ARCH_PRCTL, _ARCH_REQ_XCOMP_PERM, _TILE_DATA)
    return ctypes.get_errno() if refused else 0


def ask_amx(machine: str) -> AmxPermission:
    """Ask in a child: a granted permission stays with its process and enlarges signal frames."""
    if machine != "x86_64":
        return AmxPermission(granted=None, answer=f"not asked: {machine} is not x86_64")
    try:
        code = in_child(request_tiles)
    except OSError as error:
        return AmxPermission(granted=None, answer=f"not asked: {error}")
    if code < 0 or code == FAILED:
        return AmxPermission(granted=None, answer=f"the process that asked ended with {code}")
    return AmxPermission(granted=code == 0, answer=describe(code, _offered_states()))


def describe(code: int, offered: int | None) -> str:
    """The answer in words: `code` is 0 or an error number, `offered` the kernel's state mask."""
    if code == 0:
        return "granted"
    # Linux gives 95 two names; the kernel's own is EOPNOTSUPP, Python's table has the other.
    name = "EOPNOTSUPP" if code == errno.EOPNOTSUPP else errno.errorcode.get(code, str(code))
    answer = f"{name} ({os.strerror(code)})"
    if code == errno.EINVAL:
        return f"{answer}: this kernel has no AMX support, it came with Linux 5.16"
    if offered is not None and not offered >> _TILE_DATA & 1:
        return f"{answer}: tile data is not among the states the kernel offers ({offered:#x})"
    return answer


def _offered_states() -> int | None:
    libc = ctypes.CDLL(None, use_errno=True)
    mask = ctypes.c_uint64()
    refused = libc.syscall(_SYS_ARCH_PRCTL, _ARCH_GET_XCOMP_SUPP, ctypes.byref(mask))
    return None if refused else mask.value
