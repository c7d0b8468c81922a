"""What several commands share: parameters, and where what they say goes."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    """An option's path; a usage error for an empty one, which would be the current folder."""
    if not str(text):
        raise typer.BadParameter("'' names no file and no folder")
    return Path(text)


Results = Annotated[
    Path,
    typer.Option(
        envvar="BENCH_RESULTS", help="Where runs get their folders.", parser=path, metavar="FOLDER"
    ),
]
DataDir = Annotated[
    Path,
    typer.Option(
        envvar="BENCH_DATA_DIR", help="Where data sets are kept.", parser=path, metavar="FOLDER"
    ),
]
Folder = Annotated[
    Path, typer.Argument(help="A run's folder, e.g. results/latest.", parser=path, metavar="FOLDER")
]


def show(document: Document) -> None:
    """Print a document for people."""
    from bench.report.media import console as medium

    medium.show(document, console())


def read_result(folder: Path) -> Result:
    """A run's result; what its reader should know is said on standard error."""
    from bench.results.folder import opened
    from bench.results.lock import of_unfinished

    read = opened(folder)
    note(read.notes)
    if read.result.status == "running":
        note([of_unfinished(folder)])
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

    return Console(stderr=stderr, highlight=False)
