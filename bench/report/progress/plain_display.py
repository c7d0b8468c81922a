"""A run's progress as plain lines, for logs, pipes and terminals that can't redraw."""

import time
from collections.abc import Callable
from typing import IO, Self

from bench.model.plan import Plan
from bench.model.process import Process
from bench.model.spec import Progress
from bench.model.standing import Standing
from bench.report.progress.time_left import RunClock
from bench.report.progress.words import (
    came_to,
    ended_words,
    left_words,
    order_words,
    progress_words,
    round_words,
    standing_words,
    started_words,
)
from bench.text import counted, printable

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
        self._to_come: set[str] = set()
        self._written = now()

    def round_started(self, round: int, order: list[str]) -> None:
        """Write the round's lanes in their order."""
        self._clock.round_started(round)
        self._to_come = set(order)
        lanes = order_words(order, self._plan)
        self._line(f"{round_words(round, self._plan)}: {lanes}{self._left()}")

    def lane_started(self, lane: str, limit_seconds: float) -> None:
        """Write that the lane has begun."""
        self._stages.pop(lane, None)
        self._line(f"{lane}: {', '.join(started_words(limit_seconds))}")

    def progress(self, lane: str, p: Progress) -> None:
        """Write where the lane is, if that is a new stage or nothing was written for a while."""
        again = p.stage == self._stages.get(lane)
        if again and self._now() - self._written < INTERVAL:
            return
        self._stages[lane] = p.stage
        left = self._left() if again else ""
        self._line(f"{lane}: {', '.join(progress_words(p, lane, self._plan))}{left}")

    def lane_ended(self, process: Process) -> None:
        """Write what came of the process."""
        self._to_come.discard(process.lane)
        words = f"{came_to(process)} {ended_words(process, self._plan)}"
        # Lanes that take turns end together, and the round's end is said next.
        left = self._left() if self._to_come and not self._plan.together else ""
        self._line(f"{process.lane}: {words}{left}")

    def standing(self, standing: Standing) -> None:
        """Write how precise the run is by now, and what is left of it."""
        self._clock.standing(standing)
        done = f"{counted(standing.rounds_done, 'round')} done"
        words = [done, *standing_words(standing, self._plan, self._clock.fits)]
        self._line(f"{', '.join(words)}{self._left()}")

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
        left = self._clock.left()
        return f" ({left_words(left)})" if left else ""

    def _line(self, text: str) -> None:
        self._written = self._now()
        self._stream.write(" ".join(printable(text).split("\n")) + "\n")
        self._stream.flush()
