"""One lane's worker, started as `bench run` starts it, but alone: it trains until SIGTERM.

    python alone.py LANE BATCH FOLDER

For benchmarks/container_cost.py, which runs it in the image and in the local environment. FOLDER
then has `plan.json`, `log` with the worker's progress and, when it has ended, `record.json`.
The synthetic set is in `data` beside FOLDER.
"""

import os
import sys
from pathlib import Path

from bench.host.probe import probe
from bench.model.protocol import Effort
from bench.model.spec import LaneSpec
from bench.model.workload import DataSpec
from bench.plan.make import make_plan
from bench.plan.options import Options
from bench.plan.start.command import SPEC
from bench.run.launch import surroundings
from bench.run.preload import preload

SAMPLES = 64
FOREVER = Effort(
    warmup_max_steps=10,
    end_to_end_turns=0,
    compute_turns=1,
    turn_seconds=0,
    turn_min_steps=10**6,
    turn_max_steps=10**6,
)


def main(name: str, batch: str, place: str) -> None:
    folder, host = Path(place), probe()
    plan = make_plan(host, Options(profile="quick", lane=[name], batch_size=int(batch)))
    (lane,) = plan.running
    (folder / "plan.json").write_text(plan.model_dump_json())
    spec = LaneSpec(
        lane=lane.id,
        setup=lane.setup.model_copy(update={"loader_workers": 0}),
        workload=lane.workload,
        data=DataSpec(kind="synthetic", root=str(folder.parent / "data"), samples=SAMPLES),
        effort=FOREVER,
        record_path=str(folder / "record.json"),
    )
    spec_path = folder / "spec.json"
    spec_path.write_text(spec.model_dump_json())
    command = [word.replace(SPEC, str(spec_path)) for word in lane.command]
    own = {**lane.setup.environment, "LD_PRELOAD": preload(lane.setup.preload, folder)}
    if lane.setup.placement.task_manager == "affinity":
        os.sched_setaffinity(0, lane.setup.placement.cores)
    log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.execvpe(command[0], command, surroundings(host, lane, folder, own))


if __name__ == "__main__":
    main(*sys.argv[1:])
