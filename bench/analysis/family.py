"""All pairs of a run's lanes: the family of ratios whose intervals hold together. Pure.

The plan fixes it. Which ratios are shown may depend on what came out, as the best FP32 lane does;
whichever pair that picks is one of these.
"""

import math
from collections.abc import Mapping
from functools import cached_property
from itertools import combinations
from statistics import fmean, variance

from bench.analysis.interval import Among
from bench.analysis.ratios import Records, Turns, ratio, round_ratios
from bench.model.plan import Plan
from bench.model.summary import Ratio


class Family:
    """The ratios of one kind of turns, compute or end to end."""

    def __init__(self, plan: Plan, records: Mapping[str, Records], turns: Turns) -> None:
        self._plan = plan
        self._taken = {
            lane: {i: turns(record) for i, record in own.items()} for lane, own in records.items()
        }

    def ratio(self, lane: str, against: str) -> Ratio | None:
        """Of that lane over the other, by their ids; None if they share no round."""
        plan, rounds = self._plan, self._rounds(lane, against)
        return ratio(
            against,
            rounds,
            stops_when_narrow=plan.rounds_min < plan.rounds_max,
            functional_check=plan.functional_check,
            among=self._among(lane, against) if len(rounds) > 1 else None,
        )

    def ratios(self, lane: str, against: list[str]) -> list[Ratio]:
        """The lane over each of these, without itself and without those that share no round."""
        found = [self.ratio(lane, other) for other in against if other != lane]
        return [each for each in found if each is not None]

    def _rounds(self, lane: str, against: str) -> list[float]:
        return round_ratios(self._taken.get(lane, {}), self._taken.get(against, {}))

    def _among(self, lane: str, against: str) -> Among:
        """As many lanes as were planned, however few were measured.

        Lanes are not equally noisy, and few rounds are no proof that a pair is quiet: it is taken
        to vary at least as the pairs of either of its lanes do on average.
        """
        lanes = self._variations
        return Among(
            lanes=len(self._plan.running),
            # A pair is in both its lanes' sum. Of k lanes in n rounds this is (k - 1)(n - 1).
            freedom=fmean(freedom for _, freedom in lanes.values()),
            spread=max(lanes[lane][0], lanes[against][0]),
        )

    @cached_property
    def _variations(self) -> dict[str, tuple[float, int]]:
        """Of the lanes that share two rounds with another: variance of their pairs, freedom."""
        pairs: dict[str, list[tuple[float, int]]] = {}
        for pair in combinations(self._taken, 2):
            logs = [math.log(each) for each in self._rounds(*pair)]
            if len(logs) > 1:
                for lane in pair:
                    pairs.setdefault(lane, []).append((variance(logs), len(logs) - 1))
        found = {}
        for lane, own in pairs.items():
            freedom = sum(each for _, each in own)
            found[lane] = (sum(spread * each for spread, each in own) / freedom, freedom)
        return found
