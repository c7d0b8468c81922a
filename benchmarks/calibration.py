"""Is a 95 % interval one? Coverage and false verdicts of simulated runs on recorded noise.

    .venv/bin/python benchmarks/calibration.py [FILE …] [--runs 2000]

Each FILE is a recording by benchmarks/record_noise.py (default: those in benchmarks/noise/). A
simulated run begins at a random moment of the recorded trace and lets three lanes train along it:
a step takes as long as the host's recorded speed at that moment makes it, so drift, bursts and
heavy tails fall where they fell. Each process is slower or faster by what a recorded process was,
beside two that did the same. Rounds, pairing, stopping, intervals and verdicts are the kit's own
code. Two designs: `together` (processes alive together, turns shuffled) and `apart` (one process
after the other). Two truths: A/A (all lanes equal) and A/B (the third 1.05 times as fast).
Prints a Markdown table: coverage of the true ratio, false verdicts (A/A: any verdict; A/B: the
wrong one), verdicts found, the median half-width and rounds; and what a bootstrap (scipy's BCa) of
as few rounds would cover.
"""

import argparse
import json
import math
import random
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from statistics import fmean, mean, median

from scipy.stats import bootstrap

from bench.analysis.ratios import ratio, round_ratio, widest
from bench.plan.catalogue.profiles import PROFILES

START_SECONDS = 14.0
"""A process's start; three at once on two cores take 1.7 times that."""
STEP_SECONDS = 1.0
SCENARIOS = {"9 min": (540.0, 0.02), "±5 %": (2400.0, 0.05)}
"""Time budget in seconds and target precision: a run that ends when its time is up, as `quick`
does on a noisy host, and one that looks at its intervals each round until all are narrow."""
FASTER = 1.05
LANES = (0, 1, 2)


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
        ends = list(accumulate(steps))
        return cls(name, ends, [typical * (i + 1) for i in range(len(ends))], effects)

    def after(self, begin: float, work: float) -> float:
        """When `work` seconds of typical work that begin at `begin` are done; wraps around."""
        length, total = self.ends[-1], self.work[-1]
        laps, moment = divmod(begin, length)
        done = self._done(moment) + work
        more, rest = divmod(done, total)
        return (laps + more) * length + self._when(rest)

    def _done(self, moment: float) -> float:
        return _interpolate(moment, self.ends, self.work)

    def _when(self, done: float) -> float:
        return _interpolate(done, self.work, self.ends)


def _interpolate(x: float, xs: list[float], ys: list[float]) -> float:
    i = min(bisect_right(xs, x), len(xs) - 1)
    x0, y0 = (xs[i - 1], ys[i - 1]) if i else (0.0, 0.0)
    return y0 + (ys[i] - y0) * (x - x0) / (xs[i] - x0)


@dataclass
class Simulated:
    """What one simulated run said of the third lane against the first."""

    covered: bool
    verdict: str
    half_width: float
    rounds: int


def simulate(
    noise: Noise, speed: float, together: bool, ends: str, rng: random.Random
) -> Simulated:
    """One run in `quick`'s effort, which ends as that scenario says, after five rounds at least."""
    budget, target = SCENARIOS[ends]
    (profile,) = (p for p in PROFILES if p.name == "quick")
    now = began = rng.uniform(0, noise.ends[-1])
    taken: list[dict[int, list[float]]] = []
    while True:
        round_began = now
        now, turns = _round(noise, now, speed, together, profile.effort, rng)
        taken.append(turns)
        rounds = len(taken)
        shown = [ratio("", _ratios(taken, lane, 0), stops_when_narrow=True) for lane in LANES[1:]]
        width = widest([each for each in shown if each is not None])
        enough = width is not None and width <= target and rounds >= profile.rounds_min
        late = now - began + (now - round_began) > budget
        if enough or (late and rounds >= profile.rounds_min) or rounds == profile.rounds_max:
            break
    last = shown[-1]
    assert last is not None
    assert last.interval is not None
    assert last.verdict is not None
    between = last.interval.low <= speed <= last.interval.high
    half = math.sqrt(last.interval.high / last.interval.low) - 1
    return Simulated(between, last.verdict, half, rounds)


def _ratios(taken: list[dict[int, list[float]]], lane: int, against: int) -> list[float]:
    rounds = (round_ratio(turns[lane], turns[against], _itself) for turns in taken)
    return [each for each in rounds if each is not None]


def _itself(turns: list[float]) -> list[float]:
    return turns


def _round(noise, now, speed, together, effort, rng):
    """One round from `now`: when it ended, and each lane's median step in each of its turns."""
    steps = {
        lane: STEP_SECONDS / (speed if lane == 2 else 1) * math.exp(rng.choice(noise.processes))
        for lane in LANES
    }
    turns: dict[int, list[float]] = {lane: [] for lane in LANES}
    order = rng.sample(LANES, len(LANES))
    groups = [order] if together else [[lane] for lane in order]
    for group in groups:
        now += START_SECONDS * (1.7 if together else 1)
        for turn in range(-1 - effort.end_to_end_turns, effort.compute_turns):
            for lane in rng.sample(group, len(group)):
                now, middle = _turn(noise, now, steps[lane], effort)
                if turn >= 0:
                    turns[lane].append(middle)
    return now, turns


def _turn(noise, now, step, effort):
    """One turn of steps from `now`: when it ended, and its median step."""
    taken, began = [], now
    while len(taken) < effort.turn_min_steps or now - began < effort.turn_seconds:
        end = noise.after(now, step)
        taken.append(end - now)
        now = end
    return now, median(taken)


def main() -> None:
    arguments = _arguments()
    columns = ["coverage", "false verdicts", "right verdicts", "half-width", "rounds"]
    print("| noise | design | ends after | truth | " + " | ".join(columns) + " |")
    print("| --- | --- | --- | --- |" + " ---: |" * len(columns))
    for path in arguments.files or sorted(Path(__file__).with_name("noise").glob("*.json")):
        noise = Noise.read(path)
        for together in (True, False):
            for ends in SCENARIOS:
                for truth, speed in (("A/A", 1.0), ("A/B", FASTER)):
                    rng = random.Random(f"{arguments.seed} {together} {ends} {truth}")
                    runs = [
                        simulate(noise, speed, together, ends, rng) for _ in range(arguments.runs)
                    ]
                    _print(noise, together, ends, truth, runs)
        for rounds in (5, 8):
            rng = random.Random(f"{arguments.seed} BCa {rounds}")
            share = bootstrap_coverage(noise, rounds, max(arguments.runs // 10, 1), rng)
            print(f"\n{noise.name}, {rounds} rounds together, A/A: BCa covers {share:.1%}")


def bootstrap_coverage(noise: Noise, rounds: int, runs: int, rng: random.Random) -> float:
    """How often scipy's BCa interval of so many rounds' mean log ratio holds the truth, in A/A."""
    (profile,) = (p for p in PROFILES if p.name == "quick")
    covered = 0
    for _ in range(runs):
        now, logs = rng.uniform(0, noise.ends[-1]), []
        for _ in range(rounds):
            now, turns = _round(noise, now, 1.0, True, profile.effort, rng)
            logs.append(math.log(_ratios([turns], 2, 0)[0]))
        sure = bootstrap((logs,), mean, n_resamples=999, method="BCa", vectorized=False)
        low, high = sure.confidence_interval
        covered += low <= 0 <= high
    return covered / runs


def _print(noise: Noise, together: bool, ends: str, truth: str, runs: list[Simulated]) -> None:
    wrong = {"A/A": ("faster", "slower"), "A/B": ("slower",)}[truth]
    right = {"A/A": "undecided", "A/B": "faster"}[truth]
    cells = [
        noise.name,
        "together" if together else "apart",
        ends,
        truth,
        f"{mean(run.covered for run in runs):.1%}",
        f"{mean(run.verdict in wrong for run in runs):.1%}",
        f"{mean(run.verdict == right for run in runs):.1%}",
        f"±{median(run.half_width for run in runs):.1%}",
        f"{mean(run.rounds for run in runs):.1f}",
    ]
    print("| " + " | ".join(cells) + " |", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
