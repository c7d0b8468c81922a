"""Do a run's 95 % intervals hold together? False verdicts of simulated runs on recorded noise.

    .venv/bin/python benchmarks/calibration.py [FILE …] [--runs 8000]

Each FILE is a recording by benchmarks/record_noise.py (default: those in benchmarks/noise/). A
simulated run begins at a random moment of the recorded trace and lets its lanes train along it: a
step takes as long as the host's recorded speed at that moment makes it, so drift, bursts and heavy
tails fall where they fell. Each process is slower or faster by what a recorded process was, beside
two that did the same. Three truths: all lanes are equal; they are, and the processes of the last
one differ three times as much; the last is 1.1 times as fast. All runs are simulated at once;
pairing, stopping, intervals and verdicts are written for that here, and in some runs of each kind
held against what the kit's own code says of them.

Prints a Markdown table, a row for each number of lanes and way to end: the share of runs in which
any pair of lanes has a false verdict; how many of the last lane's ratios get the right one; the
median half-width; the mean rounds. `each alone` is what comes of that if each ratio is judged by
its own Student's t, as if there were no other. Then what turns are good for: one process after the
other. Then what a bootstrap (scipy's BCa) of as few rounds would cover.
"""

import argparse
import json
import math
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from statistics import fmean, mean, median
from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy.stats import bootstrap

from bench.analysis.family import Family
from bench.analysis.interval import LEVEL, ROUNDS_MIN, STOPPING_LEVEL, quantile
from bench.plan.catalogue.profiles import PROFILES

(QUICK,) = (profile for profile in PROFILES if profile.name == "quick")
START_SECONDS = 14.0
START_BESIDE = 0.35
"""A process's start, and what each other adds that starts with it: three on two cores take 1.7
times that."""
STEP_SECONDS = 1.0
FASTER = 1.1
NOISIER = 3.0
LANES = (2, 3, 4, 7, 10)
CHECKED = 5
"""Runs of each kind that the kit's own code looks at too."""


@dataclass(frozen=True)
class Ends:
    """How a run ends: after so many rounds, or when its time is up or its intervals are narrow."""

    name: str
    rounds: int | None = None
    budget: float = math.inf
    target: float = 0.0

    @property
    def level(self) -> float:
        return LEVEL if self.rounds else STOPPING_LEVEL


ENDS = (
    Ends("3 rounds", rounds=3),
    Ends("5 rounds", rounds=5),
    Ends("9 min", budget=540.0, target=0.02),
    Ends("±5 %", budget=2400.0, target=0.05),
)
"""As told, or as `quick` does on a noisy host, or on one where all intervals become narrow."""


@dataclass(frozen=True)
class Noise:
    """A host's recorded speed, as work done by each moment, and its processes' own speeds."""

    name: str
    ends: list[float]
    work: list[float]
    processes: list[float]

    @classmethod
    def read(cls, path: Path) -> "Noise":
        """Scale to a median step of one second of work; processes to a mean of log 0."""
        recorded = json.loads(path.read_text())
        steps = recorded["trace_step_seconds"]
        typical = median(steps)
        effects = []
        for processes in recorded["round_turn_seconds"]:
            means = [fmean(map(math.log, turns)) for turns in processes]
            # Of n processes, each also pulls its round's mean: undo that shrinking.
            n = len(means)
            effects += [(each - fmean(means)) * math.sqrt(n / (n - 1)) for each in means]
        name = f"{recorded['processor']}, {recorded['cores']} cores"
        ends = [0.0, *np.cumsum(steps).tolist()]
        return cls(name, ends, [typical * i for i in range(len(ends))], effects)


def after(noise: Noise, begin, work):
    """When `work` seconds of typical work that begin at `begin` are done; wraps around."""
    length, total = noise.ends[-1], noise.work[-1]
    laps, moment = np.divmod(begin, length)
    more, rest = np.divmod(np.interp(moment, noise.ends, noise.work) + work, total)
    return (laps + more) * length + np.interp(rest, noise.work, noise.ends)


@dataclass(frozen=True)
class Runs:
    """Simulated runs of `quick`'s effort and most rounds.

    `turns` are the logarithms of each lane's median step by run, round, lane and turn, less the
    true ones; `seconds` when a round more would end that took as long as the last.
    """

    turns: Any
    seconds: Any


def simulate(noise: Noise, lanes: int, runs: int, rng, *, noisier=1.0, together=True) -> Runs:
    """Runs of equal lanes; the processes of the last are so many times as noisy."""
    now = rng.uniform(0, noise.ends[-1], runs)
    began, every = now.copy(), np.arange(runs)
    taken = np.empty((runs, QUICK.rounds_max, lanes, QUICK.effort.compute_turns))
    seconds = np.empty((runs, QUICK.rounds_max))
    for i in range(QUICK.rounds_max):
        round_began = now
        luck = rng.choice(noise.processes, (runs, lanes))
        luck[:, -1] *= noisier
        steps = STEP_SECONDS * np.exp(luck)
        order = rng.permuted(np.tile(np.arange(lanes), (runs, 1)), axis=1)
        for group in [order] if together else np.split(order, lanes, axis=1):
            now = now + START_SECONDS * (1 + START_BESIDE * (group.shape[1] - 1))
            for turn in range(-1 - QUICK.effort.end_to_end_turns, QUICK.effort.compute_turns):
                for lane in rng.permuted(group, axis=1).T:
                    now, middle = _turn(noise, now, steps[every, lane])
                    if turn >= 0:
                        taken[every, i, lane, turn] = np.log(middle / STEP_SECONDS)
        seconds[:, i] = 2 * now - round_began - began
    return Runs(taken, seconds)


def _turn(noise: Noise, now, step):
    """One turn of steps in each run from `now`: when it ended, and its median step."""
    began, taken, busy = now, [], np.ones(len(now), bool)
    while busy.any():
        end = after(noise, now, step)
        taken.append(np.where(busy, end - now, np.nan))
        now = np.where(busy, end, now)
        if len(taken) >= QUICK.effort.turn_min_steps:
            busy &= now - began < QUICK.effort.turn_seconds
    return now, np.nanmedian(taken, axis=0)


@dataclass(frozen=True)
class Pairs:
    """Of all pairs of lanes, after each round: mean and variance of the rounds' logarithms.

    The mean is what the ratio of the first over the second is off by, and so is its round's.
    """

    lanes: int
    pairs: list[tuple[int, int]]
    mean: Any
    variance: Any

    @classmethod
    def of(cls, runs: Runs) -> "Pairs":
        lanes = runs.turns.shape[2]
        pairs = list(combinations(range(lanes), 2))
        logs = np.stack([round_logs(runs, *pair) for pair in pairs], axis=-1)
        n = np.arange(1, logs.shape[1] + 1)[:, None]
        sums, squares = logs.cumsum(axis=1), (logs**2).cumsum(axis=1)
        return cls(lanes, pairs, sums / n, (squares - sums**2 / n) / np.maximum(n - 1, 1))

    def of_lane(self, lane: int) -> list[int]:
        """Where its pairs are."""
        return [i for i, pair in enumerate(self.pairs) if lane in pair]

    def half_widths(self, level: float, *, together: bool):
        """Half of each interval of the logarithms; infinite where rounds are too few.

        Of intervals that hold together, as bench.analysis.family has it, or of each alone.
        """
        if together:
            lanes = [self.variance[:, :, self.of_lane(i)].mean(axis=-1) for i in range(self.lanes)]
            least = [np.maximum(lanes[i], lanes[j]) for i, j in self.pairs]
            spread = np.maximum(self.variance, np.stack(least, axis=-1))
        else:
            spread = self.variance
        k = self.lanes if together else 2
        reach = np.full(spread.shape[1], np.inf)
        for n in range(ROUNDS_MIN, len(reach) + 1):
            reach[n - 1] = _quantile(k, (k - 1) * (n - 1), level) / math.sqrt(n)
        with np.errstate(invalid="ignore"):
            return reach[:, None] * np.sqrt(np.maximum(spread, 0))

    def widest(self, halves):
        """Of what a report shows: each lane over the first, and over the one that came out best."""
        over_first = self.of_lane(0)
        ahead = np.concatenate(
            [np.zeros((*self.mean.shape[:2], 1)), -self.mean[:, :, over_first]], axis=-1
        )
        beside = np.array([self.of_lane(lane) for lane in range(self.lanes)])
        over_best = np.take_along_axis(halves, beside[ahead.argmax(axis=-1)], axis=-1)
        return np.maximum(halves[:, :, over_first].max(axis=-1), over_best.max(axis=-1))


@cache
def _quantile(lanes: int, freedom: float, level: float) -> float:
    return quantile(lanes, freedom, level)


def round_logs(runs: Runs, lane: int, other: int):
    """The logarithm of the lane's ratio over the other in each run and round."""
    return np.median(runs.turns[:, :, other] - runs.turns[:, :, lane], axis=-1)


@dataclass(frozen=True)
class Told:
    """What runs say that ended one way: by run and pair, and their rounds."""

    wrong: Any
    half: Any
    mean: Any
    rounds: Any


def tell(runs: Runs, pairs: Pairs, ends: Ends, *, together: bool = True) -> Told:
    """End each run and look at its intervals: they hold together, or each is alone."""
    halves = pairs.half_widths(ends.level, together=together)
    done = np.arange(1, halves.shape[1] + 1)
    if ends.rounds:
        enough = np.broadcast_to(done == ends.rounds, halves.shape[:2])
    else:
        narrow = np.expm1(pairs.widest(halves)) <= ends.target
        enough = (done >= QUICK.rounds_min) & (narrow | (runs.seconds > ends.budget))
        enough[:, -1] = True
    last, every = enough.argmax(axis=1), np.arange(len(halves))
    half, off = halves[every, last], pairs.mean[every, last]
    told = Told(np.abs(off) > half, half, off, last + 1)
    if together:
        _held_against_the_kit(runs, pairs, ends, told)
    return told


def _held_against_the_kit(runs: Runs, pairs: Pairs, ends: Ends, told: Told) -> None:
    most = ends.rounds or QUICK.rounds_max
    plan: Any = SimpleNamespace(
        running=range(pairs.lanes),
        rounds_min=ends.rounds or QUICK.rounds_min,
        rounds_max=most,
        functional_check=False,
    )
    for run in range(CHECKED):
        records: Any = {
            str(lane): {
                i: np.exp(runs.turns[run, i, lane]).tolist() for i in range(told.rounds[run])
            }
            for lane in range(pairs.lanes)
        }
        family = Family(plan, records, lambda turns: turns)
        for i, (lane, other) in enumerate(pairs.pairs):
            found = family.ratio(str(lane), str(other))
            assert found is not None
            assert found.interval is not None
            half = math.log(found.interval.high / found.interval.low) / 2
            assert math.isclose(half, told.half[run, i], rel_tol=1e-6), (half, told.half[run, i])
            assert (found.verdict != "undecided") == told.wrong[run, i]


def right(told: Told, pairs: Pairs) -> float:
    """How many of the last lane's ratios are found to be above 1, were it that much faster.

    Its rounds' ratios are then those of equal lanes, times that: its turns are hardly shorter.
    """
    last = pairs.of_lane(pairs.lanes - 1)  # each is of an earlier lane over the last one
    return (math.log(FASTER) - told.mean[:, last] > told.half[:, last]).mean()


def main() -> None:
    arguments = _arguments()
    columns = [
        *("false verdict", "each alone", "one lane noisier", "right verdicts", "each alone"),
        *("half-width", "each alone", "rounds"),
    ]
    for path in arguments.files or sorted(Path(__file__).with_name("noise").glob("*.json")):
        noise = Noise.read(path)
        print(f"{noise.name}:\n\n| lanes | ends after | " + " | ".join(columns) + " |")
        print("| ---: | --- |" + " ---: |" * len(columns))
        for lanes in LANES:
            rng = np.random.default_rng([arguments.seed, lanes])
            equal = simulate(noise, lanes, arguments.runs, rng)
            noisier = simulate(noise, lanes, arguments.runs, rng, noisier=NOISIER)
            for ends in ENDS:
                _print([str(lanes), ends.name], _row(ends, equal, noisier))
        _apart(noise, arguments)
        for rounds in (5, 8):
            rng = np.random.default_rng([arguments.seed, rounds])
            share = bootstrap_coverage(noise, rounds, max(arguments.runs // 10, 1), rng)
            print(f"\n{noise.name}, {rounds} rounds, equal lanes: BCa covers {share:.1%}")


def _row(ends: Ends, equal: Runs, noisier: Runs) -> list[str]:
    pairs = Pairs.of(equal)
    told = [tell(equal, pairs, ends, together=each) for each in (True, False)]
    of_noisier = tell(noisier, Pairs.of(noisier), ends)
    return [
        *(f"{each.wrong.any(axis=1).mean():.1%}" for each in (*told, of_noisier)),
        *(f"{right(each, pairs):.1%}" for each in told),
        *(f"±{np.expm1(np.median(each.half)):.1%}" for each in told),
        f"{told[0].rounds.mean():.1f}",
    ]


def _apart(noise: Noise, arguments: argparse.Namespace) -> None:
    print("\n| three lanes | ends after | false verdict | right verdicts | half-width | rounds |")
    print("| --- | --- |" + " ---: |" * 4)
    for together in (True, False):
        rng = np.random.default_rng([arguments.seed, together])
        runs = simulate(noise, 3, arguments.runs, rng, together=together)
        pairs = Pairs.of(runs)
        for ends in ENDS[2:]:
            told = tell(runs, pairs, ends)
            cells = [
                f"{told.wrong.any(axis=1).mean():.1%}",
                f"{right(told, pairs):.1%}",
                f"±{np.expm1(np.median(told.half)):.1%}",
                f"{told.rounds.mean():.1f}",
            ]
            _print(["together" if together else "apart", ends.name], cells)


def bootstrap_coverage(noise: Noise, rounds: int, runs: int, rng) -> float:
    """How often scipy's BCa interval of so many rounds' mean log ratio holds the truth."""
    logs = round_logs(simulate(noise, 3, runs, rng), 0, 1)[:, :rounds]
    covered = 0
    for each in logs:
        sure = bootstrap((each,), mean, n_resamples=999, method="BCa", vectorized=False)
        low, high = sure.confidence_interval
        covered += low <= 0 <= high
    return covered / runs


def _print(names: list[str], cells: list[str]) -> None:
    print("| " + " | ".join([*names, *cells]) + " |", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--runs", type=int, default=8000)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
