"""`bench verify`."""

from typing import Annotated

import typer

from bench.cli.shared import Folder, Json, note

Redraw = Annotated[
    bool,
    typer.Option(
        "--redraw", help="Show what this kit's analysis concludes, where another drew the summary."
    ),
]


def verify(folder: Folder, redraw: Redraw = False, json: Json = False) -> None:
    """Check that a run's files are unchanged, and that its figures follow from its raw steps."""
    from bench.results import verify as folders
    from bench.results.archive import artifact

    with artifact(folder) as run:
        verified = folders.verify(run, redraw=redraw)
    note(verified.notes)
    print(verified.as_json() if json else verified.as_text())
    raise typer.Exit(verified.code)
