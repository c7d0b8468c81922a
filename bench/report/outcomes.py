"""What became of each lane of a run, in one word and a reason."""

from collections.abc import Iterable
from dataclasses import dataclass

from bench.model.plan import PlannedLane
from bench.model.process import Process
from bench.model.result import Result

NO_REASON = "no reason was recorded"


@dataclass(frozen=True)
class Outcome:
    """A lane's state: measured, invalid, failed, interrupted, skipped or not reached.

    `reason` is empty for a lane that was measured in all its rounds; a measured one has a reason
    when some of its rounds did not complete. An invalid lane's reason is what contradicts it.
    """

    lane: str
    state: str
    reason: str


def outcomes(result: Result) -> list[Outcome]:
    """Of every lane of the plan, in its order. The processes decide, not the plan's status."""
    return [_outcome(lane, result.processes) for lane in result.plan.lanes]


def measured_rounds(result: Result) -> int:
    """Rounds in which at least one lane completed."""
    return len({each.round for each in result.processes if each.outcome == "completed"})


def invalid_lanes(result: Result) -> set[str]:
    """The lanes of which no figure may be shown: what ran contradicts their names."""
    return {each.lane for each in outcomes(result) if each.state == "invalid"}


def _outcome(lane: PlannedLane, processes: list[Process]) -> Outcome:
    if lane.status == "skipped":
        return Outcome(lane.id, "skipped", lane.reason or NO_REASON)
    own = [each for each in processes if each.lane == lane.id]
    if lane.status == "invalid":
        return Outcome(lane.id, "invalid", _contradicted(own) or lane.reason or NO_REASON)
    incomplete = [each for each in own if each.outcome != "completed"]
    if len(incomplete) < len(own):
        return Outcome(lane.id, "measured", _why(incomplete, "measured"))
    if any(each.outcome == "failed" for each in own) or lane.status == "failed":
        why = _why(own, "failed") or lane.reason or NO_REASON
        return Outcome(lane.id, "failed", why)
    if own:
        return Outcome(lane.id, "interrupted", _why(own, "interrupted"))
    return Outcome(lane.id, "not reached", "the run ended before its first process")


def _why(incomplete: list[Process], state: str) -> str:
    """One phrase for each distinct reason, with the rounds it came in."""
    return _by_round(
        (
            each.round,
            "" if each.outcome == state else f"{each.outcome} in ",
            each.reason or NO_REASON,
        )
        for each in incomplete
    )


def _contradicted(processes: list[Process]) -> str:
    """One phrase for each distinct contradiction, with the rounds it came in."""
    return _by_round((each.round, "", text) for each in processes for text in each.contradictions)


def _by_round(found: Iterable[tuple[int, str, str]]) -> str:
    """Rounds, what stands before them and what came in them: equal ones together."""
    rounds: dict[tuple[str, str], list[int]] = {}
    for number, before, reason in found:
        rounds.setdefault((before, reason), []).append(number)
    return "; ".join(
        f"{before}round{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}: {reason}"
        for (before, reason), numbers in rounds.items()
    )
