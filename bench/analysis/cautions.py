"""What a lane's processes got that was not planned, and what of them could not be had. Pure."""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from bench.analysis.ratios import Records
from bench.analysis.states import by_rounds
from bench.model.plan import PlannedLane
from bench.model.record import CoreLimits, Observed, RankRecord
from bench.model.setup import Setup
from bench.text import counted, format_cpulist

FAMILY = re.compile(r"lib(iomp|gomp|omp|tcmalloc|jemalloc)")
"""Libraries whose mapping a worker records; of another one nothing is known. What a link leads to
may be another of the family: `libtcmalloc.so` to `libtcmalloc_minimal.so.4.5.10`."""


def cautions(lane: PlannedLane, records: Records) -> list[str]:
    """A sentence for each difference from the plan, once, behind the rounds it came in."""
    return by_rounds(
        (number, sentence)
        for number, record in sorted(records.items())
        for sentence in _sentences(lane.setup, record)
    )


def _sentences(setup: Setup, record: RankRecord) -> Iterator[str]:
    seen = record.observed
    if seen is None:
        yield "what it got of cores, memory and libraries is not recorded"
    else:
        yield from _cores(setup, seen)
        yield from _threads(setup, seen)
        yield from _memory(setup, seen)
        yield from _libraries(setup, seen)
        yield from _settings(seen)
    if record.limits_failure is not None:
        failure = record.limits_failure
        yield f"the limits of its cores could not be had: {failure.kind}: {failure.message}"
    if record.limits is not None:
        yield from _clock(record.limits)


def _cores(setup: Setup, seen: Observed) -> Iterator[str]:
    """Of the process and of its loaders: both have the lane's cores for themselves."""
    cores = set(setup.placement.cores)
    if set(seen.affinity_at_start) != cores:
        yield f"it was started on {_cpus(seen.affinity_at_start)}, planned: {_cpus(cores)}"
    if outside := _union(seen.affinity_of_loaders) - cores:
        yield f"its loaders might run on {_cpus(outside)}, planned: {_cpus(cores)}"


def _threads(setup: Setup, seen: Observed) -> Iterator[str]:
    """Of PyTorch's threads: as many as cores, and together on all of them."""
    cores, threads = set(setup.placement.cores), _union(seen.affinity_of_threads)
    if outside := threads - cores:
        yield f"its threads might run on {_cpus(outside)}, planned: {_cpus(cores)}"
    if unused := cores - threads:
        yield f"none of its threads might run on {_cpus(unused)}, planned: {_cpus(cores)}"
    if seen.torch_threads != len(cores):
        threads_had = counted(seen.torch_threads, "thread")
        yield f"PyTorch had {threads_had} for {counted(len(cores), 'core')}"


def _memory(setup: Setup, seen: Observed) -> Iterator[str]:
    """Only numactl binds memory: the other task managers promise nothing."""
    node, policy = setup.placement.node, seen.memory_policy
    if setup.placement.task_manager != "numactl" or policy == f"bind:{node}":
        return
    got = "what policy it had can't be read" if policy is None else f"its policy was {policy}"
    yield f"its memory was to be bound to node {node}, but {got}"


def _libraries(setup: Setup, seen: Observed) -> Iterator[str]:
    mapped = {_family(path) for path in (*seen.openmp_libraries, *seen.allocators)}
    for path in setup.preload:
        if (family := _family(path)) is not None and family not in mapped:
            yield f"{PurePosixPath(path).name} was to be preloaded, and was not there"


def _settings(seen: Observed) -> Iterator[str]:
    if seen.environment_differs:
        names = ", ".join(seen.environment_differs)
        yield f"its environment was not the planned one: {names} differed"
    if not seen.flush_denormal:
        yield "denormals were not flushed to zero, which may slow its arithmetic"


def _clock(limits: CoreLimits) -> Iterator[str]:
    if limits.clock_mhz is None:
        reason = limits.clock_reason or "no reason was recorded"
        yield f"the clock of its cores could not be had: {reason}"


def _family(path: str) -> str | None:
    match = FAMILY.match(PurePosixPath(path).name)
    return match[0] if match else None


def _cpus(cpus: Iterable[int]) -> str:
    """`CPU 1`, `CPUs 0-3`."""
    numbers = set(cpus)
    return f"CPU{'' if len(numbers) == 1 else 's'} {format_cpulist(numbers) or 'none'}"


def _union(affinities: list[list[int]]) -> set[int]:
    return {cpu for affinity in affinities for cpu in affinity}
