"""Whether a result agrees with itself: its conclusions with its raw steps and its evidence. Pure.

Problems are lines that say where and what; none of them says who or what changed the result.
Conclusions of another version of the analysis are neither right nor wrong by this one: what this
one would draw then differs, and that is no problem of the result.
"""

import math
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from bench.analysis.contradictions import rank_contradictions
from bench.analysis.evidence import announced_sets, kernels
from bench.analysis.method import ANALYSIS_VERSION
from bench.analysis.summary import summarize
from bench.model.plan import PlannedLane
from bench.model.process import Process, Rank
from bench.model.record import Measurement, RankRecord
from bench.model.result import Result

TOLERANCE = 1e-9
"""Relative difference of two figures that are the same: libraries may add up in another order."""

CLOCK_SLACK = 2.0
"""Seconds: the run's own times are cut to whole ones."""

MISSING = "nothing"


def drawn_by_another(result: Result) -> str | None:
    """A sentence where another version of the analysis drew the conclusions; else None."""
    version = result.summary.method.version
    if version == ANALYSIS_VERSION:
        return None
    return (
        f"its conclusions were drawn by version {version} of the analysis, not {ANALYSIS_VERSION}"
    )


def result_problems(result: Result) -> Iterator[str]:
    """What disagrees in a result as far as it alone can tell.

    Its summary is held against the raw steps only if this version of the analysis drew it.
    """
    if drawn_by_another(result) is None:
        yield from summary_differences(result)
    yield from _run_problems(result)
    yield from _round_problems(result)
    for process in result.processes:
        yield from (f"{_place(process)}: {what}" for what in _process_problems(process, result))


def summary_differences(result: Result) -> Iterator[str]:
    """Where the summary is not what this version of the analysis draws from the raw steps."""
    samples = result.data.spec.samples if result.data else None
    fresh = summarize(result.plan, result.processes, samples)
    stored = result.summary.model_dump()
    for where, old, new in _differences(stored, fresh.model_dump(), "summary"):
        yield f"{where} is {old}; the raw steps give {new}"


def evidence_problems(
    process: Process, rank: Rank, lane: PlannedLane, evidence: str
) -> Iterator[str]:
    """Where a rank's kernels and contradictions are not what this version finds in its lines.

    `evidence` is empty if the rank left none. Problems like the summary's differences: only where
    this version of the analysis drew them.
    """
    ran = kernels(evidence)
    stored = [kernel.model_dump() for kernel in rank.kernels]
    parsed = [kernel.model_dump() for kernel in ran]
    if differences := list(_differences(stored, parsed, "kernels")):
        (where, old, new), more = differences[0], len(differences) - 1
        also = f", and {more} more" if more else ""
        yield f"{_place(process)}: {where} is {old}; {rank.evidence} gives {new}{also}"
    announced = announced_sets(evidence)
    if rank.announced != announced:
        yield (
            f"{_place(process)}: announced is {rank.announced}; {rank.evidence} gives {announced}"
        )
    fresh_rank = rank.model_copy(update={"kernels": ran, "announced": announced})
    completed = process.outcome == "completed"
    expected = rank_contradictions(lane, fresh_rank) if completed else []
    if rank.contradictions != expected:
        fresh = "; ".join(expected) or "nothing"
        yield f"{_place(process)}: contradictions are not those of its kernels: {fresh}"


def _run_problems(result: Result) -> Iterator[str]:
    if _time(result.started_at) is None:
        yield f"started_at is no time: {result.started_at}"
    if result.status == "running":
        yield "the run has not ended: its status is running"
    elif _time(result.finished_at) is None:
        yield f"finished_at is no time: {result.finished_at}"


def _round_problems(result: Result) -> Iterator[str]:
    numbers = {process.round for process in result.processes}
    if missing := sorted(set(range(1, len(numbers) + 1)) - numbers):
        yield f"processes: no round {missing[0]}, but later ones"
    for (number, lane), count in Counter((p.round, p.lane) for p in result.processes).items():
        if count > 1:
            yield f"round {number}, {lane}: there {count} times"


def _process_problems(process: Process, result: Result) -> Iterator[str]:
    lanes = {lane.id: lane for lane in result.plan.running}
    lane = lanes.get(process.lane)
    if lane is None:
        yield "a process of a lane that is not planned to run"
    if process.position >= len(lanes):
        yield f"position {process.position} of a round with {len(lanes)} lanes"
    if _time(process.started_at) is None:  # no order is asked for: a host's clock may be stepped
        yield f"started_at is no time: {process.started_at}"
    for rank in process.ranks:
        yield from _rank_problems(process, rank, lane)


def _rank_problems(process: Process, rank: Rank, lane: PlannedLane | None) -> Iterator[str]:
    if rank.record is None:
        if process.outcome == "completed":
            yield "completed, but without a record"
        return
    if process.outcome == "completed" and lane is not None:
        yield from _record_problems(rank.record, lane.setup.batch_size)
    busy = _busy_seconds(rank.record)
    if busy > process.wall_seconds + CLOCK_SLACK:
        yield f"its steps took {busy:.1f} s, the whole process {process.wall_seconds:.1f} s"


def _record_problems(record: RankRecord, batch: int) -> Iterator[str]:
    """Only of one that completed: others end in mid-step."""
    if record.outcome != "completed":
        yield f"completed, but its record says {record.outcome}"
    for name, part in (("compute", record.compute), ("end_to_end", record.end_to_end)):
        if sum(turn.steps for turn in part.turns) != len(part.timed):
            yield f"{name}: its turns have other steps than the {len(part.timed)} timed"
        partial = len(part.turns) if name == "end_to_end" and record.epoch_seconds else 0
        least, most = _samples(part, batch, partial)
        if not least <= part.samples <= most:
            yield f"{name}: {part.samples} samples in {len(part.timed)} steps of {batch}"


def _samples(part: Measurement, batch: int, partial: int) -> tuple[int, int]:
    """Least and most samples of the steps, if `partial` of them may be an epoch's last batch."""
    most = len(part.timed) * batch
    return most - partial * (batch - 1), most


def _busy_seconds(record: RankRecord) -> float:
    parts = (record.warmup.steps, record.compute.timed, record.end_to_end.timed)
    steps = sum(sum(part.totals()) for part in parts) / 1e9
    return max(steps, sum(record.epoch_seconds))


def _place(process: Process) -> str:
    return f"round {process.round}, {process.lane}"


def _time(text: str | None) -> datetime | None:
    try:
        time = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _differences(old: object, new: object, where: str) -> Iterator[tuple[str, object, object]]:
    """Each place where two values differ, with both."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old | new:
            yield from _differences(old.get(key, MISSING), new.get(key, MISSING), f"{where}.{key}")
    elif isinstance(old, list) and isinstance(new, list):
        if len(old) != len(new):
            yield f"number of {where}", len(old), len(new)
        for i, (one, other) in enumerate(zip(old, new, strict=False)):
            yield from _differences(one, other, f"{where}.{i}")
    elif not _same(old, new):
        yield where, old, new


def _same(old: object, new: object) -> bool:
    if isinstance(old, int | float) and isinstance(new, int | float):
        return math.isclose(old, new, rel_tol=TOLERANCE, abs_tol=1e-12)
    return old == new
