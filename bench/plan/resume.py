"""Whether a run that ended early can go on here, and the result to go on with."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.errors import BenchError, Exit
from bench.model.host import Host
from bench.model.plan import Plan, PlannedLane
from bench.model.result import Result
from bench.model.setup import Setup
from bench.plan.cores import parse_cores
from bench.plan.make import make_plan
from bench.plan.options import Options, refuse_bad_numbers, spelt
from bench.plan.wanted import wanted
from bench.plan.workload import data_of

HOW_LONG = ("rounds_min", "rounds_max", "time_budget_seconds", "target_precision")
"""What of a plan may be given anew, all of it together."""


def resumed(before: Result, host: Host, options: Options) -> Result:
    """The run as it was, ready for more rounds on this host.

    Its plan stays; only how long it goes on may be given anew (rounds, time budget, target
    precision, lane limit). BenchError if the host or the workload is not the run's own.
    """
    plan = before.plan
    refuse_bad_numbers(options)
    _refuse_other_stacks(before, host)
    if changed := _given(options, plan, host):
        given = (f"{spelt(name)} {_as_given(getattr(options, name))}" for name in changed)
        raise BenchError(
            f"a resumed run keeps its workload and its cores: {', '.join(given)} can't be changed",
            "leave that out, or begin a new run",
        )
    _refuse_other(_other_host(before, host))
    fresh = make_plan(host, _again(plan, options))
    _refuse_other(_other_lanes(plan, fresh))
    now = {lane.id: lane for lane in fresh.lanes}
    update: dict[str, Any] = {
        "lanes": [_where_it_lies(lane, now.get(lane.id)) for lane in plan.lanes]
    }
    if options.rounds or options.time_budget or options.target_precision:
        update |= {name: getattr(fresh, name) for name in HOW_LONG}
    update["lane_limit_seconds"] = fresh.lane_limit_seconds
    return before.model_copy(
        update={
            "host": before.host.model_copy(update={"stacks": host.stacks}),
            "plan": plan.model_copy(update=update),
            "processes": list(before.processes),
            "status": "running",
            "stop_reason": "not ended yet",
            "finished_at": None,
        }
    )


def _refuse_other_stacks(before: Result, host: Host) -> None:
    """BenchError if a stack of the run's lanes is --stack's and was not, or was and is not."""
    of_lanes = {lane.setup.stack for lane in before.plan.lanes if lane.intention != "skipped"}
    for name in sorted(of_lanes):
        was, now = before.host.stack(name), host.stack(name)
        named, is_named = was is not None and was.named, now is not None and now.named
        if named and not is_named:
            raise BenchError(
                f"that run trains in stack {name}, whose interpreter was named by --stack",
                f"name it again: --stack {name}=PYTHON",
                Exit.USAGE,
            )
        if is_named and not named:
            raise BenchError(
                f"that run trains in this kit's own stack {name}",
                f"leave --stack {name} out, or begin a new run",
                Exit.USAGE,
            )


def _as_given(value: object) -> str:
    """An option's value as the command line has it."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _where_it_lies(lane: PlannedLane, now: PlannedLane | None) -> PlannedLane:
    """The lane with today's paths: kit and stack may lie in another folder by now."""
    if now is None:
        return lane
    setup = lane.setup.model_copy(update={"preload": now.setup.preload})
    return lane.model_copy(update={"command": now.command, "setup": setup})


def _refuse_other(changed: list[str]) -> None:
    if changed:
        raise BenchError(
            f"that run can't go on here, this is not the same: {', '.join(changed)}",
            "resume it where and as it was begun, or begin a new run",
        )


def _again(plan: Plan, options: Options) -> Options:
    """The options that made the plan, with the new ones for how long to go on."""
    lane = plan.lanes[0]
    return Options(
        profile=plan.profile,
        model=lane.workload.model,
        lane=_entries(lane for lane in plan.lanes if lane.intention != "skipped"),
        data=plan.data_requested,
        cores=plan.cores_requested,
        node=plan.node_requested,
        batch_size=lane.setup.batch_size,
        image_size=lane.workload.image_size,
        seed=plan.seed,
        rounds=options.rounds,
        time_budget=options.time_budget,
        target_precision=options.target_precision,
        lane_limit=options.lane_limit,
    )


def _given(options: Options, plan: Plan, host: Host) -> list[str]:
    """The options of the workload that were given and are not the plan's."""
    default, of_plan = Options(), _again(plan, options)
    placement = plan.lanes[0].setup.placement
    given = {
        "lane": _lanes_given(options, host) not in (_entries(plan.lanes), of_plan.lane),
        "data": options.data is not None and data_of(options) != of_plan.data,
        "cores": options.cores is not None and parse_cores(options.cores) != set(placement.cores),
        "node": options.node is not None and options.node != placement.node,
    }
    for name in ("profile", "model", "batch_size", "image_size", "seed"):
        given[name] = getattr(options, name) != getattr(of_plan, name)
    return [
        name
        for name, differs in given.items()
        if differs and getattr(options, name) != getattr(default, name)
    ]


def _lanes_given(options: Options, host: Host) -> list[str]:
    asked = wanted(options, [stack.name for stack in host.stacks])
    return [each.lane.id for each in asked for _ in range(each.times)]


def _entries(lanes: Iterable[PlannedLane]) -> list[str]:
    return [lane.entry for lane in lanes]


def _other_host(before: Result, host: Host) -> list[str]:
    was = before.host
    packages = {
        f"{name} of stack {stack.name}": (reading.value, _release(host, stack.name, name))
        for stack in was.stacks
        if any(lane.setup.stack == stack.name for lane in before.plan.lanes)
        for name, reading in stack.packages.items()
    }
    facts = {
        "the host": (was.id, host.id),
        "its processor": (was.cpu.brand.value, host.cpu.brand.value),
    }
    return [name for name, (then, now) in (facts | packages).items() if then != now]


def _release(host: Host, stack: str, package: str) -> str | None:
    known = host.stack(stack)
    reading = known.packages.get(package) if known is not None else None
    return reading.value if reading is not None else None


def _other_lanes(before: Plan, now: Plan) -> list[str]:
    """What differs of the lanes that would go on, in words."""
    lanes = {lane.id: lane for lane in before.lanes if lane.intention != "skipped"}
    if lanes.keys() != {lane.id for lane in now.lanes}:
        return ["the lanes"]
    differing = {"how much a process measures"} if before.effort != now.effort else set()
    for lane in now.lanes:
        differing |= _differing(lanes[lane.id], lane)
    return sorted(differing)


def _differing(was: PlannedLane, lane: PlannedLane) -> set[str]:
    then, now = was.setup, lane.setup
    elsewhere = {"placement": then.placement, "preload": then.preload}
    facts = {
        "the workload": was.workload != lane.workload,
        "the cores": then.placement.cores != now.placement.cores,
        "how processes are pinned": _pinned(then) != _pinned(now),
        "the lanes' settings": then != now.model_copy(update=elsewhere)
        or _names(then.preload) != _names(now.preload),
    }
    return {name for name, differs in facts.items() if differs}


def _pinned(setup: Setup) -> tuple[str, str, int | None]:
    return setup.placement.launcher, setup.placement.task_manager, setup.placement.node


def _names(paths: list[str]) -> list[str]:
    return [Path(path).name for path in paths]
