"""One process works in a run's folder: it holds a lock there, which dies with it.

The lock is the kernel's (flock), on a file that says whose it is: such a file that nobody holds is
what a killed process left behind.
"""

import errno
import fcntl
import json
import os
import shlex
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import psutil

from bench.errors import BenchError

LOCK = ".lock"
"""No part of an artifact: it is gone when a run has ended, and is never summed."""

READ = 1024
"""Bytes of it that are read."""

TRIES, PAUSE_SECONDS = 5, 0.05
"""Who only looks whether the lock is held, holds it for a moment."""

NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}
"""What a file system answers that has none."""


@dataclass(frozen=True)
class Holder:
    """The process that wrote the lock's file: its id, and its start in seconds since 1970."""

    pid: int
    started: float

    def __str__(self) -> str:
        since = datetime.fromtimestamp(self.started, UTC)
        return f"process {self.pid}, begun at {since:%Y-%m-%d %H:%M:%S} UTC"

    @property
    def lives(self) -> bool:
        """Whether there is that process on this host."""
        try:
            return bool(psutil.Process(self.pid).create_time() == self.started)
        except (psutil.Error, OverflowError):
            return False


class Lock:
    """A folder's lock, held from the first till this is left, or the process dies.

    BenchError if another process holds it, which is named, or if the folder can't be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._handle: int | None
        try:
            self._handle, self.note = _take(folder)
        except OSError as error:
            raise BenchError(
                f"{folder} can't be written: {error.strerror}", "make it writable, or copy it"
            ) from error

    note: str | None
    """What is to be known of it: that this file system has no locks."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._handle is not None:
            with suppress(OSError):
                (self._folder / LOCK).unlink()
            os.close(self._handle)
        self._handle = None


def of_unfinished(folder: Path) -> str:
    """What to know of a run that its `result.json` says is running: whether one still is."""
    gone = _gone(folder)
    if gone is None:
        return "the run is under way: what is here may change"
    return f"the run has not ended, and {gone}; go on with: {command_to_resume(folder)}"


def command_to_resume(folder: Path, *more: str) -> str:
    """What a shell takes to go on with the run in that folder, with more words if need be."""
    return shlex.join(["bench", "run", "--resume", str(folder), *more])


def _gone(folder: Path) -> str | None:
    """Why nobody works in the folder any more, as far as that can be told; None if one does."""
    try:
        handle = os.open(folder / LOCK, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return "no process works in its folder"
    except OSError as error:
        return f"whether its process lives is not known: {error.strerror}"
    try:
        holder = _read(handle)
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return None
    except OSError as error:
        if holder is not None and holder.lives:
            return None
        return f"whether its process lives is not known: {error.strerror}"
    finally:
        os.close(handle)
    return f"its process is dead ({holder})" if holder else "its process is dead"


def _take(folder: Path) -> tuple[int, str | None]:
    """A handle that holds the lock, and what is to be known of it."""
    path = folder / LOCK
    holder: Holder | None = None
    for _ in range(TRIES):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
        try:
            holder = _read(handle)
            note = _lock(handle, holder)
            if path.exists() and os.path.samestat(os.fstat(handle), path.lstat()):
                me = Holder(os.getpid(), psutil.Process().create_time())
                os.ftruncate(handle, 0)
                os.pwrite(handle, json.dumps(asdict(me)).encode(), 0)
                return handle, note
        except BlockingIOError:
            time.sleep(PAUSE_SECONDS)
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)
    raise BenchError(
        f"another process works in {folder}: {holder or 'it does not say which'}",
        "wait until it has ended, or end it",
    )


def _lock(handle: int, holder: Holder | None) -> str | None:
    """Lock it; without locks, a note. BlockingIOError if somebody else holds it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
        if holder is not None and holder.lives:
            raise BlockingIOError from error
        return (
            f"the folder's file system has no locks ({error.strerror}): see to it yourself that "
            "no second process works in it"
        )
    return None


def _read(handle: int) -> Holder | None:
    """Who wrote the file; None if it does not say so."""
    try:
        holder = json.loads(os.pread(handle, READ, 0))
        return Holder(int(holder["pid"]), float(holder["started"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None
