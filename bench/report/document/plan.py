"""What a run would do, before it does it: lanes, rounds, cores, time and memory."""

import shlex
from dataclasses import dataclass
from pathlib import PurePath

from bench.model.plan import Plan, PlannedLane
from bench.model.protocol import Effort
from bench.plan.catalogue.data import DATA
from bench.report.document.headline import acting, cores_words, training
from bench.report.document.lanes import state
from bench.report.document.parts import (
    Bullets,
    Cell,
    Document,
    Entries,
    Entry,
    Facts,
    Item,
    Label,
    Paragraph,
    Section,
    line,
)
from bench.report.document.wording import by_lane
from bench.report.palette import lane_colours
from bench.text import counted, duration, size


@dataclass(frozen=True)
class Shared:
    """What every lane sets and runs in common, to be said once."""

    environment: dict[str, str]
    preload: list[str]
    command: list[str]


FUNCTIONAL_CHECK = "a functional check: too short to measure by, no verdict is drawn from it"


def plan_document(plan: Plan) -> Document:
    """The whole plan."""
    shared = _shared(plan.running)
    sections = [Section("Lanes", (_lanes(plan.lanes, shared),))]
    if plan.notes:
        notes = tuple(Item(line(note)) for note in plan.notes)
        sections.append(Section("Notes", (Bullets(notes),)))
    facts = Facts(tuple(Label(name, value) for name, value in _settings(plan, shared)))
    title = f"Plan: profile {plan.profile}"
    return Document(title, (facts,), tuple(sections), lane_colours(plan))


def lanes_document(lanes: list[PlannedLane]) -> Document:
    """The lanes of what is no plan, since none of them, or one that was named, can't run."""
    body = (_lanes(lanes, Shared({}, [], [])),)
    return Document("No plan: why the lanes can't run", body)


def _lanes(lanes: list[PlannedLane], shared: Shared) -> Entries:
    return Entries(tuple(_entry(lane, shared) for lane in lanes))


def _settings(plan: Plan, shared: Shared) -> list[tuple[str, str]]:
    lanes = acting(plan)
    rows = [("purpose", FUNCTIONAL_CHECK)] if plan.functional_check else []
    rows += [("workload", f"{training(plan)}, {by_lane(lanes, _loaders)}")]
    if plan.batch_reason:
        rows.append(("batch", plan.batch_reason))
    rows += [
        ("data", _data(plan)),
        ("cores", cores_words(plan)),
        *([("left out", by_lane(lanes, _left_out))] if _leaves_out(lanes) else []),
        ("rounds", _rounds(plan)),
        *([("in a round", _round(plan))] if len(plan.running) > 1 else []),
        ("a process", _effort(plan.effort)),
        ("time", _time(plan)),
        ("memory", _memory(plan)),
    ]
    if shared.environment:
        rows.append(("every lane sets", _assignments(shared.environment)))
    if shared.preload:
        rows.append(("every lane preloads", _names(shared.preload)))
    if shared.command:
        rows.append(("every lane runs", shlex.join(shared.command)))
    if plan.scrubbed:
        rows.append(("no lane inherits", " ".join(sorted(plan.scrubbed))))
    return rows


def _loaders(lane: PlannedLane) -> str:
    return counted(lane.setup.loader_workers, "loader process", "loader processes")


def _left_out(lane: PlannedLane) -> str:
    return "; ".join(lane.setup.placement.left_out) or "no CPU"


def _leaves_out(lanes: list[PlannedLane]) -> bool:
    return any(lane.setup.placement.left_out for lane in lanes)


def _data(plan: Plan) -> str:
    kind, _, path = plan.data_requested.partition(":")
    facts = DATA.get(kind)
    purpose = kind if facts is None else facts.purpose
    if path:
        return f"{purpose}: {path}"
    if facts is None or facts.generated == "never":
        return purpose
    only = " if they are generated" if facts.generated == "at need" else ""
    return f"{purpose}; {counted(plan.data_samples, 'sample')}{only}"


def _rounds(plan: Plan) -> str:
    several = len(plan.running) > 1
    shuffled = f"lanes shuffled in each, seed {plan.seed}" if several else f"seed {plan.seed}"
    if plan.rounds_min == plan.rounds_max:
        return f"{plan.rounds_max}, {shuffled}"
    until = [f"each compute ratio is known within ±{100 * plan.target_precision:g} %"] * several
    until += [] if plan.time_budget_seconds is None else ["the time is up"]
    to = f"{plan.rounds_min} to {plan.rounds_max}"
    return f"{to}, until {' or '.join(until)}; {shuffled}" if until else f"{to}; {shuffled}"


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
    known = [lane.memory_estimate_bytes for lane in plan.running]
    sizes = [each for each in known if each is not None]
    if not sizes:
        return "not estimated"
    if plan.together and len(sizes) > 1:
        return f"about {size(sum(sizes))} for all lanes, {size(max(sizes))} for the largest"
    return f"about {size(max(sizes))}" + (" for the largest lane" if len(sizes) > 1 else "")


def _entry(lane: PlannedLane, shared: Shared) -> Entry:
    """Title and reason; beneath it the lane's own environment, libraries and command."""
    setup = lane.setup
    what = f"{lane.title}, {setup.memory_format}, ceiling {setup.ceiling}, stack {setup.stack}"
    cells = (Cell(lane.id, lane=True), state(lane.intention), Cell(what))
    beneath = [Paragraph(line(lane.reason))] if lane.reason else []
    if lane.intention == "planned":
        own = {k: v for k, v in setup.environment.items() if k not in shared.environment}
        preload = "" if setup.preload == shared.preload else f"preloads {_names(setup.preload)}"
        command = "" if lane.command == shared.command else shlex.join(lane.command)
        texts = (_assignments(own), preload, command)
        beneath += [Paragraph(line(text, "weak")) for text in texts if text]
    return Entry(cells, tuple(beneath))


def _shared(running: list[PlannedLane]) -> Shared:
    """What all lanes that run have in common; nothing of a single lane."""
    if len(running) < 2:
        return Shared({}, [], [])
    first, *others = running
    environment = {
        name: value
        for name, value in first.setup.environment.items()
        if all(other.setup.environment.get(name) == value for other in others)
    }
    preload = all(other.setup.preload == first.setup.preload for other in others)
    command = all(other.command == first.command for other in others)
    return Shared(
        environment, first.setup.preload if preload else [], first.command if command else []
    )


def _assignments(environment: dict[str, str]) -> str:
    return " ".join(f"{name}={shlex.quote(value)}" for name, value in environment.items())


def _names(paths: list[str]) -> str:
    return ", ".join(PurePath(path).name for path in paths)
