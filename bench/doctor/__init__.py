"""Readiness checks: whether this host can give numbers worth publishing. They change nothing."""

from collections.abc import Callable

from bench.doctor.amx import amx
from bench.doctor.avx512_bf16 import avx512_bf16
from bench.doctor.busy import busy
from bench.doctor.case import Case
from bench.doctor.clock_source import clock
from bench.doctor.cpus import cpus
from bench.doctor.disk import disk
from bench.doctor.frequency import governor, turbo
from bench.doctor.huge_pages import huge_pages
from bench.doctor.libraries import allocator, openmp
from bench.doctor.memory import memory
from bench.doctor.numa import memory_policy, numa_balancing
from bench.doctor.shared_memory import shared_memory
from bench.doctor.smt import smt
from bench.doctor.steal import steal
from bench.doctor.versions import versions
from bench.model.finding import Finding

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
    allocator,
    openmp,
    versions,
    disk,
    shared_memory,
    clock,
)
"""In the order they are told: processor, settings, limits, this moment, software, files, clock."""


def diagnose(case: Case) -> list[Finding]:
    """Every check's finding, in order."""
    return [check(case) for check in CHECKS]
