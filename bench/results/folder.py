"""The artifact on disk: one folder a run, its files replaced whole or not at all.

A reader takes nothing on trust: the folder may be a stranger's.
"""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from bench.errors import BenchError, Exit
from bench.model.process import Rank
from bench.model.result import Result
from bench.results.files import open_file, read_file
from bench.results.schema import Opened, parse_result

RESULT = "result.json"
RESULT_LIMIT = 64 * 1024**2
"""Bytes of a `result.json` that are read; a `standard` run's has less than one MiB a round."""

EVIDENCE_LIMIT = 16 * 1024**2
"""Bytes of a process's oneDNN lines that are read: a step of ResNet-50 has well under one MiB."""

UNFINISHED = re.compile(r"\.(.+)\.[0-9a-f]{8}")
"""What `replacing` calls a file until it is whole, and leaves when it is killed."""

_RUN = re.compile(r"(\./)?\d{8}T\d{6}Z-[^/]+/?")


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
    """Write UTF-8, as `write_bytes` does."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write the file at once, as `replacing` does."""
    with replacing(path) as file:
        file.write(content)


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Write beside `path`, flush to disk, rename: a reader sees the old file or the new one.

    A link at `path` is replaced and not followed.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with beside.open("x+b") as file:  # with the umask's mode, as a log has it
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        if isinstance(error, OSError):  # nobody knows the name beside it
            error.filename, error.filename2 = str(path), None
        raise


def sweep(folder: Path) -> None:
    """Remove what `replacing` left beside its files when it was killed. OSError if it can't be.

    Only for who has the folder's lock: it might be another's that is being written.
    """
    for below in (folder, folder / "charts"):
        for path in [] if below.is_symlink() else below.glob(".*"):
            if UNFINISHED.fullmatch(path.name) and path.is_file() and not path.is_symlink():
                path.unlink()


def part(folder: Path, name: str) -> Path:
    """The sub-folder, made if it is missing.

    BenchError if it is a link, which may lead out; OSError if it can't be made.
    """
    path = folder / name
    if path.is_symlink():
        raise BenchError(
            f"{path} is a link, and nothing is written through one",
            "remove it",
            Exit.INVALID_ARTIFACT,
        )
    path.mkdir(exist_ok=True)
    return path


def point_latest(folder: Path) -> str | None:
    """Make `results/latest` point at `folder`, in one step; why it does not, if it can't be had.

    What is not a link to a run's folder beside it is somebody's own, and stays.
    """
    latest, beside = folder.parent / "latest", folder.parent / f".latest-{os.getpid()}"
    try:
        if os.path.lexists(latest) and not _leads_to_a_run(latest):
            return f"{latest} is not a link to a run, and was left as it is: this run is {folder}"
        beside.unlink(missing_ok=True)
        beside.symlink_to(folder.name)
        beside.replace(latest)
    except OSError as error:
        return f"{latest} does not point at this run, {folder}: {error.strerror}"
    return None


def _leads_to_a_run(link: Path) -> bool:
    """By the name that a run's folder has, whether it is there or not."""
    return link.is_symlink() and bool(_RUN.fullmatch(str(link.readlink())))


def read(folder: Path) -> Result:
    """Read and check a run's `result.json`; BenchError (exit 3 or 5) if there is none to use."""
    return opened(folder).result


def opened(folder: Path) -> Opened:
    """The same, with what its reader should know of the reading."""
    try:
        content = read_file(folder, RESULT, RESULT_LIMIT)
    except OSError as error:
        remedy = "name a run's folder, e.g. results/latest: `bench run` makes one in results"
        if isinstance(error, PermissionError):
            remedy = "make it readable for this user"
        raise BenchError(f"{folder / RESULT} can't be read: {error.strerror}", remedy) from error
    return parse_result(content, folder / RESULT)


def read_evidence(folder: Path, rank: Rank) -> str:
    """The oneDNN lines of a rank, the first `EVIDENCE_LIMIT` bytes; empty if it left none.

    BenchError (exit 5) if they are in no file of the folder's own; OSError if they can't be read.
    """
    if rank.evidence is None:
        return ""
    with open_file(folder, rank.evidence) as file:
        return file.read(EVIDENCE_LIMIT).decode(errors="replace")
