"""The options of `bench plan` and `bench run`, in the command line's words."""

import inspect
from collections.abc import Callable
from dataclasses import fields
from functools import partial, wraps
from typing import Annotated, Any, get_type_hints

import typer

from bench.cli.shared import plain
from bench.plan.options import Options, number


def _number(name: str, words: str) -> Any:
    """A number within the plan's limits, whose message repeats what was given."""
    return typer.Option(parser=partial(number, name), metavar="NUMBER", help=words)


WORDS: dict[str, Any] = {
    "profile": typer.Option(
        "--profile",
        "-p",
        metavar="NAME",
        envvar="BENCH_PROFILE",
        help="smoke, quick, standard (what you get without) or sample.",
    ),
    "model": typer.Option(
        "--model",
        "-m",
        metavar="NAME",
        envvar="BENCH_MODEL",
        help="resnet50 (what you get without), resnet18 or vit_b_16.",
    ),
    "lane": typer.Option(
        "--lane",
        "-l",
        metavar="NAMES",
        envvar="BENCH_LANES",
        help="Only these lanes: names, globs such as 'bf16-*', or groups (default, all, torch and "
        "other stacks); with @STACK behind they train in that stack. Repeat, or use commas. One "
        "named twice runs twice.",
    ),
    "stack": typer.Option(
        "--stack",
        metavar="NAME=PYTHON",
        help="An interpreter of your own for that stack, or for one of a new name, whose lanes are "
        "such as fp32-torch@NAME; repeat for several. No lock pins what is in it.",
    ),
    "data": typer.Option(
        parser=plain,
        metavar="NAME",
        envvar="BENCH_DATA",
        help="cifar10, synthetic, auto (CIFAR-10 if it can be had), or folder:PATH, a folder of "
        "your own with one folder of images a class.",
    ),
    "cores": typer.Option(
        "--cores",
        metavar="LIST",
        help="CPUs of every lane, such as 0-3,8, in place of those that bench would choose.",
    ),
    "node": _number("node", "NUMA node whose cores every lane gets."),
    "batch_size": _number("batch_size", "Samples a step; smaller than the profile's if need be."),
    "image_size": _number("image_size", "Pixels a side."),
    "rounds": _number("rounds", "So many rounds, not more."),
    "time_budget": _number("time_budget", "Seconds: begin no round that would end later."),
    "target_precision": _number(
        "target_precision",
        "Add rounds until each compute ratio is known within ± this share (0.02).",
    ),
    "lane_limit": _number("lane_limit", "Seconds after which a lane's process is ended."),
    "seed": _number("seed", "Of weights, generated data and the rounds' order."),
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
