"""The clock of one core, without counters: how long a chain of dependent instructions takes.

A virtual machine often shows neither its host's frequency nor performance counters. But a chain
in which each instruction waits for the one before takes its latency in core cycles: 1 for a
register `add` on every x86-64 core, 3 for a 32-bit `imul` on every server core since Intel's
Nehalem and AMD's Zen (uops.info; Fog, Instruction tables). The clock is that of the additions,
which several units of a core can execute; the multiplications, whose only unit a neighbour on the
same core may hold up, are there to show that the latencies are those two.
"""

import ctypes
import platform
import time
from collections.abc import Callable

from bench import machine_code

LOADS = 5
RUNS = 4
"""Times a load is put on the core, and each chain run after it: a millisecond in all. The
shortest run counts, since a disturbance only lengthens."""

AGREEMENT = 0.15
"""Relative difference up to which the chains agree; a latency of 4 for 3 makes it a quarter."""

_UNROLLED = 64
_CYCLES = 240_000
"""Of one run: 60 to 120 microseconds."""

# Machine code, from the Intel SDM volume 2; the comments say the assembler's words.
_BEGIN = bytes.fromhex("b803000000")  # mov eax, 3
_MULTIPLY = bytes.fromhex("0fafc0")  # imul eax, eax
_ADD = bytes.fromhex("01c0")  # add eax, eax
_COUNT_DOWN = bytes.fromhex("ffcf 0f85")  # dec edi; jnz to the 32-bit distance that follows
_RETURN = bytes.fromhex("c3")  # ret


class ClockUnknown(Exception):
    """The clock can't be measured here; its text is the reason."""


def clock_mhz(load: Callable[[], object]) -> float:
    """MHz of the core this thread is on, right after `load`, whose clock is the one in force.

    ClockUnknown where it can't be had.
    """
    if platform.machine() != "x86_64":
        raise ClockUnknown(f"the clock is measured on x86_64 only, not on {platform.machine()}")
    try:
        multiplying, adding = _Chain(_MULTIPLY, latency=3), _Chain(_ADD, latency=1)
    except machine_code.Refused as refused:
        raise ClockUnknown(str(refused)) from None
    for _ in range(LOADS):
        load()
        for _ in range(RUNS):
            adding.run()
            multiplying.run()
    return agreed(adding.mhz(), multiplying.mhz())


def agreed(adding: float, multiplying: float) -> float:
    """MHz by the chain of additions; ClockUnknown if that of multiplications is far from it."""
    if abs(multiplying / adding - 1) > AGREEMENT:
        raise ClockUnknown(
            f"chains of additions and of multiplications disagree: {adding:.0f} and "
            f"{multiplying:.0f} MHz"
        )
    return adding


class _Chain:
    """A loop over one instruction that depends on itself, timed again and again."""

    def __init__(self, instruction: bytes, latency: int) -> None:
        self._rounds = _CYCLES // (_UNROLLED * latency)
        self._call = machine_code.function(_loop(instruction), None, ctypes.c_int32)
        self._calling = min(self._nanoseconds(rounds=1) for _ in range(20))
        self._best = self._nanoseconds(self._rounds)

    def run(self) -> None:
        self._best = min(self._best, self._nanoseconds(self._rounds))

    def mhz(self) -> float:
        """By the shortest run, without what one round takes, which is mostly calling it."""
        cycles = _CYCLES * (self._rounds - 1) / self._rounds
        return 1e3 * cycles / (self._best - self._calling)

    def _nanoseconds(self, rounds: int) -> int:
        started = time.perf_counter_ns()
        self._call(rounds)
        return time.perf_counter_ns() - started


def _loop(instruction: bytes) -> bytes:
    body = instruction * _UNROLLED + _COUNT_DOWN
    back = -(len(body) + 4)  # from the end of the jump, whose distance is 4 bytes
    return _BEGIN + body + back.to_bytes(4, "little", signed=True) + _RETURN
