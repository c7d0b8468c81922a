"""`bench publish`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.shared import Json, note, output_option, path

Artifacts = Annotated[
    list[Path],
    typer.Argument(
        help="Runs' folders, archives that bench pack made, or folders that hold either.",
        parser=path,
        metavar="DIR...",
    ),
]
Output = Annotated[Path, output_option("The site's folder.", "SITE")]
Price = Annotated[
    list[str],
    typer.Option(
        "--price",
        metavar="NAME=DOLLARS",
        help="What an hour of a host costs, by its run or its processor; repeat for others.",
    ),
]
PriceFile = Annotated[
    Path | None,
    typer.Option("--prices", help="A file of such lines.", parser=path, metavar="FILE"),
]
Url = Annotated[
    str | None, typer.Option("--url", help="Where the site will be, for its feed: https://…/")
]


def publish(
    artifacts: Artifacts,
    output: Output,
    price: Price = [],  # noqa: B006
    prices: PriceFile = None,
    url: Url = None,
    json: Json = False,
) -> None:
    """Make a static site of many runs, each verified first."""
    from bench.publish.prices import read_prices
    from bench.publish.site import publish as published
    from bench.text import one_line

    if url is not None and not url.startswith(("https://", "http://")):
        raise typer.BadParameter(f"{url!r} is no address", param_hint="--url")
    done = published(artifacts, output, read_prices(price, prices), url)
    for each, why in done.refused:
        print(f"refused: {one_line(str(each))}: {one_line(why)}", file=sys.stderr)
    note(done.notes)
    print(done.as_json() if json else done.as_text())
    raise typer.Exit(done.code)
