"""`SHA256SUMS`: the sum of every file of a run's folder, as `sha256sum -c SHA256SUMS` checks it."""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.errors import BenchError, Exit
from bench.results.files import is_inside, open_file, read_file
from bench.results.folder import write_bytes
from bench.results.lock import LOCK

SUMS = "SHA256SUMS"
SUMS_LIMIT = 4 * 1024**2
"""Bytes of a `SHA256SUMS` that are read."""

FILES = 10_000
"""Files of a folder: no run has as many."""

FILE_LIMIT = 1024**3
"""Bytes of one file that are summed."""

_LINE = re.compile(rb"(\\?)([0-9a-fA-F]{64}) [ *](.+)")
_ESCAPES = {b"\\": b"\\\\", b"\n": b"\\n", b"\r": b"\\r"}


def write(folder: Path) -> None:
    """Sum every file. BenchError if one is not regular; OSError if the folder can't be written."""
    files, others = _walk(folder)
    for name, why in others.items():
        raise BenchError(
            f"{folder} can't be summed: {shown(name)}: {why}", code=Exit.INVALID_ARTIFACT
        )
    _write(folder, {name: _sum(folder, name) for name in files})


def renew(folder: Path, changed: Iterable[Path]) -> None:
    """Sum the changed files again; what is said of the others stays, so that they can't hide.

    All are summed if none was before. Errors as of `write`.
    """
    if not os.path.lexists(folder / SUMS):
        return write(folder)
    sums, problems = _read(folder)
    if problems:
        raise BenchError(f"{folder / SUMS}: {problems[0]}", code=Exit.INVALID_ARTIFACT)
    names = [path.relative_to(folder).as_posix() for path in changed]
    if not names:
        return None
    return _write(folder, sums | {name: _sum(folder, name) for name in names})


def check(folder: Path) -> Iterator[str]:
    """What is missing, changed, not listed or no plain file; one line each. OSError unreadable."""
    try:
        sums, problems = _read(folder)
    except FileNotFoundError:
        yield f"{SUMS}: missing, so nothing says what the files were"
        return
    files, others = _walk(folder)
    yield from problems
    for name in sorted({*sums, *files, *others}):
        if name in others:
            yield f"{shown(name)}: {others[name]}"
        elif name not in files:
            yield f"{shown(name)}: missing"
        elif name not in sums:
            yield f"{shown(name)}: not in {SUMS}"
        elif _sum(folder, name) != sums[name]:
            yield f"{shown(name)}: changed since it was summed"


def shown(name: str) -> str:
    """A file's name for a line of text, whatever is in it."""
    return name if name.isprintable() else ascii(name)


def _walk(folder: Path) -> tuple[set[str], dict[str, str]]:
    """The regular files below, without the sums; and what else is there, with why it is not one."""
    files: set[str] = set()
    others: dict[str, str] = {}
    waiting = [""]
    while waiting:
        below = waiting.pop()
        with os.scandir(folder / below) as entries:
            for entry in entries:
                name = f"{below}{entry.name}"
                if len(files) + len(others) + len(waiting) >= FILES:
                    return files, others | {name: f"one of more than {FILES:,} files"}
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(f"{name}/")
                elif entry.is_symlink():
                    others[name] = "a link, and none is followed"
                elif not entry.is_file(follow_symlinks=False):
                    others[name] = "not a regular file"
                elif entry.stat(follow_symlinks=False).st_size > FILE_LIMIT:
                    others[name] = f"more than {FILE_LIMIT} bytes, which are not summed"
                elif name not in (SUMS, LOCK):
                    files.add(name)
    return files, others


def _sum(folder: Path, name: str) -> str:
    with open_file(folder, name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(folder: Path, sums: dict[str, str]) -> None:
    write_bytes(folder / SUMS, b"".join(_line(name, sums[name]) for name in sorted(sums)))


def _line(name: str, digest: str) -> bytes:
    """A backslash in front says that the name is escaped, as coreutils 9 does."""
    raw = os.fsencode(name)
    escaped = re.sub(rb"[\\\n\r]", lambda match: _ESCAPES[match[0]], raw)
    return b"%s%s  %s\n" % (b"\\" if escaped != raw else b"", digest.encode(), escaped)


def _read(folder: Path) -> tuple[dict[str, str], list[str]]:
    """Digest by name, and what is wrong with the lines. OSError, BenchError as of `read_file`."""
    return parse(read_file(folder, SUMS, SUMS_LIMIT))


def parse(content: bytes) -> tuple[dict[str, str], list[str]]:
    """Digest by name from a `SHA256SUMS`, and what is wrong with its lines."""
    sums: dict[str, str] = {}
    problems = []
    for number, line in enumerate(content.removesuffix(b"\n").split(b"\n"), 1):
        match = _LINE.fullmatch(line)
        name = os.fsdecode(_unescaped(match[3]) if match[1] else match[3]) if match else ""
        if match is None:
            problems.append(f"{SUMS}, line {number}: not a checksum")
        elif not is_inside(name):
            problems.append(f"{SUMS}, line {number}: {shown(name)} leads out of the folder")
        elif name in sums:
            problems.append(f"{SUMS}, line {number}: {shown(name)} for the second time")
        else:
            sums[name] = match[2].decode().lower()
    return sums, problems


def _unescaped(name: bytes) -> bytes:
    meant = {escaped: plain for plain, escaped in _ESCAPES.items()}
    return re.sub(rb"\\[\\nr]", lambda match: meant[match[0]], name)
