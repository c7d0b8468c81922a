"""How long a run has taken, and how long it may still take. Seconds throughout."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bench.model.plan import Plan
from bench.model.standing import Standing

NEARLY = 0.1
"""Share of what was expected: with less than this to go, the estimate is no better than it."""

Bound = Literal["about", "up to", "at least"]


@dataclass(frozen=True)
class Left:
    """Seconds to a run's end: none or less of them, and it takes longer than was expected.

    `of` is what was expected of that which the estimate is made of: the whole run, or a round.
    """

    seconds: float
    bound: Bound
    of: float

    @property
    def over(self) -> bool:
        """It takes longer than was expected."""
        return self.seconds <= 0

    @property
    def nearly(self) -> bool:
        """The expected end is nearer than the estimate is good for."""
        return self.seconds < NEARLY * self.of


class RunClock:
    """Counts a run's rounds and their wall time.

    `fits` is how many rounds the time budget had room for when the last one ended; null if unknown.
    """

    def __init__(self, plan: Plan, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._plan = plan
        self._started = now()
        self._taken: list[float] = []
        self._first: float | None = None
        self._begun: float | None = None
        self._done = 0
        self._to_go: int | None = None
        self.fits: int | None = None

    def round_started(self, number: int) -> None:
        """Count from here what the round of that number takes."""
        self._round_ended()
        self._begun = self._now()
        if self._first is None:
            self._first = self._begun
        if not self._done:  # a resumed run has rounds that this clock did not see
            self._done = number - 1

    def standing(self, standing: Standing) -> None:
        """The round is over, and so many are expected to come."""
        self._round_ended()
        self._done = standing.rounds_done
        self._to_go = to_go(standing)

    def elapsed(self) -> float:
        """Seconds since this clock was made."""
        return self._now() - self._started

    def share(self) -> float:
        """What part of the run is done, by its rounds; the one at work counts by its time.

        A round that takes longer than expected is never all done.
        """
        within = 0.0
        if self._begun is not None:
            within = min((self._now() - self._begun) / max(self._mean(), 1e-9), 1 - NEARLY)
        return min((self._done + within) / max(self._done + self._rounds(), 1), 1.0)

    def left(self) -> Left | None:
        """To the end of the last round that is expected, by the finished rounds' mean time.

        Before the first has finished, by the plan's estimate. Never past the time budget.
        Null if no round is expected any more.
        """
        if not self._rounds():
            return None
        if not self._taken:
            whole = self._plan.estimate_seconds
            return Left(whole - self.elapsed(), self._bound(), whole)
        mean, rounds = self._mean(), self._rounds()
        within = 0.0 if self._begun is None else self._now() - self._begun
        late = within > mean and rounds > 1
        seconds = rounds * mean - (mean if late else within)
        rest = self._budget_left()
        if rest is not None and rest < seconds:
            return Left(rest, "up to", mean)
        return Left(seconds, "at least" if late else self._bound(), mean)

    def _round_ended(self) -> None:
        if self._begun is None:
            return
        self._taken.append(self._now() - self._begun)
        self._begun = None
        self._done += 1
        if self._to_go is not None:
            self._to_go = max(self._to_go - 1, 0)
        rest = self._budget_left()
        if rest is not None:
            self.fits = max(int(rest / max(*self._usual(), 1e-9)), 0)

    def _budget_left(self) -> float | None:
        """The time budget is the rounds': what goes before them, such as data, is not in it."""
        budget = self._plan.time_budget_seconds
        if budget is None or self._first is None:
            return budget
        return budget - (self._now() - self._first)

    def _rounds(self) -> int:
        """Rounds expected to come, the one at work with them."""
        known = (self._plan.rounds_max - self._done, self._to_go, self.fits)
        return max(min(rounds for rounds in known if rounds is not None), self._begun is not None)

    def _mean(self) -> float:
        """Of a finished round; before there is one, what the plan expects of each."""
        if self._taken:
            return sum(self._usual()) / len(self._usual())
        return self._plan.estimate_seconds / max(self._plan.rounds_max, 1)

    def _usual(self) -> list[float]:
        """Seconds of the rounds that tell how long the next is: the first has more to do."""
        return self._taken[1:] or self._taken

    def _bound(self) -> Bound:
        fixed = self._plan.rounds_min == self._plan.rounds_max
        return "about" if fixed or self._to_go is not None else "up to"


def to_go(standing: Standing) -> int | None:
    """Rounds expected to come, within those that the run has at least and at most."""
    if standing.rounds_to_go is None:
        return None
    least = max(standing.rounds_least - standing.rounds_done, 0)
    most = max(standing.rounds_most - standing.rounds_done, 0)
    return min(max(standing.rounds_to_go, least), most)
