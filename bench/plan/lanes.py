"""The lanes of a run on a host, each with its set-up, also those that can't run."""

from dataclasses import dataclass

from bench.model.host import Host
from bench.model.plan import Intention, PlannedLane
from bench.model.setup import Setup
from bench.model.workload import Workload
from bench.plan import estimate
from bench.plan.catalogue.lanes import LANES, Lane
from bench.plan.cores import lane_cores
from bench.plan.hazards import fitting_loaders
from bench.plan.match import instruction_set, stack_of, why_not
from bench.plan.names import choose
from bench.plan.options import Options
from bench.plan.start.command import Start, start
from bench.plan.workload import loaders_of, profile_of, workload_of
from bench.text import GIB


@dataclass(frozen=True)
class Lanes:
    """The lanes in the catalogue's order, and what could not be had for them, with its remedy."""

    lanes: list[PlannedLane]
    notes: list[str]


def named(options: Options) -> list[str]:
    """The lanes asked for by name: repeated, or in one list with commas."""
    known = [lane.id for lane in LANES]
    words = ",".join(options.lane or []).split(",")
    return [choose("lane", word.strip(), known) for word in words if word.strip()]


def lanes_on(host: Host, options: Options) -> Lanes:
    """Every lane of the catalogue; with lanes named only these, as often as they are named.

    BenchError (exit 2) if the options name what there is not.
    """
    cores, wanted = lane_cores(host), named(options)
    workload, profile = workload_of(options), profile_of(options)
    batch_size = options.batch_size or profile.batch_size
    batch = estimate.batch_bytes(batch_size, workload)
    loaders, shm_notes = fitting_loaders(
        loaders_of(profile, len(cores.cpus)), batch, host.allowance.shm_bytes
    )
    planned: list[PlannedLane] = []
    notes: list[str] = []
    for lane in LANES:
        times = wanted.count(lane.id) if wanted else 1
        starting = start(host, stack_of(lane, host), cores)
        setup = _setup(lane, starting, batch_size, loaders)
        first = _planned(lane, host, setup, workload, starting.command)
        planned += [_again(first, number) for number in range(1, times + 1)]
        if times and first.intention != "skipped":
            notes += starting.notes
    return Lanes(planned, list(dict.fromkeys([*notes, *shm_notes])))


def _setup(lane: Lane, starting: Start, batch_size: int, loaders: int) -> Setup:
    return Setup(
        engine=lane.engine,
        precision=lane.precision,
        memory_format=lane.memory_format,
        ceiling=lane.ceiling,
        stack=lane.stack,
        placement=starting.placement,
        preload=starting.preload,
        environment={**starting.environment, **lane.environment()},
        batch_size=batch_size,
        loader_workers=loaders,
    )


def _planned(
    lane: Lane, host: Host, setup: Setup, workload: Workload, command: list[str]
) -> PlannedLane:
    memory = estimate.memory_bytes(setup, workload)
    intention: Intention = "skipped"
    reason = why_not(lane, host)
    if reason is None:
        available = host.allowance.memory_available_bytes.value
        reason = _too_large(setup, workload, memory, available)
        intention = "planned" if reason is None else "too large"
    return PlannedLane(
        id=lane.id,
        entry=lane.id,
        title=lane.title,
        setup=setup,
        workload=workload,
        instruction_set=instruction_set(lane, host),
        intention=intention,
        reason=reason,
        command=[] if intention == "skipped" else command,
        memory_estimate_bytes=memory,
    )


def _again(lane: PlannedLane, number: int) -> PlannedLane:
    """The lane, or its second, third … self, with the number in its id."""
    if number == 1:
        return lane
    again = {"id": f"{lane.id}-{number}", "title": f"{lane.title}, once more"}
    return lane.model_copy(update=again)


def _too_large(setup: Setup, workload: Workload, memory: int, available: int | None) -> str | None:
    """Why the lane does not fit in memory, with the batch that does; None if it fits."""
    if available is None or memory <= available:
        return None
    fits = estimate.largest_batch(setup, workload, available)
    remedy = f"--batch-size {fits} should fit" if fits else "no batch size fits"
    return (
        f"a batch of {setup.batch_size} needs about {memory / GIB:.1f} GiB, "
        f"{available / GIB:.1f} GiB are available; {remedy}"
    )
