"""A run's progress as plain lines, for logs, pipes and terminals that can't redraw."""

import time
from collections.abc import Callable
from typing import IO, Self

from bench.model.plan import Plan
from bench.model.process import Process
from bench.model.spec import Progress
from bench.report.progress.time_left import RunClock
from bench.report.progress.words import (
    came_to,
    ended_words,
    left_words,
    order_words,
    progress_words,
    round_words,
    started_words,
)
from bench.text import printable

INTERVAL = 10.0
"""Seconds of silence after which a line repeats a stage that the lane has told before."""


class PlainDisplay:
    """One line an event; of progress, each lane's change of stage, else a line in ten seconds."""

    def __init__(
        self, stream: IO[str], plan: Plan, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._plan = plan
        self._now = now
        self._clock = RunClock(plan, now)
        self._stages: dict[str, str] = {}
        self._written = now()

    def round_started(self, round: int, order: list[str]) -> None:
        """Write the round's lanes in their order."""
        self._clock.round_started(round)
        lanes = order_words(order, self._plan)
        self._line(f"{round_words(round, self._plan)}: {lanes} ({self._left()})")

    def lane_started(self, lane: str, limit_seconds: float) -> None:
        """Write that the lane has begun."""
        self._stages.pop(lane, None)
        self._line(f"{lane}: {started_words(limit_seconds)}")

    def progress(self, lane: str, p: Progress) -> None:
        """Write where the lane is, if that is a new stage or nothing was written for a while."""
        if p.stage == self._stages.get(lane) and self._now() - self._written < INTERVAL:
            return
        self._stages[lane] = p.stage
        self._line(f"{lane}: {progress_words(p, lane, self._plan)}")

    def lane_ended(self, process: Process) -> None:
        """Write what came of the process."""
        words = f"{came_to(process)} {ended_words(process, self._plan)}"
        self._line(f"{process.lane}: {words} ({self._left()})")

    def note(self, text: str) -> None:
        """Write a note."""
        self._line(f"note: {text}")

    def close(self) -> None:
        """Nothing is kept open: the stream is the caller's."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _left(self) -> str:
        return left_words(self._clock.left(), self._plan)

    def _line(self, text: str) -> None:
        self._written = self._now()
        self._stream.write(" ".join(printable(text).split("\n")) + "\n")
        self._stream.flush()
