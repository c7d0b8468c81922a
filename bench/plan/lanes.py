"""The lanes of a run on a host, each with its set-up, also those that can't run."""

from dataclasses import dataclass

from bench.model.host import Host
from bench.model.plan import Intention, PlannedLane
from bench.model.setup import Setup
from bench.model.workload import Workload
from bench.plan import estimate
from bench.plan.batch import choose_batch
from bench.plan.catalogue.engines import ENGINES
from bench.plan.catalogue.lanes import Lane
from bench.plan.cores import LaneCores, lane_cores
from bench.plan.hazards import fitting_loaders
from bench.plan.instead import with_archived
from bench.plan.match import instruction_set, stack_of, why_not
from bench.plan.nodes import MemoryBound, memory_bound
from bench.plan.options import Options, refuse_bad_numbers
from bench.plan.start.command import Start, start
from bench.plan.wanted import wanted
from bench.plan.workload import loaders_of, profile_of, workload_of
from bench.text import GIB


@dataclass(frozen=True)
class Lanes:
    """The lanes in the catalogue's order, their cores, why their batch is not the profile's own.

    `named` are the ids of those that are asked for by their very names. `notes` say what could
    not be had for them, with its remedy.
    """

    lanes: list[PlannedLane]
    cores: LaneCores
    named: list[str]
    batch_reason: str | None
    notes: list[str]


def lanes_on(host: Host, options: Options) -> Lanes:
    """Every lane that is asked for, as often as it is.

    BenchError: the options name what there is not (exit 2), or cores that can't be had (exit 3).
    """
    refuse_bad_numbers(options)
    asked = wanted(options, [stack.name for stack in host.stacks])
    workload, profile = workload_of(options), profile_of(options)
    cores = lane_cores(host, options.cores, options.node)
    starts = {each.lane.stack: start(host, stack_of(each.lane, host), cores) for each in asked}
    like = loaders_of(profile, len(cores.cpus))
    shm = host.allowance.shm_available_bytes

    def lanes_at(size: int) -> list[PlannedLane]:
        loaders, _ = fitting_loaders(like, estimate.batch_bytes(size, workload), shm)
        lanes = list[PlannedLane]()
        for each in asked:
            starting = starts[each.lane.stack]
            setup = _setup(each.lane, starting, size, loaders)
            lane = _planned(each.lane, host, setup, workload, starting.command)
            lanes += [_again(lane, number) for number in range(1, each.times + 1)]
        return lanes

    batch = choose_batch(host, profile, options, lanes_at)
    lanes = with_archived(lanes_at(batch.size))
    _, shm_notes = fitting_loaders(like, estimate.batch_bytes(batch.size, workload), shm)
    able = [lane for lane in lanes if lane.intention != "skipped"]
    notes = [note for lane in able for note in starts[lane.setup.stack].notes]
    return Lanes(
        lanes,
        cores,
        [each.lane.id for each in asked if each.by_name],
        batch.reason,
        list(dict.fromkeys([*notes, *shm_notes])),
    )


def _setup(lane: Lane, starting: Start, batch_size: int, loaders: int) -> Setup:
    return Setup(
        engine=lane.engine,
        precision=lane.precision,
        fp32_math=lane.fp32_math,
        memory_format=lane.memory_format,
        ceiling=lane.ceiling,
        stack=lane.stack,
        placement=starting.placement,
        preload=starting.preload,
        environment={
            **starting.environment,
            **lane.environment(),
            **_for_the_engine(lane, starting),
        },
        batch_size=batch_size,
        loader_workers=loaders,
    )


def _for_the_engine(lane: Lane, starting: Start) -> dict[str, str]:
    """What tells the lane's engine how many cores it has to compile on."""
    compiling = ENGINES[lane.engine].compiling
    if compiling is None:
        return {}
    return {compiling.cores_variable: str(len(starting.placement.cores))}


def _planned(
    lane: Lane, host: Host, setup: Setup, workload: Workload, command: list[str]
) -> PlannedLane:
    memory = estimate.memory_bytes(setup, workload)
    intention: Intention = "skipped"
    reason = why_not(lane, host)
    if reason is None:
        reason = _too_large(setup, workload, memory, memory_bound(host, setup.placement))
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


def _too_large(setup: Setup, workload: Workload, memory: int, bound: MemoryBound) -> str | None:
    """Why the lane does not fit in memory, with the batch that does; None if it fits."""
    if bound.available is None or memory <= bound.available:
        return None
    fits = estimate.largest_batch(setup, workload, bound.available)
    remedy = f"--batch-size {fits} should fit" if fits else "no batch size fits"
    needs = f"a batch of {setup.batch_size} needs about {memory / GIB:.1f} GiB"
    return f"{needs}, {bound}; {remedy}"
