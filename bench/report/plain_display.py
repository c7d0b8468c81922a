"""A run's progress as plain lines, for logs, pipes and terminals that can't redraw."""

import time
from collections.abc import Callable
from typing import IO, Self

from bench.report.clock import RunClock
from bench.report.run_words import ended_words, progress_words, round_words
from bench.report.wording import duration, printable
from bench.results.schema import Plan, Process
from bench.worker.contract import Progress

INTERVAL = 10.0
"""Seconds between two progress lines of one lane in one stage."""


class PlainDisplay:
    """One line an event; of progress, each change of stage and then a line in ten seconds."""

    def __init__(
        self, stream: IO[str], plan: Plan, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._plan = plan
        self._now = now
        self._clock = RunClock(plan, now)
        self._stage: str | None = None
        self._written = now()

    def round_started(self, round: int, order: list[str]) -> None:
        """Write the round's lanes in their order."""
        self._clock.round_started(round, len(order))
        self._line(f"{round_words(round, self._plan)}: {', '.join(order)} ({self._left()})")

    def lane_started(self, lane: str, limit_seconds: float) -> None:
        """Write that the lane has begun."""
        self._clock.lane_started()
        self._stage = None
        self._line(f"{lane}: started, may take {duration(limit_seconds)}")

    def progress(self, lane: str, p: Progress) -> None:
        """Write where the lane is, if its turn has come."""
        if p.stage == self._stage and self._now() - self._written < INTERVAL:
            return
        self._stage, self._written = p.stage, self._now()
        self._line(f"{lane}: {progress_words(p)}")

    def lane_ended(self, process: Process) -> None:
        """Write what came of the process."""
        self._clock.lane_ended(process.wall_seconds)
        words = ended_words(process)
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
        return f"about {duration(self._clock.left())} left"

    def _line(self, text: str) -> None:
        self._stream.write(" ".join(printable(text).split("\n")) + "\n")
        self._stream.flush()
