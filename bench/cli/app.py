"""The commands put together."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, get_type_hints

import typer

import bench
from bench.cli.compare import compare
from bench.cli.doctor import doctor
from bench.cli.export import export
from bench.cli.pack import pack
from bench.cli.plan import plan
from bench.cli.probe import probe
from bench.cli.publish import publish
from bench.cli.report import report
from bench.cli.run import run
from bench.cli.schema import schema
from bench.cli.verify import verify

app = typer.Typer(
    name="bench",
    help="How much faster than in FP32 does PyTorch train here in BF16, on AVX-512 and on AMX?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"bench {bench.__version__}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option(
        "--version",
        "-V",
        help="Print the version and end.",
        is_eager=True,
        callback=_show_version,
    ),
]
Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]
"""Looked for among the command line's words by `bench.cli.entry`: it counts wherever it stands."""


@app.callback()
def _bench(version: Version = False, debug: Debug = False) -> None:
    """Options before the command."""


def _everywhere(command: Callable[..., None]) -> Callable[..., None]:
    """The command, which takes `--version` and `--debug` as well."""

    @wraps(command)
    def taking(version: bool, debug: bool, **given: Any) -> None:
        command(**given)

    hints = get_type_hints(command, include_extras=True)
    own = [
        each.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[each.name])
        for each in inspect.signature(command).parameters.values()
    ]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=kind)
        for name, kind in (("version", Version), ("debug", Debug))
    ]
    taking.__signature__ = inspect.Signature([*own, *added])  # type: ignore[attr-defined]
    taking.__annotations__ = {each.name: each.annotation for each in (*own, *added)}
    return taking


for command in (probe, doctor, plan, run, report, compare, verify, publish, pack, export, schema):
    app.command()(_everywhere(command))
