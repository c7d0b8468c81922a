"""The options of `bench plan` and `bench run`, in the command line's words."""

import inspect
from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from typing import Annotated, Any, get_type_hints

import typer

from bench.plan.options import Options

WORDS: dict[str, Any] = {
    "profile": typer.Option(
        "--profile",
        "-p",
        envvar="BENCH_PROFILE",
        help="smoke, quick, standard (what you get without) or sample.",
    ),
    "model": typer.Option(
        "--model",
        "-m",
        envvar="BENCH_MODEL",
        help="resnet50 (what you get without), resnet18 or vit_b_16.",
    ),
    "lane": typer.Option(
        "--lane",
        "-l",
        envvar="BENCH_LANES",
        help="Only these lanes; repeat, or use commas. One named twice runs twice.",
    ),
    "data": typer.Option(
        envvar="BENCH_DATA",
        help="cifar10, synthetic, auto (CIFAR-10 if it can be had), or folder:PATH, a folder of "
        "your own with one folder of images a class.",
    ),
    "batch_size": typer.Option(min=2, help="Samples a step."),
    "image_size": typer.Option(min=32, help="Pixels a side."),
    "rounds": typer.Option(min=1, help="So many rounds, not more."),
    "time_budget": typer.Option(min=1, help="Seconds: begin no round that would end later."),
    "target_precision": typer.Option(
        min=0.001,
        max=1,
        help="Add rounds until each compute ratio is known within ± this share (0.02).",
    ),
    "lane_limit": typer.Option(min=1, help="Seconds after which a lane's process is ended."),
    "seed": typer.Option(help="Of weights, generated data and the rounds' order."),
}
"""By field of `Options`."""


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
    types = get_type_hints(Options)
    shared = [
        inspect.Parameter(
            field.name,
            keyword,
            default=field.default,
            annotation=Annotated[types[field.name], WORDS[field.name]],
        )
        for field in fields(Options)
    ]
    parameters = [*shared, *(p.replace(kind=keyword) for p in own)]
    spelt_out.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    spelt_out.__annotations__ = {p.name: p.annotation for p in parameters}
    return spelt_out
