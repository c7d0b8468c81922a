"""What a user can ask of a run: the options that `bench plan` and `bench run` share."""

import re
from dataclasses import dataclass
from typing import NoReturn

from bench.errors import BenchError, Exit

YEAR = 31_536_000

LIMITS: dict[str, tuple[float, float]] = {
    "node": (0, 1023),  # Linux: at most 2**NODES_SHIFT, 10 on every architecture
    "batch_size": (2, 2**20),
    "image_size": (32, 2**13),
    "rounds": (1, 10_000),
    "time_budget": (1.0, YEAR),
    "target_precision": (0.001, 1),
    "lane_limit": (1.0, YEAR),
    "seed": (0, 2**63 - 1),  # what torch and numpy both take
}
"""Least and most of each option that is a number, by its field; whole if the least is one."""

_PLAIN = re.compile(r"[+-]?[0-9.a-z+-]+", re.ASCII | re.IGNORECASE)
"""Of digits as people write them: Python also reads 1_000 and those of other scripts."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options. None is the profile's own value; for profile and model it is the default one.

    `lane` are names, globs and groups, or lists of them with commas (`wanted`). `cores` is a list
    of CPUs such as 0-3,8 by the kernel's numbers, `node` a NUMA node's. `stack` are interpreters of
    the user's, as NAME=PYTHON.
    """

    profile: str | None = None
    model: str | None = None
    lane: list[str] | None = None
    stack: list[str] | None = None
    data: str | None = None
    cores: str | None = None
    node: int | None = None
    batch_size: int | None = None
    image_size: int | None = None
    rounds: int | None = None
    time_budget: float | None = None
    target_precision: float | None = None
    lane_limit: float | None = None
    seed: int = 0


def refuse_bad_numbers(options: Options) -> None:
    """BenchError (exit 2) for a number outside its limits, whoever made the options."""
    for name, (least, most) in LIMITS.items():
        value = getattr(options, name)
        if value is not None and not least <= value <= most:  # nan is neither
            _refuse(name, value)


def number(name: str, text: str) -> float:
    """The number that an option is given as text. BenchError (exit 2) if it is none to take."""
    least, most = LIMITS[name]
    try:
        if not _PLAIN.fullmatch(str(text)):  # a default is a number
            raise ValueError
        value = int(text) if isinstance(least, int) else float(text)
    except ValueError:
        _refuse(name, repr(text))
    if not least <= value <= most:
        _refuse(name, text)
    return value


def _refuse(name: str, value: object) -> NoReturn:
    least, most = LIMITS[name]
    whole = "whole " if isinstance(least, int) else ""
    raise BenchError(
        f"{spelt(name)} {value} is not a {whole}number from {least} to {most}",
        f"{spelt(name)} {least} is the least, {most} the most; or leave that option out",
        Exit.USAGE,
    )


def spelt(name: str) -> str:
    """A field of the options as the command line calls it: `--batch-size`."""
    return f"--{name.replace('_', '-')}"
