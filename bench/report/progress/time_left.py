"""How long a run has taken, and how long it may still take."""

import time
from collections.abc import Callable

from bench.model.plan import Plan


class RunClock:
    """Counts a run's rounds and their wall time. Seconds throughout."""

    def __init__(self, plan: Plan, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._plan = plan
        self._started = now()
        self._begins: list[float] = []
        self._round = 0

    def round_started(self, number: int) -> None:
        """Count from here what the round of that number takes."""
        self._round = number
        self._begins.append(self._now())

    def elapsed(self) -> float:
        """Seconds since this clock was made."""
        return self._now() - self._started

    def left(self) -> float:
        """To the end of the last round that may come, from the mean time of the finished rounds.

        Before the first has finished, from the plan's estimate. Never past the time budget.
        """
        budget = self._plan.time_budget_seconds
        expected = self._expected()
        if budget is not None:
            expected = min(expected, budget - self.elapsed())
        return max(expected, 0.0)

    def _expected(self) -> float:
        finished = len(self._begins) - 1
        if finished < 1:
            return self._plan.estimate_seconds - self.elapsed()
        mean = (self._begins[-1] - self._begins[0]) / finished
        in_round = min(self._now() - self._begins[-1], mean)
        return (self._plan.rounds_max - self._round + 1) * mean - in_round
