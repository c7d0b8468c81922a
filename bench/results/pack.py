"""A run's folder as one file: a zip with what catalogues want to know of it.

At its root are the run's folder, as it is, `system.json` and `ro-crate-metadata.json`.
"""

import hashlib
import json
import os
import stat
import zipfile
from pathlib import Path
from typing import IO

from bench.errors import BenchError, Exit
from bench.model.result import Result
from bench.results.archive import fault_of, faults
from bench.results.checksums import SUMS, SUMS_LIMIT, parse, shown
from bench.results.crate import METADATA, NONE, Packed, Wishes, crate
from bench.results.files import open_file, read_file
from bench.results.folder import RESULT, read, replacing
from bench.results.system import NAME as SYSTEM
from bench.results.system import system
from bench.results.verify import verify


def pack(folder: Path, output: Path, wishes: Wishes = NONE) -> None:
    """Check a run's folder, and write it as an archive; errors as of `write`.

    BenchError (exit 5) if it is not valid.
    """
    verified = verify(folder)
    if verified.problems:
        raise BenchError(
            f"{folder} is not valid, and was not packed: {verified.problems[0]}",
            "see all that is wrong with: bench verify",
            Exit.INVALID_ARTIFACT,
        )
    write(folder, read(folder), output, wishes)


def write(folder: Path, result: Result, output: Path, wishes: Wishes = NONE) -> None:
    """Write the archive of a valid run's folder, whole or not at all, and nothing in the folder.

    The same folder and wishes give the same bytes, wherever and whenever. BenchError if `output` is
    in the folder or can't be written, (exit 5) if the folder has what no archive may have, or if a
    file is not what its sum says.
    """
    if output.absolute().resolve().is_relative_to(folder.resolve()):
        raise BenchError(f"{output} would be a part of the run", "name another file with --output")
    try:
        with replacing(output) as file:
            _write(folder, result, file, wishes)
            _check(file, output)
    except OSError as error:
        raise BenchError(
            f"{output} can't be written: {error.strerror}", "name another file with --output"
        ) from error


def _write(folder: Path, result: Result, file: IO[bytes], wishes: Wishes) -> None:
    run = folder.resolve().name
    if fault_of(_entry(f"{run}/{RESULT}")) is not None:
        run = "run"
    sums, _ = parse(read_file(folder, SUMS, SUMS_LIMIT))
    description = _json(system(result, wishes.author))
    packed = [Packed(SYSTEM, len(description), hashlib.sha256(description).hexdigest())]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr(_entry(SYSTEM), description)
        for name in sorted([*sums, SUMS]):
            packed.append(_add(archive, folder, name, run))
            if name != SUMS and packed[-1].digest != sums[name]:
                raise BenchError(
                    f"{shown(name)} in {folder} changed while it was packed",
                    "pack it when nobody writes there",
                    Exit.INVALID_ARTIFACT,
                )
        archive.writestr(_entry(METADATA), _json(crate(result, run, packed, wishes)))


def _add(archive: zipfile.ZipFile, folder: Path, name: str, run: str) -> Packed:
    """Pack one of the folder's files, and tell of the bytes that were."""
    entry = _entry(f"{run}/{name}")
    if (why := fault_of(entry)) is not None:
        raise BenchError(f"{shown(name)} in {folder} {why}", code=Exit.INVALID_ARTIFACT)
    digest = hashlib.sha256()
    with open_file(folder, name) as file:
        entry.file_size = os.fstat(file.fileno()).st_size
        with archive.open(entry, "w") as to:
            while block := file.read(2**20):
                digest.update(block)
                to.write(block)
    return Packed(entry.filename, entry.file_size, digest.hexdigest())


def _entry(name: str) -> zipfile.ZipInfo:
    """A file's entry, which says nothing of when or by whom it was packed."""
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3  # Unix, whose modes these are
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    return entry


def _json(tree: object) -> bytes:
    return json.dumps(tree, indent=1, ensure_ascii=False).encode() + b"\n"


def _check(written: IO[bytes], output: Path) -> None:
    """Refuse an archive that would be refused when it is unpacked."""
    packed = written.seek(0, os.SEEK_END)
    with zipfile.ZipFile(written) as archive:
        if fault := next(faults(archive.infolist(), packed), None):
            raise BenchError(f"{output} can't be: {fault}", code=Exit.INVALID_ARTIFACT)
