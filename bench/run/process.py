"""One lane in one round: from its plan to what came of it."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from bench.model.plan import Plan, PlannedLane
from bench.model.process import Process
from bench.model.spec import PROGRESS_PREFIX, LaneSpec, Progress
from bench.model.workload import DataSpec
from bench.plan.start.command import SPEC
from bench.plan.start.environment import compose
from bench.run.noise import Watch
from bench.run.outcome import judge, oom_kills, stopped
from bench.run.preload import preload
from bench.run.supervise import Supervised

PRELOAD = "LD_PRELOAD"

OnProgress = Callable[[str, Progress], None]
"""Told of a lane's progress: its id, and where it is."""


@dataclass(frozen=True)
class Place:
    """A lane's place in a run: its round from 1, its position in that round from 0."""

    round: int
    position: int
    lane: PlannedLane

    @property
    def name(self) -> str:
        """What the files of this place are called."""
        return f"round{self.round:02d}-{self.lane.id}"


def spec_path(work: Path, place: Place) -> Path:
    """Where a process's spec is."""
    return work / f"{place.name}.spec.json"


def record_path(work: Path, place: Place) -> Path:
    """Where a process leaves its record."""
    return work / f"{place.name}.record.json"


class Launch:
    """Starts the processes of one run.

    `work` is a folder for what passes between controller and worker, `artifact` the run's own.
    """

    def __init__(self, plan: Plan, data: DataSpec, work: Path, artifact: Path) -> None:
        self.plan, self._data, self._work = plan, data, work
        self.artifact = artifact.resolve()
        self._preload = preload(plan.preload, work)

    def start(self, place: Place, *, measure_limits: bool, on_progress: OnProgress) -> "Running":
        """Start the lane's process. OSError if it can't be started."""
        spec = self._spec(place, measure_limits)
        path = spec_path(self._work, place)
        path.write_text(spec.model_dump_json(indent=1))
        command = [word.replace(SPEC, str(path)) for word in place.lane.command]
        supervised = Supervised(
            command,
            self._environment(place.lane),
            self.artifact / "logs" / f"{place.name}.log",
            self.plan.lane_limit_seconds,
            self.plan.cores if self.plan.task_manager == "affinity" else None,
        )
        watch = Watch(self.plan.cores, supervised.session)
        return Running(place, Path(spec.record_path), self.artifact, supervised, watch, on_progress)

    def _spec(self, place: Place, measure_limits: bool) -> LaneSpec:
        lane = place.lane
        return LaneSpec(
            lane=lane.id,
            engine=lane.engine,
            precision=lane.precision,
            memory_format=lane.memory_format,
            workload=self.plan.workload,
            data=self._data,
            effort=self.plan.effort,
            cores=self.plan.cores,
            environment={k: v for k, v in lane.environment.items() if k != PRELOAD},
            record_path=str(record_path(self._work, place)),
            evidence_path=str(self.artifact / "evidence" / f"{place.name}.txt"),
            measure_limits=measure_limits,
            guarded=True,
        )

    def _environment(self, lane: PlannedLane) -> dict[str, str]:
        own = dict(lane.environment)
        if self._preload:
            own[PRELOAD] = self._preload
        return compose(os.environ, own)


class Running:
    """A lane's process under way. It works only in the turns that it is given."""

    def __init__(
        self,
        place: Place,
        record: Path,
        artifact: Path,
        supervised: Supervised,
        watch: Watch,
        on_progress: OnProgress,
    ) -> None:
        self.place = place
        self._record, self._artifact = record, artifact
        self._supervised, self._watch, self._on_progress = supervised, watch, on_progress
        self._started, self._began = datetime.now(UTC), time.monotonic()
        self._kills = oom_kills()

    def waits(self) -> bool:
        """Sleep until the process waits for a turn: True; False once it has ended or must."""
        return self._supervised.follow(self._hear)

    def take_turn(self) -> bool:
        """Give the process a turn; True once it waits for another, False as `waits`."""
        with self._watch:
            self._supervised.say("go")
            return self.waits()

    def terminate(self) -> None:
        """Ask the process to end, without waiting for it: it saves what it has."""
        self._supervised.terminate()

    def finish(self, *, run_stopped: bool = False) -> Process:
        """End what is left of the process and tell what came of it, or of the stopped run's."""
        ended = self._supervised.end()
        if run_stopped:
            came = stopped(self._record)
        else:
            came = judge(ended, self._record, self._log(), oom_kills() > self._kills)
        evidence = f"evidence/{self.place.name}.txt"
        return Process(
            round=self.place.round,
            position=self.place.position,
            lane=self.place.lane.id,
            outcome=came.outcome,
            reason=came.reason,
            started_at=self._started.isoformat(timespec="milliseconds"),
            wall_seconds=time.monotonic() - self._began,
            launcher_exit_code=None if run_stopped else ended.exit_code,
            noise=self._watch.noise(),
            record=came.record,
            log=f"logs/{self.place.name}.log",
            evidence=evidence if (self._artifact / evidence).exists() else None,
        )

    def _log(self) -> Path:
        return self._artifact / "logs" / f"{self.place.name}.log"

    def _hear(self, line: str) -> bool:
        """Pass progress on, leave everything else to the log; True if the process now waits."""
        if not line.startswith(PROGRESS_PREFIX):
            return False
        try:
            progress = Progress.model_validate_json(line.removeprefix(PROGRESS_PREFIX))
        except ValidationError:
            return False  # a mangled line tells nothing; the record does
        if progress.stage == "waiting":
            return True
        self._on_progress(self.place.lane.id, progress)
        return False
