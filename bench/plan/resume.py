"""Whether a run that ended early can go on here, and the result to go on with."""

from bench.errors import BenchError
from bench.model.host import Host
from bench.model.plan import Plan
from bench.model.result import Result
from bench.plan.make import make_plan
from bench.plan.options import Options


def resumed(before: Result, host: Host, options: Options) -> Result:
    """The run as it was, ready for more rounds on this host.

    Its plan stays; only how long it goes on may be given anew (rounds, time budget, target
    precision, lane limit). BenchError if the host or the workload is not the run's own.
    """
    plan = before.plan
    if changed := _given(options, plan):
        raise BenchError(
            f"a resumed run keeps its workload: {', '.join(changed)} can't be changed",
            "leave that out, or begin a new run",
        )
    fresh = make_plan(host, _again(plan, options))
    if changed := [*_other_host(before.host, host), *_other_plan(plan, fresh)]:
        raise BenchError(
            f"that run can't go on here, this is not the same: {', '.join(changed)}",
            "resume it where and as it was begun, or begin a new run",
        )
    commands = {lane.id: lane.command for lane in fresh.lanes}
    for lane in plan.lanes:
        lane.command = commands.get(lane.id, [])  # the kit may lie in another folder by now
    for name in ("rounds_min", "rounds_max", "time_budget_seconds", "target_precision"):
        if options.rounds or options.time_budget or options.target_precision:
            setattr(plan, name, getattr(fresh, name))
    plan.lane_limit_seconds = fresh.lane_limit_seconds
    before.status, before.stop_reason, before.finished_at = "running", "not ended yet", None
    return before


def _again(plan: Plan, options: Options) -> Options:
    """The options that made the plan, with the new ones for how long to go on."""
    return Options(
        profile=plan.profile,
        lane=[lane.entry for lane in plan.lanes if lane.status != "skipped"],
        data=plan.data_requested,
        batch_size=plan.workload.batch_size,
        image_size=plan.workload.image_size,
        seed=plan.seed,
        rounds=options.rounds,
        time_budget=options.time_budget,
        target_precision=options.target_precision,
        lane_limit=options.lane_limit,
    )


def _given(options: Options, plan: Plan) -> list[str]:
    """The options of the workload that were given and are not the plan's."""
    default = Options()
    work = plan.workload
    of_plan = {
        "profile": plan.profile,
        "lane": [lane.entry for lane in plan.lanes],
        "data": plan.data_requested,
        "batch_size": work.batch_size,
        "image_size": work.image_size,
        "seed": plan.seed,
    }
    return [
        name
        for name, value in of_plan.items()
        if getattr(options, name) not in (getattr(default, name), value)
    ]


def _other_host(before: Host, now: Host) -> list[str]:
    differs = {
        "the host": before.id != now.id,
        "its processor": before.cpu.brand.value != now.cpu.brand.value,
        "torch": before.tools.torch.value != now.tools.torch.value,
        "IPEX": before.tools.intel_extension_for_pytorch.value
        != now.tools.intel_extension_for_pytorch.value,
    }
    return [name for name, it_does in differs.items() if it_does]


def _other_plan(before: Plan, now: Plan) -> list[str]:
    environments = {lane.id: lane.environment for lane in before.lanes}
    facts = {
        "the workload": before.workload != now.workload,
        "the cores": before.cores != now.cores,
        "how processes are pinned": before.task_manager != now.task_manager,
        "how much a process measures": before.effort != now.effort,
        "the lanes' settings": any(
            environments[lane.id] != lane.environment for lane in now.lanes if lane.environment
        ),
    }
    return [name for name, differs in facts.items() if differs]
