"""Make the plan of a run: lanes, pinning, rounds, effort, estimates, notes."""

import os
from typing import Literal, cast

from bench.errors import BenchError, Exit
from bench.model.host import Host
from bench.model.plan import Plan, PlannedLane
from bench.model.workload import Workload
from bench.plan import estimate
from bench.plan.catalogue.lanes import LANES, Lane
from bench.plan.catalogue.profiles import PROFILES, Profile
from bench.plan.cores import lane_cores, needs_second_threads
from bench.plan.hazards import quota_notes, within_shared_memory
from bench.plan.match import why_not
from bench.plan.names import choose
from bench.plan.options import Options
from bench.plan.start import environment
from bench.plan.start.command import Start, start

DataName = Literal["cifar10", "synthetic", "auto"]
DATA_NAMES = ("auto", "cifar10", "synthetic")

LIMIT_FACTOR = 6.0
"""A process may take this many times its estimate before it counts as hung."""

LIMIT_LEAST_SECONDS = 240.0
TARGET_PRECISION = 0.02
TOGETHER_SHARE = 0.85
"""Of the available memory, that processes alive together may be estimated to need."""


def make_plan(host: Host, options: Options) -> Plan:
    """Plan a run on `host`.

    BenchError: an unknown name (exit 2), a lane asked for by name that the host can't run, or no
    lane that fits in memory (exit 3).
    """
    profile = _profile(options.profile)
    data = cast(DataName, choose("data", options.data or profile.data, DATA_NAMES))
    cores = lane_cores(host)
    starting = start(host, cores.cpus, cores.node, needs_second_threads(host, cores.cpus))
    workload, shm_notes = within_shared_memory(
        workload_of(profile, options, len(cores.cpus)), host.limits.shm_bytes
    )
    lanes = _lanes(options, host, starting, workload)
    _refuse_impossible(lanes, bool(options.lane))
    runnable = [lane for lane in lanes if lane.status == "planned"]
    together, together_reason = _together(runnable, host)
    count, width = len(runnable), len(cores.cpus)
    seconds = estimate.process_seconds(workload, profile.effort, width, profile.images)
    starts = (
        estimate.start_seconds(count, width)
        if together
        else count * estimate.start_seconds(1, width)
    )
    rounds_min, rounds_max, budget = _rounds(profile, options)
    once = starts + seconds * count
    whole = once * rounds_min if budget is None else max(once, min(budget, once * rounds_max))
    return Plan(
        profile=profile.name,
        workload=workload,
        data_requested=data,
        data_images=profile.images,
        effort=profile.effort,
        lanes=lanes,
        cores=cores.cpus,
        node=cores.node,
        cores_reason=cores.reason,
        task_manager=starting.task_manager,
        preload=starting.preload,
        scrubbed=environment.scrubbed(os.environ),
        seed=options.seed,
        rounds_min=rounds_min,
        rounds_max=rounds_max,
        time_budget_seconds=budget,
        target_precision=options.target_precision or TARGET_PRECISION,
        together=together,
        together_reason=together_reason,
        lane_limit_seconds=options.lane_limit
        or max(LIMIT_LEAST_SECONDS, LIMIT_FACTOR * (starts + seconds)),
        estimate_seconds=whole,
        notes=[*quota_notes(host, cores), *starting.notes, *shm_notes],
    )


def _profile(name: str) -> Profile:
    by_name = {p.name: p for p in PROFILES}
    return by_name[choose("profile", name, list(by_name))]


def _lanes(options: Options, host: Host, starting: Start, workload: Workload) -> list[PlannedLane]:
    """Every lane of the catalogue; with lanes named only these, in its order, as often as named."""
    named = _named(options)
    planned = []
    for lane in LANES:
        for number in range(1, (named.count(lane.id) if named else 1) + 1):
            planned.append(_planned(lane, number, host, starting, workload))
    return planned


def _named(options: Options) -> list[str]:
    """The lanes asked for by name: repeated, or in one list with commas."""
    known = [lane.id for lane in LANES]
    words = ",".join(options.lane or []).split(",")
    return [choose("lane", word.strip(), known) for word in words if word.strip()]


def _together(lanes: list[PlannedLane], host: Host) -> tuple[bool, str]:
    """Whether the lanes' processes of a round can be alive together, and why or why not."""
    needed = sum(lane.memory_estimate_bytes or 0 for lane in lanes)
    available = host.limits.memory_available_bytes
    if available.value is None:
        return False, f"the memory that is available is not known: {available.reason}"
    sizes = f"about {needed / 2**30:.1f} GiB of {available.value / 2**30:.1f} GiB available"
    if needed > TOGETHER_SHARE * available.value:
        return False, f"together they would need {sizes}"
    return True, f"together they need {sizes}"


def workload_of(profile: Profile, options: Options, cores: int) -> Workload:
    """Return the profile's workload on so many cores, with what the options say instead."""
    loaders = 0 if profile.loads_in_main_process else max(1, min(8, cores // 8))
    return Workload(
        image_size=options.image_size or profile.image_size,
        batch_size=options.batch_size or profile.batch_size,
        seed=options.seed,
        loader_workers=loaders,
    )


def _rounds(profile: Profile, options: Options) -> tuple[int, int, float | None]:
    """Least and most rounds, and the time budget; rounds asked for by number are kept to."""
    if options.rounds is not None:
        return options.rounds, options.rounds, options.time_budget
    budget = options.time_budget or profile.time_budget_seconds
    return profile.rounds_min, profile.rounds_max, budget


def _planned(
    lane: Lane, number: int, host: Host, starting: Start, workload: Workload
) -> PlannedLane:
    """The lane, or its second, third … self, with the number in its id."""
    reason = why_not(lane, host)
    memory = estimate.memory_bytes(lane, workload)
    planned = PlannedLane(
        id=lane.id if number == 1 else f"{lane.id}-{number}",
        entry=lane.id,
        title=lane.title if number == 1 else f"{lane.title}, once more",
        engine=lane.engine,
        precision=lane.precision,
        memory_format=lane.memory_format,
        ceiling=lane.onednn_isa,
        status="planned" if reason is None else "skipped",
        reason=reason,
        memory_estimate_bytes=memory,
    )
    if reason is None:
        planned.environment = {**starting.environment, **lane.environment()}
        planned.command = starting.command
        planned.launcher = starting.launcher
        available = host.limits.memory_available_bytes.value
        if available is not None and memory > available:
            planned.status = "failed"
            planned.reason = _too_large(lane, workload, memory, available)
    return planned


def _too_large(lane: Lane, workload: Workload, memory: int, available: int) -> str:
    fits = estimate.largest_batch(lane, workload, available)
    remedy = f"--batch-size {fits} should fit" if fits else "no batch size fits"
    return (
        f"a batch of {workload.batch_size} needs about {memory / 2**30:.1f} GiB, "
        f"{available / 2**30:.1f} GiB are available; {remedy}"
    )


def _refuse_impossible(lanes: list[PlannedLane], named: bool) -> None:
    for lane in lanes:
        if named and lane.status == "skipped":
            raise BenchError(
                f"lane {lane.id} can't run here: {lane.reason}",
                "leave out --lanes to run every lane that this host can run",
            )
    if not any(lane.status == "planned" for lane in lanes):
        reasons = sorted({f"{lane.reason}" for lane in lanes})
        raise BenchError("no lane can run here", "; ".join(reasons), Exit.CANNOT)
