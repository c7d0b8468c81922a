"""The artifact on disk: one folder a run, its files replaced whole or not at all."""

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from bench.errors import BenchError, Exit
from bench.results.schema import SCHEMA_VERSION, Result

RESULT = "result.json"
RESULT_LIMIT = 256 * 1024**2
"""Bytes of a `result.json` that are read; a `standard` run's has less than one MiB a round."""


def create(results: Path, host: str, profile: str, now: datetime) -> Path:
    """Make `results/<UTC>-<host>-<profile>/` with its sub-folders and return it.

    BenchError if that folder can't be written.
    """
    name = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{host}-{profile}"
    folder = results / name
    try:
        for number in range(2, 100):
            if not folder.exists():
                break
            folder = results / f"{name}-{number}"
        for part in ("logs", "evidence", "charts"):
            (folder / part).mkdir(parents=True)
    except OSError as error:
        raise BenchError(
            f"results can't be written to {results}: {error.strerror}",
            "name another folder with --results, or make this one writable",
        ) from error
    return folder


def write_text(path: Path, text: str) -> None:
    """Write beside `path`, flush to disk, rename: a reader sees the old file or the new one."""
    handle, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def point_latest(folder: Path) -> None:
    """Make `results/latest` point at `folder`, in one step."""
    beside = folder.parent / f".latest-{os.getpid()}"
    beside.unlink(missing_ok=True)
    beside.symlink_to(folder.name)
    beside.replace(folder.parent / "latest")


def read(folder: Path) -> Result:
    """Read and check a run's `result.json`; BenchError (exit 3 or 5) if there is none to use."""
    path = folder / RESULT
    try:
        if path.stat().st_size > RESULT_LIMIT:
            raise BenchError(f"{path} is too large to be a result", code=Exit.INVALID_ARTIFACT)
        return Result.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BenchError(
            f"{path} can't be read: {error.strerror}", "name a run's folder, e.g. results/latest"
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise BenchError(
            f"{path} is not a valid result: {where}: {first['msg']}",
            f"it should follow schema {SCHEMA_VERSION}: `bench schema` prints it",
            Exit.INVALID_ARTIFACT,
        ) from error
