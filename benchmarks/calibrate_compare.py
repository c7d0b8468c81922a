"""Is `bench compare`'s 95 % interval one? Separate runs, simulated on recorded noise.

    .venv/bin/python benchmarks/calibrate_compare.py [--runs 4000] [--seed 0]
    .venv/bin/python benchmarks/calibrate_compare.py --of RUN RUN … [--lane fp32]

The first prints how far windows of the recorded trace and recorded runs of one lane differ, then a
Markdown table. A simulated run is one of benchmarks/calibration.py: one lane in `quick`'s turns,
from a random moment of the trace in benchmarks/noise/, its processes slower or faster by what
recorded ones were. Between runs lie hours: each run is also slower or faster as a whole, by what
one of the recorded separate runs was (RECORDED; none of that where all are `in one hour`). Sides,
means, intervals and verdicts are the kit's own code. Two truths: A/A (the sides are equal, and any
verdict is false) and A/B (the other is 1.3 times as fast).

The second prints how far real runs differ, of one host and set-up: the runs' standard deviation of
the logarithm of throughput, and what is left of it without their rounds' part.
"""

import argparse
import json
import math
import random
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, mean, median, stdev, variance

from calibration import Noise

from bench.analysis.compare.estimate import SPREAD, estimate
from bench.analysis.compare.runs import distil
from bench.analysis.interval import half_width, verdict
from bench.model.protocol import Effort
from bench.plan.catalogue.profiles import PROFILES
from bench.results.folder import read

RECORDED = {
    "fp32": (5.24, 5.21, 5.53, 5.89),
    "fp32-ipex": (6.00, 5.97, 6.32, 6.79),
    "bf16-avx512": (9.97, 8.61, 9.61, 10.4),
    "fp32 at 64 pixels": (25.7, 35.3, 29.5, 30.3),
}
"""Compute img/s of separate runs. The first three are of `quick` on the host whose noise is in
benchmarks/noise/, all on 2026-11-23, within nine hours: README's tables at commits 330e01f,
3d67802, 7ff5d00 and 8f73130. The kit changed meanwhile, in nothing that a lane was meant to run.
The last are of `quick` with three rounds, on the host of docs/example, within five minutes of
2026-11-25."""

FASTER = 1.3
START_SECONDS = 14.0
WINDOWS = (40, 80, 110)
"""Steps of 0.8 s: half a minute to a minute and a half."""

SIDES = (
    # runs of the reference, of the other side, rounds of each, one machine
    (1, 1, 5, True),
    (1, 1, 3, True),
    (2, 2, 5, False),
    (3, 1, 5, True),
    (3, 1, 5, False),
    (5, 1, 5, True),
    (3, 3, 5, False),
    (5, 5, 5, False),
    (3, 10, 5, False),
)


def levels() -> list[float]:
    """What each recorded run was faster or slower, as logarithms about its lane's mean."""
    effects = []
    for rates in RECORDED.values():
        logs, n = [math.log(rate) for rate in rates], len(rates)
        # Of n runs, each also pulls their mean: undo that shrinking.
        effects += [(each - fmean(logs)) * math.sqrt(n / (n - 1)) for each in logs]
    return effects


@dataclass
class Outcome:
    covered: bool
    verdict: str
    half_width: float


def after(noise: Noise, begin: float, work: float) -> float:
    """When `work` seconds of typical work that begin at `begin` are done; wraps around."""
    length, total = noise.ends[-1], noise.work[-1]
    laps, moment = divmod(begin, length)
    more, rest = divmod(_interpolate(moment, noise.ends, noise.work) + work, total)
    return (laps + more) * length + _interpolate(rest, noise.work, noise.ends)


def _interpolate(x: float, xs: list[float], ys: list[float]) -> float:
    i = min(bisect_right(xs, x), len(xs) - 1)
    return ys[i - 1] + (ys[i] - ys[i - 1]) * (x - xs[i - 1]) / (xs[i] - xs[i - 1])


def _turn(noise: Noise, now: float, step: float, effort: Effort) -> tuple[float, float]:
    """One turn of steps from `now`: when it ended, and its median step."""
    taken, began = [], now
    while len(taken) < effort.turn_min_steps or now - began < effort.turn_seconds:
        end = after(noise, now, step)
        taken.append(end - now)
        now = end
    return now, median(taken)


def one_run(noise: Noise, speed: float, rounds: int, level: float, rng: random.Random):
    """Throughput of each round of one lane alone, in `quick`'s effort."""
    (profile,) = (p for p in PROFILES if p.name == "quick")
    effort, now, rates = profile.effort, rng.uniform(0, noise.ends[-1]), []
    for _ in range(rounds):
        now += START_SECONDS
        step = math.exp(rng.choice(noise.processes) - level) / speed
        middles = []
        for turn in range(-1 - effort.end_to_end_turns, effort.compute_turns):
            now, middle = _turn(noise, now, step, effort)
            middles += [middle] if turn >= 0 else []
        rates.append(1 / median(middles))
    return rates


def simulate(noise: Noise, design, speed: float, drawn: list[float], rng: random.Random) -> Outcome:
    """Two sides, and what is said of them."""
    ours, theirs, rounds, one_machine = design

    def side(count: int, faster: float):
        return [one_run(noise, faster, rounds, rng.choice(drawn), rng) for _ in range(count)]

    known = estimate(side(ours, 1.0), side(theirs, speed), one_machine=one_machine)
    sure = known.decisive
    assert sure is not None
    return Outcome(sure.low <= speed <= sure.high, verdict(sure), half_width(sure))


def table(noise: Noise, runs: int, seed: int) -> None:
    """A row for each design: A/A in runs hours apart and in one hour, A/B hours apart."""
    columns = [
        "A/A false verdicts",
        "in one hour",
        "A/A coverage",
        "A/B coverage",
        "A/B right verdicts",
        "half-width",
    ]
    print("| runs | rounds | machines | " + " | ".join(columns) + " |")
    print("| --- | ---: | --- |" + " ---: |" * len(columns))
    for design in SIDES:
        told = {}
        for case, drawn, speed in (
            ("A/A", levels(), 1.0),
            ("in one hour", [0.0], 1.0),
            ("A/B", levels(), FASTER),
        ):
            rng = random.Random(f"{seed} {design} {case}")
            told[case] = [simulate(noise, design, speed, drawn, rng) for _ in range(runs)]
        _print(design, told)


def _print(design, told: dict[str, list[Outcome]]) -> None:
    ours, theirs, rounds, one_machine = design
    cells = [
        f"{ours} against {theirs}",
        str(rounds),
        "one" if one_machine else "two",
        *(f"{mean(x.verdict != 'undecided' for x in told[c]):.1%}" for c in ("A/A", "in one hour")),
        *(f"{mean(x.covered for x in told[c]):.1%}" for c in ("A/A", "A/B")),
        f"{mean(each.verdict == 'faster' for each in told['A/B']):.1%}",
        f"±{median(each.half_width for each in told['A/B']):.0%}",
    ]
    print("| " + " | ".join(cells) + " |", flush=True)


def spreads(noise_file: Path) -> None:
    """How far recorded runs of a lane differ, and windows of the recorded trace."""
    for lane, rates in RECORDED.items():
        print(f"four recorded runs, {lane}: {stdev(map(math.log, rates)):.3f}")
    steps = json.loads(noise_file.read_text())["trace_step_seconds"]
    for width in WINDOWS:
        parts = [steps[i : i + width] for i in range(0, len(steps) - width + 1, width)]
        logs = [math.log(median(part)) for part in parts]
        print(f"{len(parts)} windows of {width} recorded steps: {stdev(logs):.3f}")
    print(f"the kit's own figure: {SPREAD}\n")


def of_runs(folders: list[Path], lane: str) -> None:
    """The spread of real runs."""
    lanes = [distil(folder.name, read(folder)).lanes[lane] for folder in folders]
    logs = [[math.log(rate) for rate in each.compute] for each in lanes]
    means = [fmean(rounds) for rounds in logs]
    within = fmean(variance(rounds) / len(rounds) for rounds in logs if len(rounds) > 1)
    between = max(0.0, variance(means) - within)
    print(f"{len(means)} runs of {lane}, img/s: {', '.join(f'{math.exp(x):.3g}' for x in means)}")
    print(f"their spread: {stdev(means):.4f}; without their rounds' part: {math.sqrt(between):.4f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--of", nargs="+", type=Path, default=[], help="folders of real runs")
    parser.add_argument("--lane", default="fp32")
    parser.add_argument("--runs", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.of:
        of_runs(arguments.of, arguments.lane)
        return
    for path in sorted(Path(__file__).with_name("noise").glob("*.json")):
        spreads(path)
        table(Noise.read(path), arguments.runs, arguments.seed)


if __name__ == "__main__":
    main()
