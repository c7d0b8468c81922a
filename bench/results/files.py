"""Opening what lies in a run's folder, which may be a stranger's: no link is followed out of it."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from bench.errors import BenchError, Exit


def is_inside(name: str) -> bool:
    """True for a plain path below a folder: relative, nothing empty, no `.` or `..` in it."""
    return "\0" not in name and all(part not in ("", ".", "..") for part in name.split("/"))


@contextmanager
def open_file(folder: Path, name: str) -> Iterator[BufferedReader]:
    """Open a regular file below `folder` for reading, by its path inside.

    BenchError (exit 5) for anything else: a link on the way, a folder, a pipe, a device.
    OSError if it can't be opened, as FileNotFoundError.
    """
    if not is_inside(name):
        raise _refused(folder, name, "leads out of the folder")
    try:
        handle = _open_below(folder, name.split("/"))
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _refused(folder, name, "is a link, and none is followed") from error
        if error.errno in (errno.ENOTDIR, errno.ENXIO) and folder.is_dir():
            raise _refused(folder, name, "is not a file in a folder of its own") from error
        error.filename = str(folder / name)
        raise
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise _refused(folder, name, "is not a regular file")
    with os.fdopen(handle, "rb") as file:
        yield file


def read_file(folder: Path, name: str, limit: int) -> bytes:
    """The bytes of a file below `folder`; errors as of `open_file`, exit 5 over `limit` bytes."""
    with open_file(folder, name) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise _refused(folder, name, f"has more than {limit} bytes")
    return content


def _open_below(folder: Path, parts: list[str]) -> int:
    """Open step by step, so that a link in the middle can't lead out either."""
    at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in parts[:-1]:
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
            os.close(at)
            at = below
        # Not blocking: a pipe without a writer would wait for one.
        return os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=at)
    finally:
        os.close(at)


def _refused(folder: Path, name: str, why: str) -> BenchError:
    return BenchError(f"{name} in {folder} {why}", code=Exit.INVALID_ARTIFACT)
