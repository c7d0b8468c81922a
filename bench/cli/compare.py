"""`bench compare`."""

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.shared import Json, output_option, path, print_json, read_result, show

Reference = Annotated[
    Path,
    typer.Argument(
        help="The run that the others are held against: a folder or an archive.",
        parser=path,
        metavar="REF",
    ),
]
Others = Annotated[
    list[Path],
    typer.Argument(
        help="Runs to compare with it. Those of one machine and one set-up are one side.",
        parser=path,
        metavar="OTHER",
    ),
]
More = Annotated[
    list[Path],
    typer.Option(
        "--reference",
        "-r",
        help="One more run of the reference's machine and set-up; repeat.",
        parser=path,
        metavar="FOLDER",
    ),
]
Lanes = Annotated[
    list[str],
    typer.Option(
        "--lane",
        "-l",
        help="Only these lanes; repeat, or use commas. Two lanes: fp32=bf16-amx.",
    ),
]
Anyway = Annotated[
    bool, typer.Option("--anyway", help="Compare what is not comparable, and say so.")
]
FailSlower = Annotated[
    str | None,
    typer.Option(
        help="Exit 4 if a lane's whole interval is slower by more than this (5%), 1 if a lane of "
        "the reference was not measured, 3 if one has no interval.",
        metavar="PERCENT",
    ),
]
Output = Annotated[
    Path | None,
    output_option("Where comparison.html, .md and .json and the chart go.", "FOLDER"),
]


def compare(
    reference: Reference,
    others: Others,
    more: More = [],  # noqa: B006
    lane: Lanes = [],  # noqa: B006
    anyway: Anyway = False,
    fail_slower: FailSlower = None,
    output: Output = None,
    json: Json = False,
) -> None:
    """Hold runs against each other: which is faster, how sure, and what differs."""
    from bench.analysis.compare.gate import gate, gate_code, parse_share
    from bench.analysis.compare.make import compare as compared
    from bench.analysis.compare.pairs import parse
    from bench.analysis.compare.runs import distil, names
    from bench.errors import Exit
    from bench.report.comparison import write_comparison
    from bench.report.document.comparison import comparison_document

    share, wanted = parse_share(fail_slower), parse(lane)
    paths = [reference, *more, *others]
    called = names([each.resolve() for each in paths])
    runs = [distil(name, read_result(each)) for name, each in zip(called, paths, strict=True)]
    first = 1 + len(more)
    comparison = compared(runs[:first], runs[first:], wanted, anyway=anyway)
    if share is not None:
        comparison.gate = gate(comparison, share)
    if output is not None:
        write_comparison(comparison, output)
    if json:
        print_json(comparison)
    else:
        show(comparison_document(comparison))
    raise typer.Exit(gate_code(comparison.gate) if comparison.gate else Exit.DONE)
