"""A run's folder from one file, a zip that may be a stranger's.

Nothing of an archive is taken on trust: all that it says of itself is judged before a byte of it is
unpacked, and no file becomes longer than it said.
"""

import errno
import io
import re
import shutil
import stat
import struct
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.errors import BenchError, Exit
from bench.results.checksums import FILES, shown
from bench.results.files import is_inside
from bench.results.folder import RESULT
from bench.text import size

TOTAL = 2**30
"""Bytes that are unpacked of one archive, in all."""

RATIO, FREE = 100, 64 * 2**20
"""So many times its own size, and at least so many bytes, an archive may unpack to: runs' files
pack to a tenth, a bomb to a thousandth."""

DIRECTORY = 4 * 2**20
"""Bytes of an archive's list of names, which is read in one piece."""

NAME, PART = 1000, 200
"""Bytes of a name, and of a part of it: file systems take 255, and a writer puts some beside it."""

_KINDS = (0, stat.S_IFREG, stat.S_IFDIR)
"""What may be unpacked; 0 is said by who does not know of kinds."""

_ENCRYPTED = 0x1
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
)
"""What `zipfile` raises on bytes that are no archive, or not a whole one."""


@contextmanager
def artifact(path: Path) -> Iterator[Path]:
    """The run's folder that `path` is, or that is in it where it is an archive.

    An archive is unpacked into a folder that is removed again. Its run lies at its root, or in the
    one folder there that has a `result.json`. BenchError (exit 5) if there is none, or if the
    archive is broken, or has anything in it that would not be safe to unpack.
    """
    if not path.is_file():
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="bench-unpacked-") as at:
        root = Path(at) / _own_name(path)
        root.mkdir()
        _unpack(path, root)
        try:
            yield _run_in(root, path)
        except BenchError as error:  # for whom the folder has no name
            cause, remedy = (
                each.replace(str(root), str(path)) for each in (error.cause, error.remedy)
            )
            raise BenchError(cause, remedy, error.code) from error


def _own_name(path: Path) -> str:
    """What a run at an archive's root is called by: the archive's own name."""
    return re.sub(r"[^A-Za-z0-9._@+-]", "_", path.stem).lstrip(".")[:PART] or "run"


def _run_in(root: Path, path: Path) -> Path:
    runs = [each for each in (root, *sorted(root.iterdir())) if (each / RESULT).is_file()]
    if not runs:
        raise _refused(path, f"there is no {RESULT} at its root, or in a folder there")
    if len(runs) > 1:
        raise _refused(path, "more than one run is in it")
    return runs[0]


def _unpack(path: Path, root: Path) -> None:
    """Unpack into `root`, an empty folder. BenchError as of `artifact`."""
    try:
        raw = io.FileIO(path)
    except OSError as error:
        raise BenchError(f"{path} can't be read: {error.strerror}") from error
    try:
        with _Bounded(raw) as file, zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            if fault := next(faults(members, path.stat().st_size), None):
                raise _refused(path, fault)
            for member in members:
                _unpack_one(archive, member, root / member.filename)
    except _BROKEN as error:
        raise _refused(path, f"it is broken, or no zip: {error}") from None
    except OSError as error:
        if error.errno == errno.EINVAL:  # a place that it tells of lies before its begin
            raise _refused(path, f"it is broken: {error}") from None
        raise BenchError(
            f"{path} can't be unpacked into {root.parent}: {error.strerror}",
            "make room there, or name another folder with TMPDIR",
        ) from error


def _unpack_one(archive: zipfile.ZipFile, member: zipfile.ZipInfo, at: Path) -> None:
    """A folder, or a file: `zipfile` reads no more of it than its entry tells, and checks that."""
    at.parent.mkdir(parents=True, exist_ok=True)
    if member.is_dir():
        at.mkdir(exist_ok=True)
        return
    with archive.open(member) as packed, at.open("xb") as file:
        shutil.copyfileobj(packed, file, 2**16)


class _Bounded(io.BufferedReader):
    """A file of which nobody gets much in one piece: `zipfile` reads a list of names whole."""

    def read(self, size: int | None = -1, /) -> bytes:
        """At most `DIRECTORY` bytes; ValueError if more were asked for."""
        if size is None or size < 0:
            size = DIRECTORY
        if size > DIRECTORY:
            raise ValueError("its list of names is too long")
        return super().read(size)


def faults(members: list[zipfile.ZipInfo], packed: int) -> Iterator[str]:
    """Why an archive of `packed` bytes is not unpacked, a line each."""
    if len(members) > FILES:
        yield f"it has more than {FILES:,} files"
    for member in members:
        if (why := fault_of(member)) is not None:
            yield f"{shown(member.orig_filename[:NAME])} {why}"
    yield from _clashes(members)
    total = sum(member.file_size for member in members)
    if total > TOTAL:
        yield f"it unpacks to {size(total)}, more than {size(TOTAL)}"
    if total > max(FREE, RATIO * packed):
        yield f"it unpacks to {size(total)}, more than {RATIO} times its own {size(packed)}"


def fault_of(member: zipfile.ZipInfo) -> str | None:
    """Why one file's entry is not unpacked, in words that follow its name; None if it is."""
    name = member.orig_filename
    parts = name.removesuffix("/").split("/")
    if "\\" in name or re.match(r"[A-Za-z]:", name):
        return "is no name that every system reads alike"
    if not is_inside(name.removesuffix("/")):
        return "leads out of the archive's folder"
    if not name.isprintable() or any(len(part.encode()) > PART for part in parts):
        return "is no name for a file"
    if len(name.encode()) > NAME:
        return "is no name for a file"
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in _KINDS or (kind and (kind == stat.S_IFDIR) != member.is_dir()):
        return "is a link or a device, and no file"
    if member.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is packed in a way that few programs can undo"
    return None


def _clashes(members: list[zipfile.ZipInfo]) -> Iterator[str]:
    """Names that are there twice, for a file system that does not tell small from capital."""
    names: dict[str, str] = {}
    files: set[str] = set()
    for member in members:
        name = member.filename.removesuffix("/")
        for folder in _above(name):
            if names.setdefault(_folded(folder), folder) != folder:
                yield f"{shown(folder)} and {shown(names[_folded(folder)])} differ only in case"
            if folder in files:
                yield f"{shown(folder)} is a file and a folder"
        key = _folded(name)
        if key in names and not (member.is_dir() and names[key] == name and name not in files):
            same = names[key] == name
            yield (
                f"{shown(name)} is in it twice"
                if same
                else f"{shown(name)} and {shown(names[key])} differ only in case"
            )
        names[key] = name
        if not member.is_dir():
            files.add(name)


def _above(name: str) -> Iterator[str]:
    parts = name.split("/")
    return ("/".join(parts[:count]) for count in range(1, len(parts)))


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _refused(path: Path, why: str) -> BenchError:
    return BenchError(
        f"{path} is no archive of a run: {why}",
        "name a run's folder, or a file that `bench pack` made",
        Exit.INVALID_ARTIFACT,
    )
