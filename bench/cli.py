"""The command line: each command's body is the pipeline that it runs.

Heavy imports stand inside the commands, so that `bench --help` costs none of them.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

import bench
from bench.errors import BenchError
from bench.plan.options import Options, takes_options

if TYPE_CHECKING:
    from rich.console import Console

app = typer.Typer(
    name="bench",
    help="How much faster than in FP32 does PyTorch train here in BF16, on AVX-512 and on AMX?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Json = Annotated[bool, typer.Option("--json", help="Data on standard output, as JSON.")]
Identify = Annotated[
    bool, typer.Option("--identify", help="Name the host instead of showing a hash of its name.")
]
Results = Annotated[
    Path, typer.Option(envvar="BENCH_RESULTS", help="Where runs get their folders.")
]
DataDir = Annotated[Path, typer.Option(envvar="BENCH_DATA_DIR", help="Where data sets are kept.")]
Resume = Annotated[
    Path | None,
    typer.Option(help="Go on with this run's folder: same host, same workload, more rounds."),
]
Folder = Annotated[Path, typer.Argument(help="A run's folder, e.g. results/latest.")]
Strict = Annotated[bool, typer.Option("--strict", help="A warning, too, ends with exit code 1.")]
Version = Annotated[bool, typer.Option("--version", help="Print the version and end.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]


@app.callback(invoke_without_command=True)
def _bench(version: Version = False, debug: Debug = False) -> None:
    if version:
        print(f"bench {bench.__version__}")
        raise typer.Exit


@app.command()
def probe(json: Json = False, identify: Identify = False) -> None:
    """Show what this host is and may do, and which lanes match it."""
    from bench.host.probe import probe as probe_host
    from bench.plan.cores import lane_cores
    from bench.plan.match import matches
    from bench.report.host_tables import host_json, host_view

    host = probe_host(identify=identify)
    cores, lanes = lane_cores(host), matches(host)
    _show(host_view(host, cores, lanes), host_json(host, cores, lanes), json)


@app.command()
def doctor(
    results: Results = Path("results"),
    data_dir: DataDir = Path("data"),
    strict: Strict = False,
    json: Json = False,
) -> None:
    """Tell whether this host is ready for numbers worth publishing, and what to change."""
    from bench.doctor import diagnose
    from bench.doctor.case import Case
    from bench.doctor.finding import exit_code
    from bench.host.probe import probe as probe_host
    from bench.report.doctor_table import doctor_json, doctor_view

    host = probe_host()
    findings = diagnose(Case.of(host, results, data_dir))
    if json:
        print(doctor_json(host, findings))
    else:
        _console().print(doctor_view(findings), crop=False)
    raise typer.Exit(exit_code(findings, strict))


@app.command()
@takes_options
def plan(options: Options, json: Json = False) -> None:
    """Show what `run` would do here, without doing it."""
    from bench.host.probe import probe as probe_host
    from bench.plan.make import make_plan
    from bench.report.plan_tables import plan_view

    planned = make_plan(probe_host(), options)
    _show(plan_view(planned), planned.model_dump_json(indent=1), json)


@app.command()
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
    from bench.host.probe import probe as probe_host
    from bench.plan.make import make_plan
    from bench.plan.resume import resumed
    from bench.report.progress import display
    from bench.report.result_tables import last_line, result_view
    from bench.results.folder import read
    from bench.run.session import Run

    host = probe_host(identify=identify)
    before = None if resume is None else resumed(read(resume), host, options)
    planned = make_plan(host, options) if before is None else before.plan
    with display(_console(stderr=True), planned) as shown:
        if resume is not None and before is not None:
            under_way = Run(resume.resolve(), before, shown)
        else:
            under_way = Run.begin(host, planned, results, ["bench", *sys.argv[1:]], shown)
        under_way.measure(data_dir)
    result = under_way.result
    _show(result_view(result), result.model_dump_json(indent=1), json)
    _console(stderr=json).print(last_line(result, under_way.folder), soft_wrap=True)
    raise typer.Exit(under_way.exit_code)


@app.command()
def report(folder: Folder, json: Json = False) -> None:
    """Render a run's tables and charts again, from its `result.json` alone."""
    from bench.report.render import render
    from bench.report.result_tables import result_view
    from bench.results.checksums import renew
    from bench.results.folder import read

    result = read(folder)
    renew(folder, render(result, folder))
    _show(result_view(result), result.model_dump_json(indent=1), json)


@app.command()
def verify(folder: Folder, json: Json = False) -> None:
    """Check that a run's files are unchanged, and that its figures follow from its raw steps."""
    from bench.results.verify import verify as verify_folder

    found = verify_folder(folder)
    print(found.as_json() if json else found.as_text())
    raise typer.Exit(found.code)


@app.command()
def schema() -> None:
    """Print the JSON Schema of `result.json`."""
    import json

    from bench.model.result import Result

    print(json.dumps(Result.model_json_schema(), indent=1))


def main() -> NoReturn:
    """Run the command line; a failure is one or two lines, and the exit code is true."""
    try:
        app()
    except (BenchError, OSError) as error:
        if "--debug" in sys.argv:
            raise
        from bench.text import one_line

        said = error if isinstance(error, BenchError) else BenchError(str(error))
        print(f"error: {one_line(said.cause)}", file=sys.stderr)
        if said.remedy:
            print(f"remedy: {one_line(said.remedy)}", file=sys.stderr)
        sys.exit(said.code)
    raise AssertionError("app() ends the process")


def _show(view: "object", data: str, json: bool) -> None:
    """Print a view for people, or the data for programs."""
    if json:
        print(data)
    else:
        _console().print(view)


def _console(stderr: bool = False) -> "Console":
    from rich.console import Console

    return Console(stderr=stderr, highlight=False)
