"""The folders that a run writes to, and what room there is in them."""

import os
from dataclasses import dataclass
from pathlib import Path

from bench.model.base import Reading
from bench.text import MIB

RESULTS_BYTES = 64 * MIB
"""A run's folder: less than one MiB a round, charts and logs."""

DATA_BYTES = 400 * MIB
"""CIFAR-10's archive of 163 MiB and what is unpacked from it, 178 MiB."""

TEMPORARY_BYTES = 16 * MIB
"""The lanes' specs and records."""

SET_IN_PLACE = "*/cifar-10-batches-py"
"""Where a data set is in the data folder, downloaded or generated."""


@dataclass(frozen=True)
class WritableFolder:
    """A folder that may be still to be made, the bytes a run `needs` in it, and what there is.

    `variable` names another folder: to `bench`, and to compose outside the container.
    """

    what: str
    variable: str
    path: Path
    needs: int
    writable: bool
    free: Reading[int]


def read_folders(results: Path, data: Path) -> list[WritableFolder]:
    """The folders for results, data and temporary files; nothing is written to find out."""
    data_needs = 0 if _in_look(data) else DATA_BYTES
    return [
        _look("results", "BENCH_RESULTS", results, RESULTS_BYTES),
        _look("data", "BENCH_DATA_DIR", data, data_needs),
        _look("temporary files", "TMPDIR", _temporary(), TEMPORARY_BYTES),
    ]


def _in_look(data: Path) -> bool:
    try:
        return any(data.glob(SET_IN_PLACE))
    except OSError:
        return False


def _look(what: str, variable: str, path: Path, needs: int) -> WritableFolder:
    path = path.absolute()
    there = next(each for each in (path, *path.parents) if os.access(each, os.F_OK))
    return WritableFolder(what, variable, path, needs, _writable(there), _free(there))


def _writable(folder: Path) -> bool:
    # access(2) knows of read-only file systems; with a slash at its end, of a file that is none.
    return os.access(f"{folder}/", os.W_OK | os.X_OK)


def _free(folder: Path) -> Reading[int]:
    try:
        disk = os.statvfs(folder)
    except OSError as error:
        return Reading(reason=f"{folder}: {error.strerror}")
    return Reading(value=disk.f_bavail * disk.f_frsize)


def _temporary() -> Path:
    """The folder that Python's `tempfile` would take, which tries by writing a file: not here."""
    named = [os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP")]
    folders = [Path(folder) for folder in (*named, "/tmp", "/var/tmp") if folder]
    return next((each for each in folders if _writable(each)), folders[0])
