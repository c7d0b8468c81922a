"""`bench run`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.options import takes_options
from bench.cli.shared import DataDir, Identify, Json, Results, console, note, show
from bench.errors import BenchError
from bench.plan.options import Options

if TYPE_CHECKING:
    from bench.model.host import Host
    from bench.model.result import Result

Resume = Annotated[
    Path | None,
    typer.Option(help="Go on with this run's folder: same host, same workload, more rounds."),
]


@takes_options
def run(
    options: Options,
    results: Results = Path("results"),
    data_dir: DataDir = Path("data"),
    resume: Resume = None,
    json: Json = False,
    identify: Identify = False,
) -> None:
    """Train every lane that matches this host, in rounds, and save the result."""
    from bench.host.probe import probe
    from bench.plan.make import make_plan
    from bench.report.document.result import last_line, result_document
    from bench.report.progress import display
    from bench.run.session import Run

    host = probe(identify=identify)
    before = None if resume is None else _to_go_on_with(resume, host, options)
    plan = make_plan(host, options) if before is None else before.plan
    with display(console(stderr=True), plan) as shown:
        if resume is None or before is None:
            under_way = Run.begin(host, plan, results, ["bench", *sys.argv[1:]], shown)
        else:
            under_way = Run(resume.resolve(), before, shown)
        under_way.measure(data_dir)
    result = under_way.result
    if json:
        print(result.model_dump_json(indent=1))
    else:
        show(result_document(result))
    print(last_line(result, under_way.folder), file=sys.stderr if json else sys.stdout)
    raise typer.Exit(under_way.exit_code)


def _to_go_on_with(folder: Path, host: "Host", options: Options) -> "Result":
    from bench.model.result import SCHEMA_VERSION
    from bench.plan.resume import resumed
    from bench.results.folder import opened

    read = opened(folder)
    if read.schema != SCHEMA_VERSION:  # saving would drop or rewrite what another kit wrote
        raise BenchError(
            f"{folder} follows schema {read.schema}, and this bench goes on with {SCHEMA_VERSION}",
            "go on with the bench that began it, or begin a new run",
        )
    note(read.notes)
    return resumed(read.result, host, options)
