"""`bench run`."""

import shlex
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
    note,
    place,
    print_json,
    show,
)
from bench.errors import BenchError, Exit
from bench.plan.options import Options

if TYPE_CHECKING:
    from bench.model.result import Result
    from bench.results.schema import Opened
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
    from bench.report.progress import display
    from bench.run.session import Run

    host = probe(identify=identify)
    plan = make_plan(host, options)
    with display(console(stderr=True), plan) as shown:
        under_way = Run.begin(host, plan, results, ["bench", *sys.argv[1:]], shown)
        under_way.measure(data_dir)
    return under_way


def _go_on(folder: Path, options: Options, data_dir: Path) -> "Run":
    """Go on with a run that is not complete."""
    from bench.report.progress import display
    from bench.results.lock import Lock
    from bench.run.session import Run

    with Lock(folder) as lock:
        before = _to_go_on_with(folder, options, data_dir)
        with display(console(stderr=True), before.plan) as shown:
            under_way = Run(folder.resolve(), before, shown, lock)
            under_way.measure(data_dir)
    return under_way


def _leave_complete(folder: Path, options: Options, data_dir: Path, json: bool) -> None:
    """End the command if nothing is left to do in the folder; what is there stays as it is."""
    from bench.analysis.states import to_run, went_wrong
    from bench.analysis.stopping import enough
    from bench.text import printable

    result = _read(folder).result
    plan, processes = result.plan, result.processes
    if result.status not in ("completed", "failed"):
        return
    if options != Options():  # which may be refused, or ask for more
        plan = _to_go_on_with(folder, options, data_dir).plan
    more = options.rounds or options.time_budget or options.target_precision
    why = None
    if not to_run(plan, processes):
        why = result.stop_reason
    elif result.status == "completed":
        why = enough(plan, result.summary, [], 0.0) or (None if more else result.stop_reason)
    if why is not None:
        words = [f"nothing is left to do, and nothing was changed: {why}; {folder}"]
        wrong = went_wrong(plan, processes)
        words += ["a lane that failed or is invalid is not tried again: begin a new run"] * wrong
        if json:
            print_json(result)
        print(printable("\n".join(words)), file=sys.stderr if json else sys.stdout)
        raise typer.Exit(Exit.LANE_FAILED if wrong else Exit.DONE)


def _to_go_on_with(folder: Path, options: Options, data_dir: Path) -> "Result":
    """The run as it was, with this host's paths in its plan."""
    from bench.host.probe import probe
    from bench.plan.resume import resumed
    from bench.results.privacy import DATA, FOLDER, of_run

    read = _read(folder)
    note(read.notes)
    host, before = probe(), read.result
    if before.plan.data_requested.startswith(f"{FOLDER}{DATA}"):
        if not options.data:
            raise BenchError(
                f"{folder} trains on images of your own, and does not tell where they are",
                "name their folder again: --data folder:PATH",
                Exit.USAGE,
            )
        data_dir = Path(options.data.removeprefix(FOLDER)).expanduser().absolute()
    here = of_run(folder, host, before.plan, data_dir)
    return resumed(before.model_copy(update={"plan": here.revealed(before.plan)}), host, options)


def _read(folder: Path) -> "Opened":
    """What is in the folder. BenchError if it is nothing that this kit can go on with."""
    from bench.model.result import SCHEMA_VERSION
    from bench.results.folder import opened

    read = opened(folder)
    if read.schema != SCHEMA_VERSION:  # saving would drop or rewrite what another kit wrote
        raise BenchError(
            f"{folder} follows schema {read.schema}, and this bench goes on with {SCHEMA_VERSION}",
            "go on with the bench that began it, or begin a new run",
        )
    return read


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
    words = ["bench", "run", "--resume", str(folder)]
    if data_dir != DATA_DIR:
        words += ["--data-dir", str(data_dir)]
    if (options.data or "").startswith("folder:"):
        words += ["--data", str(options.data)]
    return f"to go on: {shlex.join(words)}"
