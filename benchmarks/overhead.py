"""What the kit costs: compute img/s in a lane against a bare loop, in alternating processes.

    .venv/bin/python benchmarks/overhead.py [--lane fp32-ipex] [--pairs 7] [--seconds 12]

Both run the same model, batch, threads, allocator and launcher settings: the lane as `bench run`
starts it, the bare loop through the same launcher command. Each pair takes its two processes in
turn, the first one alternating. Prints each pair's ratio and the median; asserts nothing.
"""

import argparse
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.analysis.rates import compute_rate
from bench.host.probe import probe
from bench.launch.environment import compose
from bench.launch.process import Launch, Turn
from bench.plan.make import make_plan
from bench.plan.options import Options
from bench.results.schema import Plan, PlannedLane
from bench.worker import synthetic
from bench.worker.contract import DataSpec, Effort

BARE = Path(__file__).with_name("bare_loop.py")
IMAGES = 64


def main() -> None:
    arguments = _arguments()
    plan = make_plan(probe(), Options(profile="quick", lane=[arguments.lane]))
    plan.effort = Effort(
        warmup_steps=3,
        min_steps=1,  # the end-to-end part is not what is compared
        max_steps=10_000,
        compute_seconds=arguments.seconds,
        end_to_end_seconds=0,
    )
    lane = next(x for x in plan.lanes if x.status == "planned")
    with tempfile.TemporaryDirectory(prefix="bench-overhead-") as folder:
        _compare(plan, lane, Path(folder), arguments.pairs, arguments.seconds)


def _compare(plan: Plan, lane: PlannedLane, work: Path, pairs: int, seconds: float) -> None:
    (work / "logs").mkdir()
    (work / "evidence").mkdir()
    data = DataSpec(kind="synthetic", root=str(work / "data"), images=IMAGES)
    synthetic.ensure(work / "data", IMAGES, plan.workload.seed)
    launch = Launch(plan, data, work, work)
    ratios = []
    for pair in range(pairs):
        turns = {
            "kit": lambda pair=pair: _kit(launch, lane, plan, pair),
            "bare": lambda: _bare(plan, lane, work, seconds),
        }
        order = sorted(turns, reverse=pair % 2 == 1)
        rates = {name: turns[name]() for name in order}
        ratios.append(rates["kit"] / rates["bare"])
        print(
            f"pair {pair + 1}: kit {rates['kit']:.3f} img/s, bare {rates['bare']:.3f} img/s, "
            f"ratio {ratios[-1]:.4f}",
            flush=True,
        )
    print(f"{lane.id}, batch {plan.workload.batch_size}, {len(plan.cores)} cores:")
    print(f"median ratio of {pairs} pairs, kit / bare loop: {statistics.median(ratios):.4f}")
    print(f"lowest {min(ratios):.4f}, highest {max(ratios):.4f}")


def _kit(launch: Launch, lane: PlannedLane, plan: Plan, pair: int) -> float:
    process = launch(Turn(pair + 1, 0, lane), lambda progress: None)
    if process.record is None or process.outcome != "completed":
        sys.exit(f"the lane did not complete: {process.reason}")
    rate = compute_rate(process.record)
    assert rate is not None
    return rate


def _bare(plan: Plan, lane: PlannedLane, work: Path, seconds: float) -> float:
    """Run the bare loop where the lane's command has the worker."""
    worker = [shlex.quote(sys.executable), "-m", "bench.worker", "SPEC"]
    start = lane.command[: -len(worker)]
    work_load = plan.workload
    loop = [
        *(shlex.quote(sys.executable), shlex.quote(str(BARE))),
        *(lane.engine, lane.precision, lane.memory_format),
        *(str(work_load.batch_size), str(work_load.image_size), str(seconds)),
    ]
    environment = compose(os.environ, {**lane.environment, "LD_PRELOAD": _preload(plan, work)})
    done = subprocess.run(
        [*start, *loop],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return float(done.stdout.split("rate")[1])


def _preload(plan: Plan, work: Path) -> str:
    """The links that `Launch` made for the lane, or the libraries themselves."""
    links = {link.resolve(): link for link in work.glob("lib*.so")}
    return ":".join(str(links.get(Path(p).resolve(), p)) for p in plan.preload)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--lane", default="fp32-ipex")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=12.0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
