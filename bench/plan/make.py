"""Make the plan of a run: lanes, rounds, effort, estimates, notes."""

import os

from bench.errors import BenchError, Exit
from bench.model.host import Host
from bench.model.plan import Plan, PlannedLane
from bench.model.steering import steering
from bench.plan import estimate
from bench.plan.catalogue.lanes import BASELINE
from bench.plan.catalogue.profiles import Profile
from bench.plan.cores import lane_cores
from bench.plan.hazards import quota_notes
from bench.plan.lanes import lanes_on
from bench.plan.options import Options
from bench.plan.workload import data_of, profile_of
from bench.text import GIB

LIMIT_FACTOR = 6.0
"""A process may take this many times its estimate before it counts as hung."""

LIMIT_LEAST_SECONDS = 240.0
TARGET_PRECISION = 0.02
TOGETHER_SHARE = 0.85
"""Of the available memory, that processes alive together may be estimated to need."""


def make_plan(host: Host, options: Options) -> Plan:
    """Plan a run on `host`.

    BenchError: what the options name is not there (exit 2), a lane asked for by name that the
    host can't run, or no lane that fits in memory (exit 3).
    """
    profile, data = profile_of(options), data_of(options)
    every = lanes_on(host, options)
    lanes = every.lanes
    _refuse_impossible(lanes, named=bool(options.lane))
    running = [lane for lane in lanes if lane.intention == "planned"]
    together, together_reason = _together(running, host)
    starts = _start_seconds(running, together=together)
    work = [_seconds(lane, profile) for lane in running]
    rounds_min, rounds_max, budget = _rounds(profile, options)
    once = starts + sum(work)
    whole = once * rounds_min if budget is None else max(once, min(budget, once * rounds_max))
    return Plan(
        profile=profile.name,
        effort=profile.effort,
        lanes=lanes,
        baseline=_baseline(lanes),
        data_requested=data,
        data_samples=profile.samples,
        scrubbed=steering(os.environ),
        seed=options.seed,
        rounds_min=rounds_min,
        rounds_max=rounds_max,
        time_budget_seconds=budget,
        target_precision=options.target_precision or TARGET_PRECISION,
        together=together,
        together_reason=together_reason,
        lane_limit_seconds=options.lane_limit
        or max(LIMIT_LEAST_SECONDS, LIMIT_FACTOR * (starts + max(work))),
        estimate_seconds=whole,
        notes=[*quota_notes(host, lane_cores(host)), *every.notes],
    )


def _refuse_impossible(lanes: list[PlannedLane], *, named: bool) -> None:
    for lane in lanes:
        if named and lane.intention == "skipped":
            raise BenchError(
                f"lane {lane.id} can't run here: {lane.reason}",
                "leave out --lane to run every lane that this host can run",
            )
    if not any(lane.intention == "planned" for lane in lanes):
        reasons = sorted({f"{lane.reason}" for lane in lanes})
        raise BenchError("no lane can run here", "; ".join(reasons), Exit.CANNOT)


def _baseline(lanes: list[PlannedLane]) -> str:
    """The lane that speed-ups are quoted against: the catalogue's, else the first that can run."""
    able = [lane.id for lane in lanes if lane.intention != "skipped"]
    return BASELINE if BASELINE in able else able[0]


def _together(lanes: list[PlannedLane], host: Host) -> tuple[bool, str]:
    """Whether the lanes' processes of a round can be alive together, and why or why not."""
    needed = sum(lane.memory_estimate_bytes or 0 for lane in lanes)
    available = host.allowance.memory_available_bytes
    if available.value is None:
        return False, f"the memory that is available is not known: {available.reason}"
    sizes = f"about {needed / GIB:.1f} GiB of {available.value / GIB:.1f} GiB available"
    if needed > TOGETHER_SHARE * available.value:
        return False, f"together they would need {sizes}"
    return True, f"together they need {sizes}"


def _rounds(profile: Profile, options: Options) -> tuple[int, int, float | None]:
    """Least and most rounds, and the time budget; rounds asked for by number are kept to."""
    if options.rounds is not None:
        return options.rounds, options.rounds, options.time_budget
    budget = options.time_budget or profile.time_budget_seconds
    return profile.rounds_min, profile.rounds_max, budget


def _start_seconds(lanes: list[PlannedLane], *, together: bool) -> float:
    """Of one round: its processes are started all at once, or one after the other."""
    setups = [lane.setup for lane in lanes]
    groups = [setups] if together else [[setup] for setup in setups]
    return sum(map(estimate.start_seconds, groups))


def _seconds(lane: PlannedLane, profile: Profile) -> float:
    return estimate.process_seconds(lane.setup, lane.workload, profile.effort, profile.samples)
