"""`bench export`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.shared import Folder, output_option, read_result

Format = Annotated[
    str,
    typer.Option("--format", "-f", metavar="NAME", help="csv, google-benchmark or openmetrics."),
]
Output = Annotated[
    Path | None, output_option("A file; without, or with -, standard output.", "FILE")
]


def export(folder: Folder, format: Format, output: Output = None) -> None:
    """Write a run's figures, lane by lane, as other programs read them."""
    from bench.plan.names import choose
    from bench.report.exports import EXPORTERS
    from bench.report.exports import export as exported
    from bench.results.folder import write_bytes

    choose("format", format, list(EXPORTERS))
    content = exported(read_result(folder), format)
    if output is None or str(output) == "-":
        sys.stdout.buffer.write(content)
    elif output.is_symlink() or (output.exists() and not output.is_file()):
        output.write_bytes(content)  # as /dev/stdout, which nothing may take the place of
    else:
        write_bytes(output, content)
