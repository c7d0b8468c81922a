"""`bench pack`."""

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.shared import Folder, output_option

Output = Annotated[
    Path | None,
    output_option("The archive; without, the run's name and .zip in the current folder.", "FILE"),
]
Licence = Annotated[
    str | None,
    typer.Option(
        "--license", help="What the run may be used under: an SPDX identifier or an address."
    ),
]
Author = Annotated[
    str | None, typer.Option("--author", help="Whose run it is; without, nobody is named.")
]


def pack(
    folder: Folder, output: Output = None, license: Licence = None, author: Author = None
) -> None:
    """Make one archive of a run, to be sent, published and cited, once it is found valid."""
    from bench.results import pack as archives
    from bench.results.archive import artifact
    from bench.results.crate import Wishes
    from bench.text import one_line, size

    with artifact(folder) as run:
        name = run.resolve().name or "run"
        to = output or Path(f"{name}.zip")
        archives.pack(run, to, Wishes(licence=license or None, author=author or None))
    print(f"{one_line(str(to))}: {size(to.stat().st_size)}")
