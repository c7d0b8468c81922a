"""What a lane's processes got that was not planned, and what of them could not be had. Pure.

Where the figures would be another set-up's, on other cores, with other threads, with memory of
another node or by another engine, the lane is invalid. The rest is a caution, said beside the
figures: a library that was not preloaded is, since every lane of the stack goes without it; memory
that is not bound, since the kernel takes it from the cores' own node while that has any; and a
variable that changed under way, since the libraries had read it at their load.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from bench.analysis.generated import generated_cautions
from bench.analysis.ratios import Records
from bench.analysis.states import by_rounds
from bench.model.plan import PlannedLane
from bench.model.record import CoreLimits, Observed, RankRecord
from bench.model.setup import Setup
from bench.text import counted, format_cpulist

FAMILY = re.compile(r"lib(iomp|gomp|omp|tcmalloc|jemalloc)")
"""Libraries whose mapping a worker records; of another one nothing is known. What a link leads to
may be another of the family: `libtcmalloc.so` to `libtcmalloc_minimal.so.4.5.10`."""


BOUND = re.compile(r"bind(?:=\w+)?:(.+)")
UNBOUND = (None, "default", "local")
"""Policies by which memory comes from where its first user runs. None: it could not be read."""


def cautions(lane: PlannedLane, records: Records) -> list[str]:
    """A sentence for each difference from the plan, once, behind the rounds it came in."""
    return by_rounds(
        (number, sentence)
        for number, record in sorted(records.items())
        for sentence in _sentences(lane.setup, record)
    )


def another_setup(setup: Setup, seen: Observed | None) -> list[str]:
    """Sentences on what makes a process's figures another set-up's: its lane is invalid."""
    if seen is None:
        return []
    parts = (_cores(setup, seen), _threads(setup, seen), _bound_elsewhere(setup, seen))
    engine = ["IPEX was loaded in it"] if seen.ipex_mapped and seen.ipex_isa is None else []
    return [sentence for part in parts for sentence in part] + engine


def _sentences(setup: Setup, record: RankRecord) -> Iterator[str]:
    seen = record.observed
    yield from another_setup(setup, seen)  # of a lane that an older kit has not judged by it
    if seen is None:
        yield "what it got of cores, memory and libraries is not recorded"
    else:
        yield from _memory(setup, seen)
        yield from _libraries(setup, seen)
        yield from _settings(seen)
    yield from generated_cautions(record.compilation)
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


def _bound_elsewhere(setup: Setup, seen: Observed) -> Iterator[str]:
    """Only numactl binds memory: a user's own binding is a caution, as under any other."""
    node, policy = setup.placement.node, seen.memory_policy
    if _binds(setup) and _bound_to(policy) not in (None, str(node)):
        yield f"its memory was to be bound to node {node}, but its policy was {policy}"


def _memory(setup: Setup, seen: Observed) -> Iterator[str]:
    node, policy = setup.placement.node, seen.memory_policy
    why = f" ({seen.memory_policy_reason})" if seen.memory_policy_reason else ""
    if _binds(setup) and _bound_to(policy) is None:
        got = f"its policy was {policy}" if policy else "what policy it had can't be read"
        yield f"its memory was to be bound to node {node}, but {got}{why}"
    if not _binds(setup) and policy not in UNBOUND and _bound_to(policy) != str(node):
        yield f"its memory policy was {policy}, and none was planned"


def _binds(setup: Setup) -> bool:
    return setup.placement.task_manager == "numactl" and setup.placement.node is not None


def _bound_to(policy: str | None) -> str | None:
    """The nodes that a policy of numa_maps binds memory to (`bind=static:0-1`), None if none."""
    match = BOUND.fullmatch(policy or "")
    return match[1] if match else None


def _libraries(setup: Setup, seen: Observed) -> Iterator[str]:
    for path in setup.preload:
        if not _was_preloaded(path, seen):
            yield f"{PurePosixPath(path).name} was to be preloaded, and was not there"
    planned = {_family(path) for path in setup.preload}
    for path in seen.allocators:
        if _family(path) not in planned:
            yield f"{PurePosixPath(path).name} served its memory, and was not planned"


def _was_preloaded(path: str, seen: Observed) -> bool:
    """By the worker's own word or, of a record that has none, by a library of the same family."""
    if seen.preloaded is not None:
        return path in seen.preloaded
    family = _family(path)
    return family is None or family in map(_family, (*seen.openmp_libraries, *seen.allocators))


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
