"""What carries turns to a lane's worker, and its progress back."""

from collections.abc import Callable
from typing import Protocol

from pydantic import ValidationError

from bench.model.spec import PROGRESS_PREFIX, Progress, Stage
from bench.run.supervise import Ended, Supervised


class Transport(Protocol):
    """The way to what trains a lane: it works only in the turns that it is given."""

    @property
    def stage(self) -> Stage | None:
        """What it told last of its work in this turn; None: nothing."""

    def wait(self) -> bool:
        """Sleep until it waits for a turn: True; False once it has ended or must.

        OSError if what it says can't be kept.
        """

    def give_turn(self) -> None:
        """Let it work until it waits again, if it still listens."""

    def terminate(self) -> None:
        """Ask it to end, without waiting for it: it saves what it has."""

    def end(self) -> Ended:
        """End what is left of it, after a grace in which it saves."""


class Pipe:
    """To one local process: `go` on its standard input, lines of progress on its output."""

    def __init__(self, process: Supervised, on_progress: Callable[[Progress], None]) -> None:
        self._process, self._on_progress = process, on_progress
        self.stage: Stage | None = None
        self.terminate, self.end = process.terminate, process.end

    def wait(self) -> bool:
        """Sleep as `Transport` says; its progress is passed on meanwhile."""
        return self._process.follow(self._hear)

    def give_turn(self) -> None:
        """Say `go`."""
        self.stage = None
        self._process.say("go")

    def _hear(self, line: str) -> bool:
        """Pass progress on, leave everything else to the log; True if the process now waits."""
        if not line.startswith(PROGRESS_PREFIX):
            return False
        try:
            progress = Progress.model_validate_json(line.removeprefix(PROGRESS_PREFIX))
        except ValidationError:
            return False  # a mangled line tells nothing; the record does
        if progress.stage == "waiting":
            return True
        self.stage = progress.stage
        self._on_progress(progress)
        return False
