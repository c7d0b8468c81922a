"""Readiness checks: whether this host can give numbers worth publishing. They change nothing."""

from collections.abc import Callable

from bench.host.checks.amx import amx
from bench.host.checks.avx512_bf16 import avx512_bf16
from bench.host.checks.busy import busy
from bench.host.checks.case import Case
from bench.host.checks.clock import clock
from bench.host.checks.cpus import cpus
from bench.host.checks.disk import disk
from bench.host.checks.finding import Finding
from bench.host.checks.frequency import governor, turbo
from bench.host.checks.huge_pages import huge_pages
from bench.host.checks.libraries import allocator, openmp
from bench.host.checks.memory import memory
from bench.host.checks.numa import memory_policy, numa_balancing
from bench.host.checks.shared_memory import shared_memory
from bench.host.checks.smt import smt
from bench.host.checks.steal import steal
from bench.host.checks.versions import versions

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
