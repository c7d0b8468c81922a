"""Whether a result agrees with itself: its conclusions with its raw steps and its evidence. Pure.

Problems are lines that say where and what; none of them says who or what changed the result.
"""

import math
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import bench
from bench.analysis.contradictions import contradictions
from bench.analysis.evidence import kernels
from bench.analysis.summary import summarize
from bench.model.plan import PlannedLane
from bench.model.process import Process
from bench.model.record import LaneRecord, Measurement
from bench.model.result import Result
from bench.model.summary import Summary

TOLERANCE = 1e-9
"""Relative difference of two figures that are the same: libraries may add up in another order."""

CLOCK_SLACK = 2.0
"""Seconds: the run's own times are cut to whole ones."""

MISSING = "nothing"


def result_problems(result: Result) -> Iterator[str]:
    """What disagrees in a result as far as it alone can tell."""
    yield from _summary_problems(result)
    yield from _run_problems(result)
    yield from _round_problems(result)
    for lane in result.plan.lanes:
        yield from _lane_problems(lane, [p for p in result.processes if p.lane == lane.id])
    for process in result.processes:
        yield from (f"{_place(process)}: {what}" for what in _process_problems(process, result))


def evidence_problems(process: Process, lane: PlannedLane, evidence: str) -> Iterator[str]:
    """What disagrees with oneDNN's own lines; `evidence` is empty if the process left none."""
    found = kernels(evidence)
    stored = [kernel.model_dump() for kernel in process.kernels]
    parsed = [kernel.model_dump() for kernel in found]
    if differences := list(_differences(stored, parsed, "kernels")):
        (where, old, new), more = differences[0], len(differences) - 1
        also = f", and {more} more" if more else ""
        yield f"{_place(process)}: {where} is {old}; {process.evidence} gives {new}{also}"
    seen = process.record.observed if process.record else None
    told = seen.onednn_isa if seen else None
    expected = contradictions(lane, found, told) if process.outcome == "completed" else []
    if process.contradictions != expected:
        theirs = "; ".join(expected) or "nothing"
        yield f"{_place(process)}: contradictions are not those of its kernels: {theirs}"


def _recomputed(result: Result) -> Summary:
    images = result.data.spec.images if result.data else None
    return summarize(result.plan, result.processes, images)


def _summary_problems(result: Result) -> Iterator[str]:
    stored, fresh = result.summary.model_dump(), _recomputed(result).model_dump()
    versions = f"bench {result.kit.version} wrote it, this is {bench.__version__}"
    of_another = "" if result.kit.version == bench.__version__ else f" ({versions})"
    for where, old, new in _differences(stored, fresh, "summary"):
        yield f"{where} is {old}; the raw steps give {new}{of_another}"


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


def _lane_problems(lane: PlannedLane, own: list[Process]) -> Iterator[str]:
    """A lane's last process that came to an end decides on its status."""
    ended = [process for process in own if process.outcome != "interrupted"]
    last = max(ended, key=lambda process: process.round, default=None)
    if last is None:
        if lane.status in ("measured", "invalid"):
            yield f"lane {lane.id}: {lane.status}, but none of its processes completed"
        return
    expected = "measured" if last.outcome == "completed" else "failed"
    if last.contradictions:
        expected = "invalid"
    if lane.status != expected:
        yield f"lane {lane.id}: {lane.status}, but by its last process it is {expected}"


def _process_problems(process: Process, result: Result) -> Iterator[str]:
    lanes = [lane.id for lane in result.plan.lanes if lane.status != "skipped"]
    if process.lane not in lanes:
        yield "a process of a lane that is skipped"
    if process.position >= len(lanes):
        yield f"position {process.position} of a round with {len(lanes)} lanes"
    if _time(process.started_at) is None:  # no order is asked for: a host's clock may be stepped
        yield f"started_at is no time: {process.started_at}"
    if process.record is None:
        if process.outcome == "completed":
            yield "completed, but without a record"
        return
    if process.outcome == "completed":
        yield from _record_problems(process.record, result)
    busy = _busy_seconds(process.record)
    if busy > process.wall_seconds + CLOCK_SLACK:
        yield f"its steps took {busy:.1f} s, the whole process {process.wall_seconds:.1f} s"


def _record_problems(record: LaneRecord, result: Result) -> Iterator[str]:
    """Only of one that completed: others end in mid-step."""
    if record.outcome != "completed":
        yield f"completed, but its record says {record.outcome}"
    batch = result.plan.workload.batch_size
    for name, part in (("compute", record.compute), ("end_to_end", record.end_to_end)):
        if sum(turn.steps for turn in part.turns) != len(part.timed):
            yield f"{name}: its turns have other steps than the {len(part.timed)} timed"
        partial = len(part.turns) if name == "end_to_end" and record.epoch_seconds else 0
        least, most = _images(part, batch, partial)
        if not least <= part.images <= most:
            yield f"{name}: {part.images} images in {len(part.timed)} steps of {batch}"


def _images(part: Measurement, batch: int, partial: int) -> tuple[int, int]:
    """Least and most images of the steps, if `partial` of them may be an epoch's last batch."""
    most = len(part.timed) * batch
    return most - partial * (batch - 1), most


def _busy_seconds(record: LaneRecord) -> float:
    parts = (record.warmup.steps, record.compute.timed, record.end_to_end.timed)
    steps = sum(sum(part.totals()) for part in parts) / 1e9
    return max(steps, sum(record.epoch_seconds))


def _place(process: Process) -> str:
    return f"round {process.round}, {process.lane}"


def _time(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


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
