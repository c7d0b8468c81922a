"""The folder that a run shares with its workers, and what is left in it of a killed session."""

import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bench.errors import BenchError
from bench.model.process import Process, Rank
from bench.model.result import Result
from bench.run.judgement import stopped
from bench.run.noise import unwatched
from bench.run.slot import Slot


@contextmanager
def work_folder(artifact: Path) -> Iterator[Path]:
    """A private folder for specs and records, removed at the end; of one artifact always the same.

    So a session that resumes a run finds what workers saved whose controller was killed; what they
    compiled is removed, since it may be half of it. BenchError if the folder can't be had.
    """
    of_artifact = hashlib.sha256(os.fsencode(artifact.resolve())).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"bench-{os.getuid()}-{of_artifact}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
    except OSError as error:
        raise BenchError(
            f"there is no folder for temporary files: {error.strerror}",
            "set TMPDIR to one; in a container add --tmpfs /tmp:exec",
        ) from error
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise BenchError(f"{folder} belongs to somebody else", "set TMPDIR to another folder")
    try:
        shutil.rmtree(compiled(folder), ignore_errors=True)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def compiled(work: Path) -> Path:
    """Where the lanes' engines keep what they compile, each in a folder of its lane's."""
    return work / "compiled"


def leftovers(work: Path, artifact: Path, result: Result) -> list[Process]:
    """What processes saved that `result` does not know of, since their controller had died."""
    known = {(process.round, process.lane) for process in result.processes}
    return [
        _leftover(slot, work, artifact)
        for slot in _slots(result)
        if (slot.round, slot.lane.id) not in known and slot.record(work).exists()
    ]


def _leftover(slot: Slot, work: Path, artifact: Path) -> Process:
    judged = stopped(slot.record(work))
    began = slot.spec(work).stat().st_mtime
    left_evidence = (artifact / slot.evidence).exists()
    return Process(
        round=slot.round,
        position=slot.position,
        lane=slot.lane.id,
        outcome=judged.outcome,
        reason=judged.reason and "the controller had been killed",
        started_at=datetime.fromtimestamp(began, UTC).isoformat(timespec="milliseconds"),
        wall_seconds=slot.record(work).stat().st_mtime - began,
        launcher_exit_code=None,
        noise=unwatched("the controller had been killed"),
        ranks=[Rank(record=judged.record, evidence=slot.evidence if left_evidence else None)],
        log=slot.log,
    )


def _slots(result: Result) -> Iterator[Slot]:
    """Every slot of the last round that can have begun, and of the one before."""
    last = max((process.round for process in result.processes), default=0)
    for number in (last, last + 1):
        for position, lane in enumerate(result.plan.running):
            yield Slot(number, position, lane)
