"""What became of each lane of a run, in one word and a reason."""

from dataclasses import dataclass

from bench.results.schema import PlannedLane, Process, Result


@dataclass(frozen=True)
class Outcome:
    """A lane's state: measured, failed, interrupted, skipped or not reached; `reason` may be empty.

    A measured lane has a reason too when some of its rounds did not complete.
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


def _outcome(lane: PlannedLane, processes: list[Process]) -> Outcome:
    if lane.status == "skipped":
        return Outcome(lane.id, "skipped", lane.reason or "no reason was recorded")
    own = [each for each in processes if each.lane == lane.id]
    incomplete = [each for each in own if each.outcome != "completed"]
    if len(incomplete) < len(own):
        return Outcome(lane.id, "measured", _why(incomplete, "measured"))
    if any(each.outcome == "failed" for each in own) or lane.status == "failed":
        why = _why(own, "failed") or lane.reason or "no reason was recorded"
        return Outcome(lane.id, "failed", why)
    if own:
        return Outcome(lane.id, "interrupted", _why(own, "interrupted"))
    return Outcome(lane.id, "not reached", "the run ended before its first process")


def _why(incomplete: list[Process], state: str) -> str:
    """One phrase for each distinct reason, with the rounds it came in."""
    rounds: dict[tuple[str, str], list[int]] = {}
    for each in incomplete:
        key = (each.outcome, each.reason or "no reason was recorded")
        rounds.setdefault(key, []).append(each.round)
    return "; ".join(
        ("" if outcome == state else f"{outcome} in ")
        + f"round{'s' if len(found) > 1 else ''} {', '.join(map(str, found))}: {reason}"
        for (outcome, reason), found in rounds.items()
    )
