"""A terminal and a clock for the tests of a run's progress."""

import io
import re
from collections.abc import Callable

from rich.console import Console

ORDER = ["fp32-ipex", "fp32", "bf16-avx512"]
"""A round's lanes."""


class Time:
    """A clock that goes only when told. Called, it says its seconds."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def terminal(width: int = 80, **options: object) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    shown = Console(file=out, force_terminal=True, width=width, **options)  # type: ignore[arg-type]
    return shown, out


def seen(out: io.StringIO) -> str:
    """All that was ever drawn, without the terminal's control sequences."""
    return re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", out.getvalue())


def last_frame(out: io.StringIO, step: Callable[[], None]) -> list[str]:
    """The status lines that a step leaves on the terminal, the run's own line first."""
    out.seek(0)
    out.truncate()
    step()
    return [line.rstrip() for line in seen(out).splitlines() if line.strip()]
