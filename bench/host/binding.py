"""To which NUMA nodes memory can be bound: tried with the very policy that numactl sets."""

import ctypes
import errno
import mmap
import os

from bench.host.child import in_child
from bench.model.base import Reading

_SET_MEMPOLICY = {"x86_64": 238, "aarch64": 237}
"""The system call's number by architecture, from Linux's tables."""
_MPOL_BIND = 2
_UNTRIED = 255


def bindable_nodes(nodes: list[int], machine: str) -> Reading[list[int]]:
    """Those of `nodes` that memory could be bound to; the kernel's first refusal if there is none.

    In a child, since a policy stays with its process and takes away the one it was started with.
    """
    if machine not in _SET_MEMPOLICY:
        return Reading(reason=f"not asked on {machine}")
    answers = mmap.mmap(-1, len(nodes))  # shared with the child
    answers.write(bytes([_UNTRIED]) * len(nodes))
    try:
        code = in_child(lambda: _try(nodes, _SET_MEMPOLICY[machine], answers))
    except OSError as error:
        return Reading(reason=f"not asked: {error}")
    given = dict(zip(nodes, answers[:], strict=True))
    bound = [node for node, answer in given.items() if answer == 0]
    if bound:
        return Reading(value=bound)
    refusals = [answer for answer in given.values() if answer != _UNTRIED]
    if not refusals:
        return Reading(reason=f"the process that asked ended with {code}")
    return Reading(reason=f"set_mempolicy(MPOL_BIND): {_error(refusals[0])}")


def _try(nodes: list[int], number: int, answers: mmap.mmap) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    for place, node in enumerate(nodes):
        mask = (ctypes.c_ulong * (node // 64 + 1))()
        mask[node // 64] = 1 << node % 64
        # The kernel reads one bit less than it is told.
        refused = libc.syscall(number, _MPOL_BIND, ctypes.byref(mask), 64 * len(mask) + 1)
        if not refused:
            with mmap.mmap(-1, mmap.PAGESIZE) as page:
                page[0] = 1  # of a node that can give none, this is where the child ends
        answers[place] = ctypes.get_errno() if refused else 0
    return 0


def _error(number: int) -> str:
    return f"{errno.errorcode.get(number, number)} ({os.strerror(number)})"
