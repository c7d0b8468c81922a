"""What a run would do, before it does it: lanes, rounds, cores, time and memory."""

import shlex
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bench.model.plan import Plan, PlannedLane
from bench.model.workload import Effort
from bench.report.blocks import bullets, facts, heading, lane_name, listing, state, words
from bench.report.headline import MODEL_NAMES, cores_used
from bench.text import counted, duration, size


@dataclass(frozen=True)
class Shared:
    """What every lane sets and runs alike, to be said once."""

    environment: dict[str, str]
    command: list[str]


def plan_view(plan: Plan) -> Group:
    """The whole plan for a console of 80 columns or more."""
    shared = _shared(plan.lanes)
    parts: list[RenderableType] = [
        heading(f"Plan: profile {plan.profile}"),
        facts([(label, words(value)) for label, value in _settings(plan, shared)]),
        Text(),
        _lanes(plan.lanes, shared),
    ]
    if plan.notes:
        parts += [Text(), bullets("Notes", plan.notes)]
    return Group(*parts)


def _settings(plan: Plan, shared: Shared) -> list[tuple[str, str]]:
    work = plan.workload
    rows = [
        (
            "workload",
            f"{MODEL_NAMES.get(work.model, work.model)}, {work.image_size}×{work.image_size}, "
            f"batch {work.batch_size}, "
            f"{counted(work.loader_workers, 'loader process', 'loader processes')}",
        ),
        ("data", _data(plan)),
        ("cores", f"{cores_used(plan)}: {plan.cores_reason}; pinned by {plan.task_manager}"),
        ("rounds", _rounds(plan)),
        ("in a round", _round(plan)),
        ("a process", _effort(plan.effort)),
        ("time", _time(plan)),
        ("memory", _memory(plan)),
    ]
    if shared.environment:
        rows.append(("every lane sets", _assignments(shared.environment)))
    if shared.command:
        rows.append(("every lane runs", shlex.join(shared.command)))
    if plan.scrubbed:
        rows.append(("no lane inherits", " ".join(sorted(plan.scrubbed))))
    return rows


def _data(plan: Plan) -> str:
    generated = f"synthetic, {counted(plan.data_images, 'image')}"
    return {
        "cifar10": "CIFAR-10",
        "synthetic": generated,
        "auto": f"CIFAR-10 if it can be had, else {generated}",
    }[plan.data_requested]


def _rounds(plan: Plan) -> str:
    shuffled = f"lanes shuffled in each, seed {plan.seed}"
    if plan.rounds_min == plan.rounds_max:
        return f"{plan.rounds_max}, {shuffled}"
    until = f"until each compute ratio is known within ±{100 * plan.target_precision:g} %"
    budget = "" if plan.time_budget_seconds is None else " or the time is up"
    return f"{plan.rounds_min} to {plan.rounds_max}, {until}{budget}; {shuffled}"


def _round(plan: Plan) -> str:
    how = "alive together, taking turns" if plan.together else "one process after the other"
    return f"{how}: {plan.together_reason}"


def _effort(effort: Effort) -> str:
    """`a warm-up of up to 5 steps; 2 end-to-end and 4 compute turns of 2.5 s, …`."""
    parts = []
    if effort.warmup_max_steps:
        parts.append(f"a warm-up of up to {counted(effort.warmup_max_steps, 'step')}")
    if effort.whole_epochs:
        parts.append(counted(effort.whole_epochs, "whole epoch"))
    through = f"{effort.end_to_end_turns} end-to-end and " if effort.end_to_end_turns else ""
    steps = f"{effort.turn_min_steps} to {effort.turn_max_steps} steps each"
    turns = counted(effort.compute_turns, "compute turn")
    return "; ".join([*parts, f"{through}{turns} of {duration(effort.turn_seconds)}, {steps}"])


def _time(plan: Plan) -> str:
    budget = plan.time_budget_seconds
    limit = f"budget {duration(budget)}" if budget is not None else "no budget"
    process = duration(plan.lane_limit_seconds)
    return f"about {duration(plan.estimate_seconds)} ({limit}; a process may take {process})"


def _memory(plan: Plan) -> str:
    """Of all lanes where they are alive together, else of the largest."""
    known = [each.memory_estimate_bytes for each in plan.lanes if _runs(each)]
    sizes = [each for each in known if each is not None]
    if not sizes:
        return "not estimated"
    if plan.together:
        return f"about {size(sum(sizes))} for all lanes, {size(max(sizes))} for the largest"
    return f"about {size(max(sizes))} for the largest lane"


def _lanes(lanes: list[PlannedLane], shared: Shared) -> Table:
    table = listing("Lanes")
    table.add_column("lane", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("what, or why not", overflow="fold")
    for lane in lanes:
        table.add_row(lane_name(lane.id), state(lane.status), _details(lane, shared))
    return table


def _details(lane: PlannedLane, shared: Shared) -> Text:
    """Title, reason, then the lane's own environment and its command."""
    lines = [words(f"{lane.title}, {lane.memory_format}, ceiling {lane.ceiling}")]
    if lane.reason:
        lines.append(words(lane.reason))
    if _runs(lane):
        own = {k: v for k, v in lane.environment.items() if k not in shared.environment}
        command = "" if lane.command == shared.command else shlex.join(lane.command)
        lines += [words(text, "dim") for text in (_assignments(own), command) if text]
    return Text("\n").join(lines)


def _shared(lanes: list[PlannedLane]) -> Shared:
    """What all lanes that run have in common; nothing of a single lane."""
    running = [each for each in lanes if _runs(each)]
    if len(running) < 2:
        return Shared({}, [])
    first, *others = running
    environment = {
        name: value
        for name, value in first.environment.items()
        if all(other.environment.get(name) == value for other in others)
    }
    alike = all(other.command == first.command for other in others)
    return Shared(environment, first.command if alike else [])


def _runs(lane: PlannedLane) -> bool:
    return lane.status not in ("skipped", "failed")


def _assignments(environment: dict[str, str]) -> str:
    return " ".join(f"{name}={shlex.quote(value)}" for name, value in environment.items())
