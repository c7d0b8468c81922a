"""What the kit costs: compute img/s in a lane against a bare loop, taking turns on the same cores.

    .venv/bin/python benchmarks/overhead.py [--lane fp32] [--pairs 10]

Both run the same model, batch, threads, allocator and launcher settings: the lane as `bench run`
starts it, the bare loop through the same launcher command. Each pair has two fresh processes, alive
together: the lane's worker takes its turns as in a run, and in between the bare loop, which is
stopped otherwise (SIGSTOP), takes as long. A pair's ratio is that of their median steps. Prints
each pair's ratio and their geometric mean with its 95 % interval; asserts nothing.
"""

import argparse
import os
import random
import shlex
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import psutil

from bench.analysis.ratios import ratio
from bench.host.probe import probe
from bench.model.plan import PlannedLane
from bench.model.protocol import Effort
from bench.model.workload import DataSpec
from bench.plan.make import make_plan
from bench.plan.options import Options
from bench.plan.start.environment import compose
from bench.run.launch import Launch, interpreter
from bench.run.preload import preload
from bench.run.running import Running
from bench.run.slot import Slot
from bench.worker.data import synthetic

BARE = Path(__file__).with_name("bare_loop.py")
BATCH = 4
EFFORT = Effort(
    warmup_max_steps=4,
    end_to_end_turns=0,
    compute_turns=8,
    turn_seconds=3.0,
    turn_min_steps=1,
    turn_max_steps=10**6,
)


def main() -> None:
    arguments, host = _arguments(), probe()
    plan = make_plan(host, Options(profile="quick", lane=[arguments.lane], batch_size=BATCH))
    plan = plan.model_copy(update={"effort": EFFORT})
    (lane,) = plan.running
    python = interpreter(host, lane)
    with tempfile.TemporaryDirectory(prefix="bench-overhead-") as folder:
        work = Path(folder)
        for name in ("logs", "evidence"):
            (work / name).mkdir()
        data = DataSpec(kind="synthetic", root=str(work / "data"), samples=64)
        synthetic.ensure(work / "data", data.samples, lane.workload.seed)
        launch = Launch(host, plan, data, work, work)
        ratios = [_pair(launch, lane, python, work, n) for n in range(1, arguments.pairs + 1)]
    over = ratio("the bare loop", ratios, stops_when_narrow=False)
    assert over is not None
    cores = len(lane.setup.placement.cores)
    print(f"{lane.id}, batch {BATCH}, {cores} cores, {over.rounds} pairs:")
    between = over.interval and f"{over.interval.low:.4f} to {over.interval.high:.4f}"
    print(f"kit / bare loop: {over.value:.4f} (95 % interval {between}), {over.verdict}")
    print(f"median {median(ratios):.4f}, lowest {over.low:.4f}, highest {over.high:.4f}")


def _pair(launch: Launch, lane: PlannedLane, python: str, work: Path, number: int) -> float:
    """Start both, let them take turns, end both; the ratio of their rates."""
    kit = launch.start(
        Slot(number, 0, lane), measure_limits=False, on_progress=lambda lane, progress: None
    )
    with _bare(lane, python, work) as (bare, bare_steps):
        assert kit.waits(), "the worker ended"
        assert kit.take_turn(), "the worker ended in its warm-up"
        first = random.Random(number)
        for _ in range(EFFORT.compute_turns):
            turns = [lambda: _kit_turn(kit), lambda: _bare_turn(bare)]
            first.shuffle(turns)
            for turn in turns:
                turn()
        kit.take_turn()
    record = kit.finish().record
    assert record is not None
    kit_rate = BATCH / median(t / 1e9 for t in record.compute.timed.totals())
    assert bare_steps, f"no step ended within {EFFORT.turn_seconds:.0f} s: the host is busy"
    bare_rate = BATCH / median(bare_steps)
    print(
        f"pair {number}: kit {kit_rate:.3f} img/s, bare {bare_rate:.3f} img/s, "
        f"ratio {kit_rate / bare_rate:.4f}",
        flush=True,
    )
    return kit_rate / bare_rate


def _kit_turn(kit: Running) -> None:
    assert kit.take_turn(), "the worker ended"


def _bare_turn(bare: psutil.Process) -> None:
    bare.resume()
    time.sleep(EFFORT.turn_seconds)
    bare.suspend()


@contextmanager
def _bare(
    lane: PlannedLane, python: str, work: Path
) -> Iterator[tuple[psutil.Process, list[float]]]:
    """The bare loop where the lane's command has the worker, stopped after its warm-up.

    The list has the seconds of its steps after the end.
    """
    start, setup = lane.command[: lane.command.index("bench.worker") - 2], lane.setup
    size = lane.workload.image_size
    loop = [setup.engine, setup.precision, setup.memory_format, str(BATCH), str(size)]
    command = [*start, shlex.quote(python), shlex.quote(str(BARE)), *loop]
    own = {**setup.environment, "LD_PRELOAD": preload(setup.preload, work / "bare.preload")}
    environment = compose(os.environ, own, python)
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        while process.stdout.readline().strip() != "warm":
            assert process.poll() is None, "the bare loop ended"
        below = psutil.Process(process.pid).children(recursive=True)
        (loop_itself,) = (p for p in below if p.cmdline()[:2] == [python, str(BARE)])
        loop_itself.suspend()
        steps: list[float] = []
        try:
            yield loop_itself, steps
        finally:
            loop_itself.send_signal(signal.SIGTERM)
            loop_itself.resume()
        taken = map(float, process.stdout.read().split("steps")[1].split())
        # A step that was stopped on its way has the other's whole turn in it.
        steps += [seconds for seconds in taken if seconds < EFFORT.turn_seconds]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--lane", default="fp32")
    parser.add_argument("--pairs", type=int, default=10)
    return parser.parse_args()


if __name__ == "__main__":
    main()
