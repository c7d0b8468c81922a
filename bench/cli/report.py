"""`bench report`."""

from typing import Annotated

import typer

from bench.cli.shared import Folder, Json, print_json, read_result, show

Write = Annotated[
    bool,
    typer.Option(
        "--write", help="Render the folder's tables and charts again; without, only missing ones."
    ),
]


def report(folder: Folder, write: Write = False, json: Json = False) -> None:
    """Show a run, from its `result.json` alone."""
    from bench.errors import BenchError
    from bench.report.document.result import result_document
    from bench.run.saving import render_again, render_missing

    result = read_result(folder)
    if write and folder.is_file():
        raise BenchError(f"{folder} is an archive, and nothing is written into one", "unpack it")
    if write:
        render_again(result, folder)
    else:
        render_missing(result, folder)
    if json:
        print_json(result)
    else:
        show(result_document(result))
