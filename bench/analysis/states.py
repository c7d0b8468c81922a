"""What became of each lane, derived from its processes: the one place where that is decided. Pure.

A lane is
- skipped: the host can't run it, as the plan says;
- invalid: a completed process of it ran what its name denies, or left too little evidence;
- measured: a process of it completed; a reason then tells of those that did not;
- failed: a process of it failed and none completed, or it does not fit in memory;
- interrupted: it was ended from outside each time;
- not reached: no process of it has ended, be it that the run ended first or that it goes on.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bench.analysis.coverage import coverage, expected, operators, uncovered
from bench.model.plan import Plan, PlannedLane
from bench.model.process import Process
from bench.model.summary import LaneState
from bench.text import format_cpulist

NO_REASON = "no reason was recorded"
NOT_REACHED = "none of its processes has come to an end"


@dataclass(frozen=True)
class LaneOutcome:
    """A lane's state. `reason` is None for one that was measured in all of its rounds."""

    lane: str
    state: LaneState
    reason: str | None


@dataclass(frozen=True)
class _Own:
    """A lane, its processes, and what of them contradicts it: round and sentence."""

    lane: PlannedLane
    processes: list[Process]
    contradicted: list[tuple[int, str]]

    @property
    def failed(self) -> bool:
        return any(each.outcome == "failed" for each in self.processes)


def lane_states(plan: Plan, processes: list[Process]) -> list[LaneOutcome]:
    """Of every lane, in the plan's order."""
    return [_outcome(own) for own in _by_lane(plan, processes)]


def to_run(plan: Plan, processes: list[Process]) -> list[PlannedLane]:
    """The lanes that a further round starts: no process of theirs failed or is contradicted."""
    return [
        own.lane
        for own in _by_lane(plan, processes)
        if own.lane.intention == "planned" and not own.failed and not own.contradicted
    ]


def went_wrong(plan: Plan, processes: list[Process]) -> bool:
    """Whether a lane that was to run failed, even once, did not fit, or is contradicted."""
    return any(
        own.lane.intention == "too large" or own.failed or bool(own.contradicted)
        for own in _by_lane(plan, processes)
        if own.lane.intention != "skipped"
    )


def _by_lane(plan: Plan, processes: list[Process]) -> list[_Own]:
    grouped = [(lane, [each for each in processes if each.lane == lane.id]) for lane in plan.lanes]
    return [_Own(lane, own, _contradicted(lane, own, processes)) for lane, own in grouped]


def _contradicted(
    lane: PlannedLane, own: list[Process], processes: list[Process]
) -> list[tuple[int, str]]:
    """Only what completed is held against the lane."""
    due = expected(operators(lane.id, processes))
    return [
        (each.round, text)
        for each in own
        if each.outcome == "completed"
        for text in (
            *each.contradictions,
            *(
                text
                for rank in each.ranks
                if rank.kernels
                for text in uncovered(coverage(rank, due))
            ),
        )
    ]


def _outcome(each: _Own) -> LaneOutcome:
    lane, own = each.lane, each.processes
    if lane.intention == "skipped":
        return LaneOutcome(lane.id, "skipped", lane.reason or NO_REASON)
    if each.contradicted:
        return LaneOutcome(lane.id, "invalid", "; ".join(by_rounds(each.contradicted)))
    incomplete = [process for process in own if process.outcome != "completed"]
    if len(incomplete) < len(own):
        return LaneOutcome(lane.id, "measured", _why(incomplete, "measured") or None)
    if each.failed:
        return LaneOutcome(lane.id, "failed", _why(own, "failed"))
    if lane.intention == "too large":
        return LaneOutcome(lane.id, "failed", lane.reason or NO_REASON)
    if own:
        return LaneOutcome(lane.id, "interrupted", _why(own, "interrupted"))
    return LaneOutcome(lane.id, "not reached", NOT_REACHED)


def _why(incomplete: list[Process], state: LaneState) -> str:
    """Each distinct reason with the rounds it came in, and the outcome where it is not `state`."""
    return "; ".join(
        ("" if outcome == state else f"{outcome} in ") + told
        for (outcome, _), told in _grouped(
            (each.round, (each.outcome, each.reason or NO_REASON)) for each in incomplete
        )
    )


def by_rounds(sentences: Iterable[tuple[int, str]]) -> list[str]:
    """`rounds 1-3, 5: no primitive`: each sentence once, with the rounds it came in."""
    return [told for _, told in _grouped((number, ("", text)) for number, text in sentences)]


def _grouped(cases: Iterable[tuple[int, tuple[str, str]]]) -> list[tuple[tuple[str, str], str]]:
    """Equal pairs once, each with its text behind its rounds."""
    rounds: dict[tuple[str, str], list[int]] = {}
    for number, pair in cases:
        if number not in rounds.setdefault(pair, []):
            rounds[pair].append(number)
    return [
        (pair, f"round{'s' if len(numbers) > 1 else ''} {_ranges(numbers)}: {pair[1]}")
        for pair, numbers in rounds.items()
    ]


def _ranges(numbers: list[int]) -> str:
    """`1-3, 5`."""
    return format_cpulist(numbers).replace(",", ", ")
