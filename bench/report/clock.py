"""How long a run has taken, and how long it may still take."""

import time
from collections.abc import Callable

from bench.results.schema import Plan


class RunClock:
    """Counts a run's processes and their wall time. Seconds throughout."""

    def __init__(self, plan: Plan, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._plan = plan
        self._started = now()
        self._lane_started = self._started
        self._walls: list[float] = []
        self._round = 0
        self._lanes_a_round = sum(lane.status != "skipped" for lane in plan.lanes)
        self._left_in_round = 0

    def round_started(self, number: int, lanes: int) -> None:
        """Count `lanes` processes to come in this round."""
        self._round, self._lanes_a_round, self._left_in_round = number, lanes, lanes

    def lane_started(self) -> None:
        """Count from here what the process at work has taken."""
        self._lane_started = self._now()

    def lane_ended(self, wall_seconds: float) -> None:
        """Count one process as finished."""
        self._walls.append(wall_seconds)
        self._left_in_round -= 1
        self._lane_started = self._now()

    def elapsed(self) -> float:
        """Seconds since this clock was made."""
        return self._now() - self._started

    def left(self) -> float:
        """To the end of the last round, from the mean wall time of the finished processes.

        Before the first has finished, from the plan's estimate. Never past the time budget.
        """
        budget = self._plan.time_budget_seconds
        expected = self._expected()
        if budget is not None:
            expected = min(expected, budget - self.elapsed())
        return max(expected, 0.0)

    def _expected(self) -> float:
        if not self._walls:
            return self._plan.estimate_seconds - self.elapsed()
        mean = sum(self._walls) / len(self._walls)
        rounds = max(self._plan.rounds_max - self._round, 0)
        processes = rounds * self._lanes_a_round + self._left_in_round
        in_lane = min(self._now() - self._lane_started, mean)
        return processes * mean - in_lane
