"""What the container costs: compute img/s inside against the local environment, taking turns.

    .venv/bin/python benchmarks/container_cost.py [--lane fp32] [--pairs 12]

Both run benchmarks/alone.py: the image by `docker compose run` and with its own Python, the local
environment with its own. Processes minutes apart differ by 10 % on a shared host, so the two of a
pair are alive together and take turns of a few seconds, the other one stopped (SIGSTOP): a pair's
ratio is that of their median steps, which lie side by side. Each pair has fresh processes, the
first to start alternating. Needs the image (`make image`) of this tree, on an engine whose
processes can be seen from here. Prints each pair's ratio and their geometric mean with its 95 %
interval; asserts nothing.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

from bench.analysis.interval import half_width
from bench.analysis.ratios import ratio
from bench.model.plan import Plan
from bench.model.record import RankRecord
from bench.model.spec import PROGRESS_PREFIX, Progress

ROOT = Path(__file__).parents[1]
ALONE = Path(__file__).with_name("alone.py")
BATCH = 4
TURNS = 8
TURN_SECONDS = 4.0
START_SECONDS = 180.0
WARM_STEPS = 2


@dataclass
class Side:
    """One side's process of a pair, and the folder that it shares with this one."""

    name: str
    folder: Path

    def command(self, lane: str) -> list[str]:
        arguments = [lane, str(BATCH), str(self.folder)]
        if self.name == "local":
            return [sys.executable, str(ALONE), *arguments]
        return [
            *("docker", "compose", "run", "--rm", "-T", "--user", f"{os.getuid()}:{os.getgid()}"),
            *("--volume", f"{self.folder.parent}:{self.folder.parent}"),
            *("--volume", f"{ALONE}:/opt/bench/alone.py:ro"),
            *("--entrypoint", "python", "bench", "/opt/bench/alone.py", *arguments),
        ]

    @contextmanager
    def stopped_when_warm(self, lane: str) -> Iterator[psutil.Process]:
        """The worker, stopped after its warm-up; ended at the end, when it writes its record."""
        self.folder.mkdir(parents=True)
        environment = {**os.environ, "BENCH_RESULTS": str(self.folder)}
        with subprocess.Popen(
            self.command(lane),
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        ) as started:
            try:
                worker = self._warm_worker(started)
            except SystemExit:
                started.terminate()
                raise
            worker.suspend()
            try:
                yield worker
            finally:
                worker.terminate()
                worker.resume()
                started.wait(START_SECONDS)

    def plan(self) -> Plan:
        return Plan.model_validate_json((self.folder / "plan.json").read_text())

    def step_seconds(self) -> float:
        """Median of its steps, without those in which it was stopped."""
        record = RankRecord.model_validate_json((self.folder / "record.json").read_text())
        steps = [nanoseconds / 1e9 for nanoseconds in record.compute.timed.totals()]
        whole = [seconds for seconds in steps if seconds < TURN_SECONDS]
        assert whole, f"no step ended within a turn of {TURN_SECONDS:.0f} s: the host is busy"
        return median(whole)

    def _log(self) -> str:
        log = self.folder / "log"
        return log.read_text() if log.exists() else ""

    def _warm_worker(self, started: "subprocess.Popen[bytes]") -> psutil.Process:
        """The process of whichever namespace that trains by this side's spec, at its steps."""
        end = time.monotonic() + START_SECONDS
        while not self._warm():
            if started.poll() is not None or time.monotonic() > end:
                sys.exit(f"{self.name}: no worker got to its steps\n{self._log()[-2000:]}")
            time.sleep(0.5)
        arguments = ["-m", "bench.worker", str(self.folder / "spec.json")]
        for process in psutil.process_iter(["cmdline"]):
            if (process.info["cmdline"] or [])[1:] == arguments:
                return process
        sys.exit(f"{self.name}: its worker can't be seen from here")

    def _warm(self) -> bool:
        lines = [line for line in self._log().splitlines() if line.startswith(PROGRESS_PREFIX)]
        if not lines or not lines[-1].endswith("}"):
            return False
        last = Progress.model_validate_json(lines[-1].removeprefix(PROGRESS_PREFIX))
        return last.stage == "compute" and last.step >= WARM_STEPS


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="bench-container-cost-") as folder:
        ratios = [
            _pair(arguments.lane, Path(folder) / str(number), number)
            for number in range(1, arguments.pairs + 1)
        ]
    over = ratio("the local environment", ratios, stops_when_narrow=False)
    assert over is not None
    print(f"{arguments.lane}, batch {BATCH}, {over.rounds} pairs, img/s in the container / local:")
    print(f"geometric mean {over.value:.4f}, lowest {over.low:.4f}, highest {over.high:.4f}")
    if between := over.interval:
        print(f"95 % interval {between.low:.4f} to {between.high:.4f}, ±{half_width(between):.2%}")


def _pair(lane: str, folder: Path, number: int) -> float:
    """Start both, let them take turns, end both; the ratio of their rates."""
    inside, local = Side("container", folder / "container"), Side("local", folder / "local")
    sides = (inside, local) if number % 2 else (local, inside)
    with ExitStack() as alive:
        workers = [alive.enter_context(side.stopped_when_warm(lane)) for side in sides]
        first = random.Random(number)
        for _ in range(TURNS):
            for worker in first.sample(workers, len(workers)):
                worker.resume()
                time.sleep(TURN_SECONDS)
                worker.suspend()
    if number == 1:
        for side in sides:
            print(f"{side.name}: {_start(side.plan())}")
    rates = [BATCH / side.step_seconds() for side in (inside, local)]
    print(
        f"pair {number}: container {rates[0]:.3f} img/s, local {rates[1]:.3f} img/s, "
        f"ratio {rates[0] / rates[1]:.4f}",
        flush=True,
    )
    return rates[0] / rates[1]


def _start(plan: Plan) -> str:
    """How a side's worker was pinned and what it preloads, since the two may differ."""
    (lane,) = plan.running
    placement, libraries = lane.setup.placement, ", ".join(lane.setup.preload)
    return f"{placement.task_manager}, CPUs {placement.cores}, {libraries or 'no preload'}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--lane", default="fp32")
    parser.add_argument("--pairs", type=int, default=12)
    return parser.parse_args()


if __name__ == "__main__":
    main()
