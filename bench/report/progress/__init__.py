"""How a run tells its progress while it goes on."""

from contextlib import suppress
from typing import IO, Protocol, Self, cast

from rich.console import Console

from bench.model.plan import Plan
from bench.model.process import Process
from bench.model.spec import Progress
from bench.model.standing import Standing
from bench.report.progress.live_display import LiveDisplay
from bench.report.progress.plain_display import PlainDisplay

__all__ = ["Display", "LiveDisplay", "PlainDisplay", "display"]


class Display(Protocol):
    """Told of each event as it happens; draws nothing between events. Rounds count from 1."""

    def round_started(self, round: int, order: list[str]) -> None:
        """A round begins, with its lanes in this order."""

    def lane_started(self, lane: str, limit_seconds: float) -> None:
        """A lane's process is started; it is ended after `limit_seconds`."""

    def progress(self, lane: str, p: Progress) -> None:
        """The process at work says where it is."""

    def lane_ended(self, process: Process) -> None:
        """A process has ended, however it did."""

    def standing(self, standing: Standing) -> None:
        """A round is over, and this is how precise the run is by now."""

    def note(self, text: str) -> None:
        """Something the user should know now."""

    def close(self) -> None:
        """The run is over; nothing is drawn after this."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class _Unheeded:
    """A stream whose failures end nothing: a run goes on when nobody can read of it any more."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write it, if that can be."""
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush it, if that can be."""
        with suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


def display(console: Console, plan: Plan) -> Display:
    """Live on a terminal that can redraw lines, plain elsewhere."""
    console.file = cast("IO[str]", _Unheeded(console.file))
    if console.is_terminal and not console.is_dumb_terminal:
        return LiveDisplay(console, plan)
    return PlainDisplay(console.file, plan)
