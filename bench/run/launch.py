"""Starts a lane's process in its slot: its set-up becomes a spec, a command, an environment."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from bench.errors import BenchError
from bench.model.host import Host
from bench.model.plan import Plan, PlannedLane
from bench.model.spec import LaneSpec, Progress
from bench.model.workload import DataSpec
from bench.plan.start.command import SPEC
from bench.plan.start.environment import compose
from bench.run.leftovers import compiled
from bench.run.noise import Watch
from bench.run.numactl import refusal, unbound
from bench.run.preload import preload
from bench.run.running import Running
from bench.run.slot import Slot
from bench.run.supervise import Supervised
from bench.run.transport import Pipe

OnProgress = Callable[[str, Progress], None]
"""Told of a lane's progress: its id, and where it is."""


def interpreter(host: Host, lane: PlannedLane) -> str:
    """The Python that trains the lane: its stack's. BenchError if it is not there any more."""
    stack = host.stack(lane.setup.stack)
    if stack is None or stack.python.value is None:
        raise BenchError(f"lane {lane.id} trains in stack {lane.setup.stack}, which is not here")
    return stack.python.value


def surroundings(
    host: Host, lane: PlannedLane, work: Path, own: Mapping[str, str]
) -> dict[str, str]:
    """The environment of a process of the lane's stack, with variables of its `own`.

    It works with this very kit, whatever else is installed in the stack: the only thing in a
    folder of `work`, since beside the kit there may be modules of any name.
    """
    kit, link = Path(__file__).parents[1], work / "kit" / "bench"
    link.parent.mkdir(exist_ok=True)
    if not link.is_symlink() or link.readlink() != kit:
        link.unlink(missing_ok=True)  # of a session before, by a kit in another place
        link.symlink_to(kit)
    own = {"PYTHONPATH": str(link.parent), **own}
    return compose(os.environ, own, interpreter(host, lane))


class Launch:
    """Starts the processes of one run.

    `work` is a folder for what passes between controller and worker, `artifact` the run's own.
    """

    def __init__(self, host: Host, plan: Plan, data: DataSpec, work: Path, artifact: Path) -> None:
        self._host, self._plan, self._data, self._work = host, plan, data, work
        self._artifact = artifact.resolve()

    def start(self, slot: Slot, *, measure_limits: bool, on_progress: OnProgress) -> Running:
        """Start the lane's process. OSError if it can't be started."""
        lane, placement = slot.lane, slot.lane.setup.placement
        path, command, environment = slot.spec(self._work), lane.command, self._environment(lane)
        spec, pinned = self._spec(slot, measure_limits), placement.task_manager == "affinity"
        spec.not_bound = refusal(placement, environment)
        if spec.not_bound is not None:
            command, pinned = unbound(command, placement), True
        path.write_text(spec.model_dump_json(indent=1))
        supervised = Supervised(
            [word.replace(SPEC, str(path)) for word in command],
            environment,
            self._artifact / slot.log,
            self._plan.lane_limit_seconds,
            placement.cores if pinned else None,
        )
        return Running(
            slot,
            slot.record(self._work),
            self._artifact,
            Pipe(supervised, lambda progress: on_progress(lane.id, progress)),
            Watch(placement.cores, supervised.session),
        )

    def _spec(self, slot: Slot, measure_limits: bool) -> LaneSpec:
        return LaneSpec(
            lane=slot.lane.id,
            setup=slot.lane.setup,
            workload=slot.lane.workload,
            data=self._data,
            protocol=self._plan.protocol,
            effort=self._plan.effort,
            releases=self._releases(slot.lane.setup.stack),
            record_path=str(slot.record(self._work)),
            evidence_path=str(self._artifact / slot.evidence),
            cache_path=str(compiled(self._work) / slot.lane.id),
            measure_limits=measure_limits,
            guarded=True,
        )

    def _releases(self, name: str) -> dict[str, str]:
        stack = self._host.stack(name)
        return stack.releases if stack is not None else {}

    def _environment(self, lane: PlannedLane) -> dict[str, str]:
        own = dict(lane.setup.environment)
        if lane.setup.preload:
            own["LD_PRELOAD"] = preload(lane.setup.preload, self._work / f"{lane.id}.preload")
        return surroundings(self._host, lane, self._work, own)
