"""Readiness checks: whether this host can give numbers worth publishing. They change nothing."""

from collections.abc import Callable

from bench.doctor.allocator import allocator
from bench.doctor.amx import amx
from bench.doctor.avx512_bf16 import avx512_bf16
from bench.doctor.busy import busy
from bench.doctor.case import Case
from bench.doctor.clock_source import clock_source
from bench.doctor.cpus import cpus
from bench.doctor.disk import disk
from bench.doctor.governor import governor
from bench.doctor.huge_pages import huge_pages
from bench.doctor.memory import memory
from bench.doctor.memory_policy import memory_policy
from bench.doctor.numa_balancing import numa_balancing
from bench.doctor.openmp import openmp
from bench.doctor.shared_memory import shared_memory
from bench.doctor.smt import smt
from bench.doctor.steal import steal
from bench.doctor.turbo import turbo
from bench.doctor.versions import absent, versions
from bench.model.finding import Finding
from bench.model.host import Stack

CHECKS: tuple[Callable[[Case], Finding], ...] = (
    amx,
    avx512_bf16,
    governor,
    turbo,
    smt,
    numa_balancing,
    huge_pages,
    cpus,
    memory_policy,
    memory,
    busy,
    steal,
    disk,
    shared_memory,
    clock_source,
    allocator,
)
"""In the order they are told: processor, settings, limits, this moment, files, clock, software."""

STACK_CHECKS: tuple[Callable[[Case, Stack], Finding], ...] = (versions, openmp)
"""Software again: of each stack. Of one that is not here the first says so for all."""


def diagnose(case: Case) -> list[Finding]:
    """Every check's finding, in order."""
    of_stacks = [
        check(case, stack)
        for stack in case.host.stacks
        for check in ((versions,) if absent(case, stack) else STACK_CHECKS)
    ]
    return [*(check(case) for check in CHECKS), *of_stacks]
