"""What the kit costs: compute img/s in a lane against a bare loop, taking turns on the same cores.

    .venv/bin/python benchmarks/overhead.py [--lane fp32-ipex] [--pairs 7]

Both run the same model, batch, threads, allocator and launcher settings: the lane as `bench run`
starts it, the bare loop through the same launcher command. Processes minutes apart differ by 10 %
on a shared host, so the two of a pair are alive together and take turns of a few seconds, the
other one stopped (SIGSTOP): a pair's ratio compares seconds that lie side by side. Each pair has
fresh processes. Prints each pair's ratio and the median; asserts nothing.
"""

import argparse
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from threading import Event

import psutil

from bench.host.probe import probe
from bench.launch.environment import compose
from bench.launch.process import Launch, Turn
from bench.plan.make import make_plan
from bench.plan.options import Options
from bench.results.schema import Plan, PlannedLane, Process
from bench.worker import synthetic
from bench.worker.contract import DataSpec, Effort, Progress

BARE = Path(__file__).with_name("bare_loop.py")
BATCH = 4
TURNS = 4
TURN_SECONDS = 6.0
FOREVER = Effort(
    warmup_steps=3, min_steps=10**6, max_steps=10**6, compute_seconds=0, end_to_end_seconds=0
)


def main() -> None:
    arguments = _arguments()
    plan = make_plan(probe(), Options(profile="quick", lane=[arguments.lane], batch_size=BATCH))
    plan.effort = FOREVER
    lane = next(x for x in plan.lanes if x.status == "planned")
    with tempfile.TemporaryDirectory(prefix="bench-overhead-") as folder:
        work = Path(folder)
        for name in ("logs", "evidence"):
            (work / name).mkdir()
        data = DataSpec(kind="synthetic", root=str(work / "data"), images=64)
        synthetic.ensure(work / "data", data.images, plan.workload.seed)
        launch = Launch(plan, data, work, work)
        ratios = [_pair(launch, plan, lane, work, n) for n in range(1, arguments.pairs + 1)]
    print(f"{lane.id}, batch {BATCH}, {len(plan.cores)} cores:")
    print(f"median ratio of {len(ratios)} pairs, kit / bare loop: {median(ratios):.4f}")
    print(f"lowest {min(ratios):.4f}, highest {max(ratios):.4f}")


def _pair(launch: Launch, plan: Plan, lane: PlannedLane, work: Path, number: int) -> float:
    """Start both, let them take turns, end both; the ratio of their rates."""
    with (
        ThreadPoolExecutor() as pool,
        _kit(launch, lane, number, pool) as (kit, ended),
        _bare(plan, lane, work) as (bare, bare_steps),
    ):
        first, second = (kit, bare) if number % 2 else (bare, kit)
        for _ in range(TURNS):
            for process in (first, second):
                process.resume()
                time.sleep(TURN_SECONDS)
                process.suspend()
    record = ended.result().record
    assert record is not None
    kit_rate = BATCH / median(t / 1e9 for t in record.compute.timed.totals())
    bare_rate = BATCH / median(bare_steps)
    print(
        f"pair {number}: kit {kit_rate:.3f} img/s, bare {bare_rate:.3f} img/s, "
        f"ratio {kit_rate / bare_rate:.4f}",
        flush=True,
    )
    return kit_rate / bare_rate


@contextmanager
def _kit(
    launch: Launch, lane: PlannedLane, number: int, pool: ThreadPoolExecutor
) -> Iterator[tuple[psutil.Process, "Future[Process]"]]:
    """The lane's worker, stopped after its warm-up; ended at the end, when it writes its record."""
    warm = Event()

    def watch(progress: Progress) -> None:
        if progress.stage == "compute" and progress.step >= 2:
            warm.set()

    ended = pool.submit(launch, Turn(number, 0, lane), watch)
    warm.wait()
    with _stopped([sys.executable, "-m", "bench.worker"]) as worker:
        yield worker, ended


@contextmanager
def _bare(
    plan: Plan, lane: PlannedLane, work: Path
) -> Iterator[tuple[psutil.Process, list[float]]]:
    """The bare loop where the lane's command has the worker, stopped after its warm-up.

    The list has the seconds of its steps after the end.
    """
    start = lane.command[: lane.command.index("-m") - 1]
    size = plan.workload.image_size
    loop = [lane.engine, lane.precision, lane.memory_format, str(BATCH), str(size)]
    command = [*start, shlex.quote(sys.executable), shlex.quote(str(BARE)), *loop]
    environment = compose(os.environ, {**lane.environment, "LD_PRELOAD": _preload(plan, work)})
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        while process.stdout.readline().strip() != "warm":
            assert process.poll() is None, "the bare loop ended"
        with _stopped([sys.executable, str(BARE)]) as worker:
            steps: list[float] = []
            yield worker, steps
        steps += map(float, process.stdout.read().split("steps")[1].split())


@contextmanager
def _stopped(command: list[str]) -> Iterator[psutil.Process]:
    """The one process below this one whose command begins so, stopped; let go and ended after."""
    below = psutil.Process().children(recursive=True)
    (found,) = (p for p in below if p.cmdline()[: len(command)] == command and _works(p))
    found.suspend()
    try:
        yield found
    finally:
        found.send_signal(signal.SIGTERM)
        found.resume()


def _works(process: psutil.Process) -> bool:
    """Not a loader process: those have the worker itself as parent."""
    parent = process.parent()
    return parent is None or parent.cmdline() != process.cmdline()


def _preload(plan: Plan, work: Path) -> str:
    """The links that `Launch` made for the lane, or the libraries themselves."""
    links = {link.resolve(): link for link in work.glob("lib*.so")}
    return ":".join(str(links.get(Path(p).resolve(), p)) for p in plan.preload)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--lane", default="fp32-ipex")
    parser.add_argument("--pairs", type=int, default=7)
    return parser.parse_args()


if __name__ == "__main__":
    main()
