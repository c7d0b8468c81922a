"""What a user can ask of a run: the options that `bench plan` and `bench run` share."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from typing import Annotated, Any

import typer


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options, with their words for the command line. None is the profile's own value."""

    profile: Annotated[
        str,
        typer.Option(
            "--profile", "-p", envvar="BENCH_PROFILE", help="smoke, quick, standard or sample."
        ),
    ] = "standard"
    lane: Annotated[
        list[str] | None,
        typer.Option(
            "--lane",
            "-l",
            envvar="BENCH_LANES",
            help="Only these lanes; repeat, or use commas. One named twice runs twice.",
        ),
    ] = None
    data: Annotated[
        str | None,
        typer.Option(
            envvar="BENCH_DATA", help="cifar10, synthetic, or auto: CIFAR-10 if it can be had."
        ),
    ] = None
    batch_size: Annotated[int | None, typer.Option(min=2, help="Images a step.")] = None
    image_size: Annotated[int | None, typer.Option(min=32, help="Pixels a side.")] = None
    rounds: Annotated[int | None, typer.Option(min=1, help="So many rounds, not more.")] = None
    time_budget: Annotated[
        float | None, typer.Option(min=1, help="Seconds: begin no round that would end later.")
    ] = None
    target_precision: Annotated[
        float | None,
        typer.Option(
            min=0.001,
            max=1,
            help="Add rounds until each compute ratio is known within ± this share (0.02).",
        ),
    ] = None
    lane_limit: Annotated[
        float | None, typer.Option(min=1, help="Seconds after which a lane's process is ended.")
    ] = None
    seed: Annotated[int, typer.Option(help="Of weights, generated data and the rounds' order.")] = 0


def takes_options(command: Callable[..., None]) -> Callable[..., None]:
    """Let `command(options, …)` be called with each field of `Options` as a parameter instead.

    The command line's parameters are read from the signature, which this one spells out.
    """
    names = [field.name for field in fields(Options)]

    @wraps(command)
    def spelt_out(**given: Any) -> None:
        command(Options(**{name: given.pop(name) for name in names}), **given)

    own = list(inspect.signature(command).parameters.values())[1:]
    keyword = inspect.Parameter.KEYWORD_ONLY
    shared = [
        inspect.Parameter(f.name, keyword, default=f.default, annotation=f.type)
        for f in fields(Options)
    ]
    parameters = [*shared, *(p.replace(kind=keyword) for p in own)]
    spelt_out.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    spelt_out.__annotations__ = {p.name: p.annotation for p in parameters}
    return spelt_out
