"""/dev/shm, through which the data's loader processes pass batches: its size, and what is free."""

import errno
import os
from dataclasses import dataclass
from pathlib import Path

from bench.model.base import Reading

FOLDER = Path("/dev/shm")
_PAGE = b"\1" * 4096


@dataclass(frozen=True)
class Shm:
    """Bytes of the file system, and those that are free if a file can be written there."""

    size: Reading[int]
    available: Reading[int]


def ask_shm(folder: Path = FOLDER) -> Shm:
    """Ask the file system, and write a page."""
    try:
        system = os.statvfs(folder)
    except OSError as error:
        gone = Reading[int](reason=f"{folder}: {error.strerror}")
        return Shm(gone, gone)
    size = Reading[int](value=system.f_blocks * system.f_frsize)
    try:
        _write(folder / f".bench-probe-{os.getpid()}")
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return Shm(size, Reading(value=0))
        return Shm(size, Reading(reason=f"{folder} can't be written: {error.strerror}"))
    return Shm(size, Reading(value=system.f_bavail * system.f_frsize))


def _write(path: Path) -> None:
    # As shm_open does, of which the loader makes use.
    file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        path.unlink()
        if os.write(file, _PAGE) != len(_PAGE):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    finally:
        os.close(file)
