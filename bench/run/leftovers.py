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
from bench.model.process import Process
from bench.model.result import Result
from bench.run.noise import unwatched
from bench.run.outcome import stopped
from bench.run.process import Place, record_path, spec_path


@contextmanager
def work_folder(artifact: Path) -> Iterator[Path]:
    """A private folder for specs and records, removed at the end; of one artifact always the same.

    So a session that resumes a run finds what workers saved whose controller was killed.
    BenchError if it can't be had.
    """
    of_artifact = hashlib.sha256(os.fsencode(artifact.resolve())).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"bench-{os.getuid()}-{of_artifact}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise BenchError(
            f"there is no folder for temporary files: {error.strerror}",
            "set TMPDIR to one; in a container add --tmpfs /tmp",
        ) from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise BenchError(f"{folder} belongs to somebody else", "set TMPDIR to another folder")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def leftovers(work: Path, artifact: Path, result: Result) -> list[Process]:
    """What processes saved that `result` does not know of, since their controller had died."""
    known = {(p.round, p.lane) for p in result.processes}
    found = []
    for place in _places(result):
        if (place.round, place.lane.id) in known or not record_path(work, place).exists():
            continue
        came = stopped(record_path(work, place))
        began = spec_path(work, place).stat().st_mtime
        evidence = f"evidence/{place.name}.txt"
        found.append(
            Process(
                round=place.round,
                position=place.position,
                lane=place.lane.id,
                outcome=came.outcome,
                reason=came.reason and "the controller had been killed",
                started_at=datetime.fromtimestamp(began, UTC).isoformat(timespec="milliseconds"),
                wall_seconds=record_path(work, place).stat().st_mtime - began,
                launcher_exit_code=None,
                noise=unwatched("the controller had been killed"),
                record=came.record,
                log=f"logs/{place.name}.log",
                evidence=evidence if (artifact / evidence).exists() else None,
            )
        )
    return found


def _places(result: Result) -> Iterator[Place]:
    """Every place of the last round that can have begun, and of the one before."""
    last = max((p.round for p in result.processes), default=0)
    for number in (last, last + 1):
        for position, lane in enumerate(result.plan.lanes):
            yield Place(number, position, lane)
