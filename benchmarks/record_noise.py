"""Record this host's noise for benchmarks/calibration.py.

    .venv/bin/python benchmarks/record_noise.py FILE [--lane fp32] [--rounds 12]

Two recordings of one lane (batch 4), through the kit itself:

- a trace: the time of each step of one process, without a pause: drift, bursts, heavy tails;
- rounds of the lane three times, alive together and taking turns: what is left between two
  processes that do the same, over and above the trace's noise.

The second is the kit's own A/A run as well: its ratios are printed. FILE gets both as JSON, with
the processor's name. Nothing else may run meanwhile.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from bench.analysis.rates import compute_turns, turns
from bench.host.probe import probe
from bench.model.plan import Plan
from bench.model.protocol import Effort
from bench.model.result import Result
from bench.plan.make import make_plan
from bench.plan.options import Options
from bench.report.progress import PlainDisplay
from bench.run.session import Run

BATCH = 4
ROUNDS_EFFORT = Effort(
    warmup_max_steps=5,
    end_to_end_turns=0,
    compute_turns=8,
    turn_seconds=2.0,
    turn_min_steps=1,
    turn_max_steps=100,
)


def main() -> None:
    arguments = _arguments()
    host, name = probe(), arguments.lane
    trace = Options(profile="quick", lane=[name], batch_size=BATCH, rounds=1, data="synthetic")
    plan = make_plan(host, trace)
    endless = {"compute_turns": 1, "end_to_end_turns": 0, "turn_max_steps": 10**6}
    seconds = {"turn_seconds": arguments.trace_seconds}
    plan = plan.model_copy(
        update={
            "effort": plan.effort.model_copy(update=endless | seconds),
            "lane_limit_seconds": arguments.trace_seconds + 300,
        }
    )
    (steps,) = turns(_run(host, plan).processes[0].record.compute)
    again = Options(
        profile="quick",
        lane=[name] * 3,
        batch_size=BATCH,
        rounds=arguments.rounds,
        data="synthetic",
    )
    plan = make_plan(host, again).model_copy(update={"effort": ROUNDS_EFFORT})
    rounds = _run(host, plan)
    for lane in rounds.summary.lanes[1:]:
        for over in lane.compute_ratios:
            between = over.interval and f"{over.interval.low:.4f} to {over.interval.high:.4f}"
            print(f"{lane.lane} / {over.against}: {over.value:.4f} ({between}), {over.verdict}")
    arguments.file.write_text(
        json.dumps(
            {
                "processor": host.cpu.brand.value,
                "cores": len(plan.lanes[0].setup.placement.cores),
                "lane": name,
                "batch": BATCH,
                "trace_step_seconds": [round(step / 1e9, 4) for step in steps],
                "round_turn_seconds": _rounds(rounds),
            }
        )
        + "\n"
    )


def _rounds(result: Result) -> list[list[list[float]]]:
    """Seconds of the median step by round, process and turn, of the complete rounds."""
    rounds: dict[int, list[list[float]]] = {}
    for process in result.processes:
        if process.record is not None and process.outcome == "completed":
            seconds = [round(BATCH * turn / 1e9, 4) for turn in compute_turns(process.record)]
            rounds.setdefault(process.round, []).append(seconds)
    return [each for _, each in sorted(rounds.items()) if len(each) == len(result.plan.lanes)]


def _run(host, plan: Plan) -> Result:
    with tempfile.TemporaryDirectory(prefix="bench-noise-") as folder:
        shown = PlainDisplay(sys.stderr, plan)
        run = Run.begin(host, plan, Path(folder), ["record_noise"], shown)
        run.measure(Path(folder) / "data")
    return run.result


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", type=Path)
    parser.add_argument("--lane", default="fp32")
    parser.add_argument("--trace-seconds", type=float, default=600)
    parser.add_argument("--rounds", type=int, default=12)
    return parser.parse_args()


if __name__ == "__main__":
    main()
