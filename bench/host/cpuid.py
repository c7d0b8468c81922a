"""What the CPU advertises and Linux keeps out of `/proc/cpuinfo`."""

import ctypes

from bench import machine_code
from bench.host.child import in_child

_LEAF_7_1_EAX = bytes.fromhex("b807000000 b901000000 53 0fa2 5b c3")
"""mov eax, 7; mov ecx, 1; push rbx; cpuid; pop rbx; ret (rbx is the caller's)."""

_AMX_FP16 = 1 << 21
"""CPUID leaf 7, subleaf 1, EAX (Intel SDM volume 2, CPUID)."""


def unlisted_flags() -> frozenset[str]:
    """`amx_fp16` if CPUID says so; in a forked child, since a hardened system may kill it.

    Only for x86-64.
    """
    try:
        return frozenset({"amx_fp16"}) if in_child(_has_amx_fp16) == 1 else frozenset()
    except OSError:
        return frozenset()


def _has_amx_fp16() -> int:
    leaf: int = machine_code.function(_LEAF_7_1_EAX, ctypes.c_uint32)()
    return int(leaf & _AMX_FP16 != 0)
