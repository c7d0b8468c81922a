"""Make the plan of a run: lanes, rounds, effort, estimates, notes."""

import math
import os

from bench.errors import BenchError, Exit
from bench.model.host import Host
from bench.model.plan import Plan, PlannedLane
from bench.model.steering import steering
from bench.plan.catalogue.lanes import BASELINE
from bench.plan.hazards import high_notes, isolation_notes, quota_notes
from bench.plan.lanes import Lanes, lanes_on
from bench.plan.options import Options
from bench.plan.pace import Pace, pace, process_seconds, rounds_of, start_seconds, together
from bench.plan.workload import data_of, profile_of
from bench.text import counted, duration

LIMIT_FACTOR = 6.0
"""A process may take this many times its estimate before it counts as hung."""

LIMIT_LEAST_SECONDS = 240.0
TARGET_PRECISION = 0.02


class NoLane(BenchError):
    """No lane can run, or one that was named can't: exit 3. `lanes` say of each why."""

    def __init__(self, cause: str, remedy: str, lanes: list[PlannedLane]) -> None:
        super().__init__(cause, remedy, Exit.CANNOT)
        self.lanes = lanes


def make_plan(host: Host, options: Options) -> Plan:
    """Plan a run on `host`.

    BenchError: what the options name is not there (exit 2), cores that can't be had (exit 3).
    NoLane: a lane asked for by name that the host can't run, or no lane that fits in memory.
    """
    profile, data = profile_of(options), data_of(options)
    every = lanes_on(host, options)
    lanes = every.lanes
    _refuse_impossible(lanes, every.named)
    running = [lane for lane in lanes if lane.intention == "planned"]
    alive_together, together_reason = together(running, host)
    starts = start_seconds(running, alive_together=alive_together)
    longest = max(process_seconds(lane, profile, first=True) for lane in running)
    rounds_min, rounds_max, budget = rounds_of(profile, options, running)
    going = pace(running, profile, alive_together=alive_together)
    return Plan(
        profile=profile.name,
        effort=profile.effort,
        functional_check=profile.functional_check,
        lanes=lanes,
        baseline=_baseline(lanes),
        data_requested=data,
        data_samples=profile.samples,
        cores_requested=options.cores,
        node_requested=options.node,
        scrubbed=steering(os.environ),
        seed=options.seed,
        rounds_min=rounds_min,
        rounds_max=rounds_max,
        time_budget_seconds=budget,
        target_precision=options.target_precision or TARGET_PRECISION,
        together=alive_together,
        together_reason=together_reason,
        lane_limit_seconds=options.lane_limit
        or max(LIMIT_LEAST_SECONDS, LIMIT_FACTOR * (starts + longest)),
        batch_reason=every.batch_reason,
        estimate_seconds=going.seconds(rounds_min)
        if budget is None
        else max(going.first, min(budget, going.seconds(rounds_max))),
        notes=[
            *_room_notes(going, rounds_min, budget),
            *_notes(host, every, running, alive_together=alive_together),
        ],
    )


def _room_notes(going: Pace, wanted: int, budget: float | None) -> list[str]:
    """Too little time for the rounds that are wanted, with how much would do."""
    if budget is None or going.rounds(budget) >= wanted:
        return []
    room = counted(going.rounds(budget), "round")
    enough = math.ceil(going.seconds(wanted) / 60) * 60
    return [
        f"{duration(budget)} have room for about {room} where {wanted} are wanted: "
        f"--time-budget {enough} should do, and fewer lanes take less"
    ]


def _notes(
    host: Host, every: Lanes, running: list[PlannedLane], *, alive_together: bool
) -> list[str]:
    needed = [lane.memory_estimate_bytes or 0 for lane in running]
    return [
        *quota_notes(host, every.cores),
        *isolation_notes(host, every.cores),
        *high_notes(host, sum(needed) if alive_together else max(needed)),
        *every.notes,
    ]


def _refuse_impossible(lanes: list[PlannedLane], named: list[str]) -> None:
    for lane in lanes:
        if lane.id in named and lane.intention == "skipped":
            raise NoLane(
                f"lane {lane.id} can't run here: {lane.reason}",
                "leave it out; a group such as --lane all runs what this host can run",
                lanes,
            )
    if not any(lane.intention == "planned" for lane in lanes):
        large = [lane for lane in lanes if lane.intention == "too large"]
        reasons = dict.fromkeys(f"{lane.reason}" for lane in large or lanes)
        raise NoLane("no lane can run here", "; ".join(reasons), lanes)


def _baseline(lanes: list[PlannedLane]) -> str:
    """The lane that speed-ups are quoted against: the catalogue's, else the first that can run."""
    able = [lane.id for lane in lanes if lane.intention != "skipped"]
    return BASELINE if BASELINE in able else able[0]
