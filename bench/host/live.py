"""Answers that only the running kernel can give, apart from its files."""

import ctypes
import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from bench.host.amx import ask_amx
from bench.host.child import FAILED, in_child
from bench.host.cpu import Block, ask_py_cpuinfo
from bench.host.cpuid import unlisted_flags
from bench.host.instructions import Execute, execute
from bench.host.stacks import find_stacks
from bench.host.tools import find_tools
from bench.model.base import Reading
from bench.model.host import AmxPermission, Stack, Tools

_SET_MEMPOLICY = {"x86_64": 238, "aarch64": 237}
"""The system call's number by architecture, from Linux's tables."""
_MPOL_DEFAULT = 0


@dataclass(frozen=True)
class Live:
    """What this process was told when it asked. Tests of recorded hosts say what they were told."""

    machine: str
    host_name: str
    kernel: str
    affinity: list[int]
    amx_permission: AmxPermission
    execute: Execute
    unlisted_flags: Callable[[], frozenset[str]]
    describe_cpu: Callable[[], Block]
    memory_policy: Reading[bool]
    shm_bytes: Reading[int]
    tools: Tools
    stacks: list[Stack]

    @classmethod
    def ask(cls) -> Self:
        """Ask them all, for real."""
        system = os.uname()
        return cls(
            machine=system.machine,
            host_name=system.nodename,
            kernel=system.release,
            affinity=sorted(os.sched_getaffinity(0)),
            amx_permission=ask_amx(system.machine),
            execute=execute,
            unlisted_flags=unlisted_flags,
            describe_cpu=ask_py_cpuinfo,
            memory_policy=_ask_memory_policy(system.machine),
            shm_bytes=_ask_shm(),
            tools=find_tools(),
            stacks=find_stacks(),
        )


def _ask_memory_policy(machine: str) -> Reading[bool]:
    """Whether `numactl` can bind memory: Docker's default seccomp profile says EPERM."""
    if machine not in _SET_MEMPOLICY:
        return Reading(reason=f"not asked on {machine}")
    try:
        # In a child, because asking takes away a policy this process may have been started with.
        code = in_child(lambda: _set_default_policy(_SET_MEMPOLICY[machine]))
    except OSError as error:
        return Reading(reason=f"not asked: {error}")
    if code in (0, errno.EPERM, errno.ENOSYS):
        return Reading(value=code == 0)
    if code < 0 or code == FAILED:
        return Reading(reason=f"the process that asked ended with {code}")
    return Reading(reason=f"set_mempolicy: {os.strerror(code)}")


def _set_default_policy(number: int) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    return ctypes.get_errno() if libc.syscall(number, _MPOL_DEFAULT, None, 0) else 0


def _ask_shm() -> Reading[int]:
    try:
        shm = os.statvfs("/dev/shm")
    except OSError as error:
        return Reading(reason=f"/dev/shm: {error.strerror}")
    return Reading(value=shm.f_blocks * shm.f_frsize)
