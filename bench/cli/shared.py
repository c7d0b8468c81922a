"""What several commands share: parameters, and where what they say goes."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from bench.model.base import Fact
    from bench.model.result import Result
    from bench.report.document.parts import Document

Json = Annotated[bool, typer.Option("--json", help="Data on standard output, as JSON.")]
Identify = Annotated[
    bool, typer.Option("--identify", help="Name the host instead of showing a hash of its name.")
]


def path(text: str) -> Path:
    """An option's path; a usage error for an empty one, which would be the current folder.

    A shell leaves the `~` of `--results=~/runs` as it is.
    """
    if not str(text):
        raise typer.BadParameter("'' names no file and no folder")
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise typer.BadParameter(f"{text}: there is no such user") from error


def place(text: str) -> Path:
    """The same of a folder that is told to workers: a usage error for one that is no text."""
    folder = path(text)
    plain(os.path.realpath(folder))
    return folder


def plain(text: str) -> str:
    """A text that JSON can have; a usage error for one with bytes that are no UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise typer.BadParameter(f"{text!a} has bytes that are no UTF-8") from error
    return text


Results = Annotated[
    Path,
    typer.Option(
        envvar="BENCH_RESULTS", help="Where runs get their folders.", parser=place, metavar="FOLDER"
    ),
]
DataDir = Annotated[
    Path,
    typer.Option(
        envvar="BENCH_DATA_DIR", help="Where data sets are kept.", parser=place, metavar="FOLDER"
    ),
]
Folder = Annotated[
    Path,
    typer.Argument(
        help="A run's folder, e.g. results/latest, or the archive that bench pack made of one.",
        parser=path,
        metavar="FOLDER",
    ),
]


def output_option(help: str, metavar: str) -> Any:
    """`--output`, as every command has it that writes where it is told to."""
    return typer.Option("--output", "-o", help=help, parser=path, metavar=metavar)


def show(document: Document) -> None:
    """Print a document for people."""
    from bench.report.media import console as medium

    medium.show(document, console())


def read_result(folder: Path) -> Result:
    """The result in a run's folder or archive; what its reader should know goes to stderr."""
    from bench.results.archive import artifact
    from bench.results.folder import opened
    from bench.results.lock import of_unfinished

    with artifact(folder) as run:
        read = opened(run)
        note(read.notes)
        if read.result.status == "running":
            note([of_unfinished(run)])
        return read.result


def print_json(fact: Fact) -> None:
    """Print it as JSON, in characters that every output can carry."""
    print(fact.model_dump_json(indent=1, ensure_ascii=True))


def note(notes: Iterable[str]) -> None:
    """Say on standard error what a folder's reader should know."""
    from bench.text import one_line

    for each in notes:
        print(f"note: {one_line(each)}", file=sys.stderr)


def console(*, stderr: bool = False) -> Console:
    """The terminal, or what stands for it."""
    from rich.console import Console

    # What is no width a shell may have set all the same: then it is the terminal's own, or 80.
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("COLUMNS", "LINES") or re.fullmatch(r"0*[1-9][0-9]{0,4}", value)
    }
    return Console(stderr=stderr, highlight=False, _environ=environment)
