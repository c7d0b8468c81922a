"""The commands put together, and how each of them ends."""

import sys
from typing import Annotated, NoReturn

import typer

import bench
from bench.cli.doctor import doctor
from bench.cli.export import export
from bench.cli.plan import plan
from bench.cli.probe import probe
from bench.cli.report import report
from bench.cli.run import run
from bench.cli.schema import schema
from bench.cli.verify import verify
from bench.errors import BenchError

app = typer.Typer(
    name="bench",
    help="How much faster than in FP32 does PyTorch train here in BF16, on AVX-512 and on AMX?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Version = Annotated[bool, typer.Option("--version", help="Print the version and end.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]


@app.callback(invoke_without_command=True)
def _bench(version: Version = False, debug: Debug = False) -> None:
    if version:
        print(f"bench {bench.__version__}")
        raise typer.Exit


for command in (probe, doctor, plan, run, report, verify, export, schema):
    app.command()(command)


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
