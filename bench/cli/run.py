"""`bench run`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.options import takes_options
from bench.cli.shared import (
    DataDir,
    Identify,
    Json,
    Results,
    console,
    place,
    print_json,
    show,
)
from bench.errors import BenchError, Exit
from bench.plan.options import Options

if TYPE_CHECKING:
    from bench.run.session import Run

DATA_DIR = Path("data")

Resume = Annotated[
    Path | None,
    typer.Option(
        help="Go on with this run's folder: same host, same workload, more rounds.",
        parser=place,
        metavar="FOLDER",
    ),
]


@takes_options
def run(
    options: Options,
    context: typer.Context,
    results: Results = Path("results"),
    data_dir: DataDir = DATA_DIR,
    resume: Resume = None,
    json: Json = False,
    identify: Identify = False,
) -> None:
    """Train every lane that matches this host, in rounds, and save the result."""
    source = context.get_parameter_source("results")
    if resume is not None and source is not None and source.name == "COMMANDLINE":
        raise BenchError(
            f"--results {results} can't be given with --resume {resume}",
            "a resumed run stays in its folder: leave --results out",
            Exit.USAGE,
        )
    if resume is not None and identify:
        raise BenchError(
            f"--identify can't be given with --resume {resume}",
            "a resumed run names its host as it was begun: leave --identify out",
            Exit.USAGE,
        )
    if resume is None:
        under_way = _begin(options, results, data_dir, identify)
    else:
        _leave_complete(resume, options, data_dir, json)
        under_way = _go_on(resume, options, data_dir)
    _tell(under_way, json)
    if under_way.result.status == "interrupted":
        words = _how_to_go_on(under_way.folder, options, data_dir)
        print(words, file=sys.stderr if json else sys.stdout)
    raise typer.Exit(under_way.exit_code)


def _begin(options: Options, results: Path, data_dir: Path, identify: bool) -> "Run":
    from bench.host.probe import probe
    from bench.plan.make import make_plan
    from bench.plan.stacks import stacks_of
    from bench.report.progress import display
    from bench.run.session import Run

    host = probe(identify=identify, stacks=stacks_of(options.stack))
    plan = make_plan(host, options)
    with display(console(stderr=True), plan) as shown:
        under_way = Run.begin(host, plan, results, ["bench", *sys.argv[1:]], shown)
        under_way.measure(data_dir)
    return under_way


def _go_on(folder: Path, options: Options, data_dir: Path) -> "Run":
    """Go on with a run that is not complete."""
    from bench.report.progress import display
    from bench.results.lock import Lock
    from bench.run.resuming import run_in, to_go_on_with
    from bench.run.session import Run

    with Lock(folder) as lock:
        before = to_go_on_with(run_in(folder), folder, options, data_dir)
        with display(console(stderr=True), before.plan) as shown:
            under_way = Run(folder.resolve(), before, shown, lock)
            under_way.measure(data_dir)
    return under_way


def _leave_complete(folder: Path, options: Options, data_dir: Path, json: bool) -> None:
    """End the command if nothing is left to do in the folder; what is there stays as it is."""
    from bench.analysis.states import went_wrong
    from bench.run.resuming import nothing_left, run_in
    from bench.text import printable

    result = run_in(folder)
    why = nothing_left(result, folder, options, data_dir)
    if why is None:
        return
    words = [f"nothing is left to do, and nothing was changed: {why}; {folder}"]
    wrong = went_wrong(result.plan, result.processes)
    words += ["a lane that failed or is invalid is not tried again: begin a new run"] * wrong
    if json:
        print_json(result)
    print(printable("\n".join(words)), file=sys.stderr if json else sys.stdout)
    raise typer.Exit(Exit.LANE_FAILED if wrong else Exit.DONE)


def _tell(under_way: "Run", json: bool) -> None:
    """Show what the run came to."""
    from bench.report.document.result import last_line, result_document

    if json:
        print_json(under_way.result)
    else:
        show(result_document(under_way.result))
    print(last_line(under_way.result, under_way.folder), file=sys.stderr if json else sys.stdout)


def _how_to_go_on(folder: Path, options: Options, data_dir: Path) -> str:
    """The command that goes on with a run of these options."""
    from bench.results.lock import command_to_resume
    from bench.results.privacy import FOLDER

    more = [] if data_dir == DATA_DIR else ["--data-dir", str(data_dir)]
    for stack in options.stack or ():
        more += ["--stack", stack]
    if options.data is not None and options.data.startswith(FOLDER):
        more += ["--data", options.data]
    return f"to go on: {command_to_resume(folder, *more)}"
