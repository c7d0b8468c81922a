"""Which artifacts a site is made of: runs' folders, archives, and folders that hold either."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.errors import BenchError
from bench.results import checksums
from bench.results.files import read_file
from bench.results.folder import RESULT


def artifacts(given: Iterable[Path]) -> list[Path]:
    """Each artifact once, as given; a folder without a `result.json` stands for those in it.

    Of such a folder links and hidden files are left out, as `results/latest` is one. BenchError for
    a path that is nothing, or has no artifact in it.
    """
    every: dict[Path, None] = {}
    for path in given:
        own = list(_within(path))
        if not own:
            raise BenchError(
                f"{path} has no {RESULT}, and nothing in it is a run",
                "name runs' folders, archives of them, or a folder of either",
            )
        every |= dict.fromkeys(own)
    return list({each.resolve(): each for each in every}.values())


def source_sum(path: Path) -> str:
    """What tells whether an artifact changed since it was verified; '' if nothing does.

    Of an archive its own sum; of a folder that of its `SHA256SUMS`, which tells it of its files
    only if they are `as_summed`. OSError, BenchError if it can't be read.
    """
    if path.is_file():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    try:
        sums = read_file(path, checksums.SUMS, checksums.SUMS_LIMIT)
    except FileNotFoundError:
        return ""
    return hashlib.sha256(sums).hexdigest()


def as_summed(path: Path) -> bool:
    """Whether every file of a folder is what its `SHA256SUMS` says; an archive always is."""
    return path.is_file() or next(checksums.check(path), None) is None


def _within(path: Path) -> Iterator[Path]:
    if path.is_file() or os.path.lexists(path / RESULT):
        yield path
    elif path.is_dir():
        for each in sorted(path.iterdir()):
            hidden = each.name.startswith(".") or each.is_symlink()
            if not hidden and (os.path.lexists(each / RESULT) or each.suffix == ".zip"):
                yield each
