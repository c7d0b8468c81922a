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
from bench.report.document.wording import by_lane, reasons_once
from bench.report.palette import lane_colours
from bench.text import counted, duration, size


@dataclass(frozen=True)
class Shared:
    """What lanes set, preload (by name) and run in common, to be said once: all, or a stack's."""

    whose: str
    environment: dict[str, str]
    preload: str
    command: list[str]


SharedBy = dict[str | None, Shared]
"""By stack what its lanes have in common, and by None what all have, which is said there alone."""

FUNCTIONAL_CHECK = "a functional check: too short to measure by, no verdict is drawn from it"


def plan_document(plan: Plan) -> Document:
    """The whole plan."""
    shared = _all_shared(plan.running)
    sections = [Section("Lanes", (_lanes(plan.lanes, shared),))]
    if plan.notes:
        notes = tuple(Item(line(note)) for note in plan.notes)
        sections.append(Section("Notes", (Bullets(notes),)))
    facts = Facts(tuple(Label(name, value) for name, value in _settings(plan, shared)))
    title = f"Plan: profile {plan.profile}"
    return Document(title, (facts,), tuple(sections), lane_colours(plan))


def lanes_document(lanes: list[PlannedLane]) -> Document:
    """The lanes of what is no plan, since none of them, or one that was named, can't run."""
    body = (_lanes(lanes, {}),)
    return Document("No plan: why the lanes can't run", body)


def _lanes(lanes: list[PlannedLane], shared: SharedBy) -> Entries:
    reasons = reasons_once({lane.id: lane.reason or "" for lane in lanes})
    return Entries(tuple(_entry(lane, reasons[lane.id], shared) for lane in lanes))


def _settings(plan: Plan, shared: SharedBy) -> list[tuple[str, str]]:
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
    for each in shared.values():
        if each.environment:
            rows.append((f"{each.whose} sets", _assignments(each.environment)))
        if each.preload:
            rows.append((f"{each.whose} preloads", each.preload))
        if each.command:
            rows.append((f"{each.whose} runs", shlex.join(each.command)))
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


def _entry(lane: PlannedLane, reason: str, shared: SharedBy) -> Entry:
    """Title and reason; beneath it the lane's own environment, libraries and command."""
    setup = lane.setup
    told = [each for name, each in shared.items() if name in (None, setup.stack)]
    what = f"{lane.title}, {setup.memory_format}, ceiling {setup.ceiling}, stack {setup.stack}"
    cells = (Cell(lane.id, lane=True), state(lane.intention), Cell(what))
    beneath = [Paragraph(line(reason))] if reason else []
    if lane.intention == "planned":
        names, known = _names(setup.preload), {k for each in told for k in each.environment}
        own = {k: v for k, v in setup.environment.items() if k not in known}
        preload = names not in ("", *(each.preload for each in told))
        command = lane.command not in [each.command for each in told]
        texts = (
            _assignments(own),
            f"preloads {names}" if preload else "",
            shlex.join(lane.command) if command else "",
        )
        beneath += [Paragraph(line(text, "weak")) for text in texts if text]
    return Entry(cells, tuple(beneath))


def _all_shared(running: list[PlannedLane]) -> SharedBy:
    """What all lanes that run have in common, then what the lanes of each stack have."""
    every = _shared("every lane", running)
    stacks: dict[str, list[PlannedLane]] = {}
    for lane in running:
        stacks.setdefault(lane.setup.stack, []).append(lane)
    shared: SharedBy = {None: every}
    for name, lanes in stacks.items() if len(stacks) > 1 else ():
        own = _shared(f"stack {name}", lanes)
        shared[name] = Shared(
            own.whose,
            {k: v for k, v in own.environment.items() if k not in every.environment},
            "" if own.preload == every.preload else own.preload,
            [] if own.command == every.command else own.command,
        )
    return shared


def _shared(whose: str, lanes: list[PlannedLane]) -> Shared:
    """What these lanes have in common; nothing of a single one."""
    if len(lanes) < 2:
        return Shared(whose, {}, "", [])
    first, *others = lanes
    environment = {
        name: value
        for name, value in first.setup.environment.items()
        if all(other.setup.environment.get(name) == value for other in others)
    }
    names = {_names(lane.setup.preload) for lane in lanes}
    command = all(other.command == first.command for other in others)
    return Shared(
        whose, environment, names.pop() if len(names) == 1 else "", first.command if command else []
    )


def _assignments(environment: dict[str, str]) -> str:
    return " ".join(f"{name}={shlex.quote(value)}" for name, value in environment.items())


def _names(paths: list[str]) -> str:
    return ", ".join(PurePath(path).name for path in paths)
