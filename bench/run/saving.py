"""A run's result in its folder, after each process and at the end."""

import shlex
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from bench.errors import BenchError, words_of
from bench.model.result import Result
from bench.report.render import is_rendered, render, render_pictures, render_texts
from bench.report.render import render_missing as missing
from bench.results import checksums
from bench.results.folder import RESULT, sweep, write_text
from bench.results.lock import Lock


def save(result: Result, folder: Path) -> None:
    """Write `result.json` and the texts, each whole. OSError if the folder can't be written."""
    _write_result(result, folder)
    render_texts(result, folder)


def save_ended(result: Result, folder: Path) -> None:
    """Write all that a run leaves behind, sums included.

    BenchError if the folder can't be written any more: the result is then somewhere else, unless
    only what is drawn from it found no room.
    """
    try:
        save(result, folder)
    except OSError as error:
        _rescue(result, folder, error)
    try:
        render_pictures(result, folder)
        checksums.write(folder)
    except OSError as error:
        again = shlex.join(["bench", "report", "--write", str(folder)])
        raise BenchError(
            f"what was measured is saved, but not every picture of it: {words_of(error)}",
            f"make room; then: {again}",
        ) from error


def render_again(result: Result, folder: Path) -> None:
    """Render all that is drawn from `result.json`. BenchError if another process works there.

    OSError if the folder can't be written.
    """
    with Lock(folder):
        sweep(folder)
        checksums.renew(folder, render(result, folder))


def render_missing(result: Result, folder: Path) -> None:
    """Render what is not there, if the run has ended and the folder can be written."""
    if result.status == "running" or is_rendered(result, folder):
        return
    with suppress(OSError, BenchError), Lock(folder):
        checksums.renew(folder, [])  # what can't be summed is not added to
        checksums.renew(folder, missing(result, folder))


def _rescue(result: Result, folder: Path, error: OSError) -> NoReturn:
    """Keep the result somewhere else, and say where."""
    kept = Path(tempfile.mkdtemp(prefix="bench-rescued-"))
    _write_result(result, kept)
    raise BenchError(
        f"the run can't go on in {folder}: {words_of(error)}",
        f"what was measured is in {kept}; `bench report {kept}` renders it",
    ) from error


def _write_result(result: Result, folder: Path) -> None:
    write_text(folder / RESULT, result.model_dump_json(indent=1) + "\n")
