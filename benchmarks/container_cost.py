"""What the container costs: img/s inside against the local environment, in alternating runs.

    .venv/bin/python benchmarks/container_cost.py [--lane fp32-ipex] [--pairs 7]

Each pair is one round of the lane in profile `quick`, in a fresh process each: once by
`docker compose run`, once by the local `bench`, the first one alternating. Both train the same
synthetic set. Needs the image (`make image`) of this tree. Prints each pair's ratio of compute
throughput, and the median of both throughputs' ratios; asserts nothing.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.analysis.rates import compute_rate, end_to_end_rate
from bench.results.folder import read

ROOT = Path(__file__).parents[1]
LOCAL = Path(sys.executable).with_name("bench")


@dataclass(frozen=True)
class Rates:
    """Images/s of one process."""

    compute: float
    end_to_end: float


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="bench-container-cost-") as folder:
        pairs = [_pair(i, arguments.lane, Path(folder)) for i in range(arguments.pairs)]
    compute = [inside.compute / outside.compute for inside, outside in pairs]
    end_to_end = [inside.end_to_end / outside.end_to_end for inside, outside in pairs]
    print(f"{arguments.lane}, {arguments.pairs} pairs, container / local environment:")
    for name, ratios in (("compute", compute), ("end to end", end_to_end)):
        print(
            f"{name}: median ratio {statistics.median(ratios):.4f}, "
            f"lowest {min(ratios):.4f}, highest {max(ratios):.4f}"
        )


def _pair(number: int, lane: str, folder: Path) -> tuple[Rates, Rates]:
    turns = {"container": _in_container, "local": _locally}
    rates = {name: turns[name](lane, folder) for name in sorted(turns, reverse=number % 2 == 1)}
    inside, outside = rates["container"], rates["local"]
    print(
        f"pair {number + 1}: container {inside.compute:.3f} img/s, local {outside.compute:.3f} "
        f"img/s, ratio {inside.compute / outside.compute:.4f}",
        flush=True,
    )
    return inside, outside


def _in_container(lane: str, folder: Path) -> Rates:
    results = folder / "container"
    environment = {**os.environ, "BENCH_RESULTS": str(results)}
    command = ["docker", "compose", "run", "--rm", "-T", "bench", *_run(lane)]
    return _measured(command, environment, results)


def _locally(lane: str, folder: Path) -> Rates:
    results = folder / "local"
    where = ["--results", str(results), "--data-dir", str(folder / "data")]
    return _measured([str(LOCAL), *_run(lane), *where], dict(os.environ), results)


def _run(lane: str) -> list[str]:
    return [
        *("run", "--profile", "quick", "--rounds", "1"),
        *("--lane", lane, "--data", "synthetic"),
    ]


def _measured(command: list[str], environment: dict[str, str], results: Path) -> Rates:
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr[-2000:])
    (process,) = read(results / "latest").processes
    assert process.record is not None
    compute, end_to_end = compute_rate(process.record), end_to_end_rate(process.record)
    assert compute is not None
    assert end_to_end is not None
    return Rates(compute, end_to_end)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--lane", default="fp32-ipex")
    parser.add_argument("--pairs", type=int, default=7)
    return parser.parse_args()


if __name__ == "__main__":
    main()
