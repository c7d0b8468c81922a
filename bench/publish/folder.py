"""A site's folder: which files in it are bench's, written whole and only where they change.

A marker says that the folder is a site. Bench's are then the files at its root that `ROOT` names,
and those in `runs/` and `processors/` whose names have the form of its own; everything else is
somebody's, and stays.
"""

import json
import os
import re
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.errors import BenchError
from bench.results.files import read_file
from bench.results.folder import UNFINISHED, part, write_bytes
from bench.results.lock import Lock

MARKER = ".bench-site.json"
MARKER_LIMIT = 4096
RUNS, PROCESSORS = "runs", "processors"
ROOT = ("index.html", "index.json", "index.csv", "feed.xml")

_OWN = {
    RUNS: re.compile(r"[0-9a-f]{16}\.(html|zip|csv|json)"),
    PROCESSORS: re.compile(r"[a-z0-9-]{1,60}-[0-9a-f]{8}\.html"),
}


@contextmanager
def site_folder(path: Path) -> Iterator["SiteFolder"]:
    """A site's folder, made if it is missing, which no other process works in meanwhile.

    BenchError if it can't be written, or if something is there under a name that is to be bench's.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BenchError(
            f"{path} can't be written: {error.strerror}", "name another folder with --output"
        ) from error
    with Lock(path):
        yield SiteFolder(path)


class SiteFolder:
    """The folder of a site, and how many of its files were written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.written = 0
        self.id = self._claim()
        for each in (RUNS, PROCESSORS):
            part(path, each)

    id: str
    """A UUID that a site keeps, for its feed."""

    def write(self, name: str, content: bytes) -> None:
        """Write a file, if that is not what is there."""
        self.written += put(self.path, name, content)

    def keep_only(self, names: Iterable[str]) -> None:
        """Remove what is bench's and not among these, and what a killed process left."""
        kept = set(names)
        for name in self._own():
            if name not in kept:
                (self.path / name).unlink(missing_ok=True)

    def _claim(self) -> str:
        marker = self.path / MARKER
        if os.path.lexists(marker):
            try:
                return str(uuid.UUID(json.loads(read_file(self.path, MARKER, MARKER_LIMIT))["id"]))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise BenchError(f"{marker} is not one of bench's", "remove it") from error
        taken = [n for n in (*ROOT, RUNS, PROCESSORS) if os.path.lexists(self.path / n)]
        if taken:
            raise BenchError(
                f"{self.path} has a file or folder {taken[0]} that is not bench's",
                "name another folder with --output, or move that away",
            )
        made = str(uuid.uuid4())
        about = "A site made by bench publish, which writes and removes its files here."
        write_bytes(marker, json.dumps({"id": made, "about": about}, indent=1).encode() + b"\n")
        return made

    def _own(self) -> Iterator[str]:
        """The names of bench's files that are there."""
        for below, form in ((None, None), *_OWN.items()):
            for each in os.scandir(self.path / below if below else self.path):
                unfinished = UNFINISHED.fullmatch(each.name)
                name = unfinished[1] if unfinished else each.name
                own = form.fullmatch(name) if form else name in (*ROOT, MARKER)
                mine = own and (unfinished or name != MARKER)
                if mine and not each.is_dir(follow_symlinks=False):
                    yield f"{below}/{each.name}" if below else each.name


def put(folder: Path, name: str, content: bytes) -> bool:
    """Write a file of the site, if that is not what is there; whether it was written."""
    path = folder / name
    there = not path.is_symlink() and path.is_file()
    if there and path.stat().st_size == len(content) and path.read_bytes() == content:
        return False
    write_bytes(path, content)
    return True
