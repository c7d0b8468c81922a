"""One lane in one round: from its plan to what came of it."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from bench.launch.command import SPEC
from bench.launch.environment import compose
from bench.launch.noise import Watch
from bench.launch.outcome import Outcome, interrupted, judge, oom_kills
from bench.launch.preload import preload
from bench.launch.supervise import Interrupted, supervise
from bench.results.schema import Plan, PlannedLane, Process
from bench.worker.contract import PROGRESS_PREFIX, DataSpec, LaneSpec, Progress

PRELOAD = "LD_PRELOAD"


class Stopped(Exception):
    """The run was interrupted while a lane ran; `process` is what that lane came to."""

    def __init__(self, process: Process, signum: int) -> None:
        super().__init__(f"stopped in lane {process.lane}")
        self.process = process
        self.signum = signum


@dataclass(frozen=True)
class Turn:
    """A lane's place in a run: its round from 1, its position in that round from 0."""

    round: int
    position: int
    lane: PlannedLane

    @property
    def name(self) -> str:
        """What this turn's files are called."""
        return f"round{self.round:02d}-{self.lane.id}"


class Launch:
    """Starts the processes of one run.

    `work` is a folder for what passes between controller and worker, `artifact` the run's own.
    """

    def __init__(self, plan: Plan, data: DataSpec, work: Path, artifact: Path) -> None:
        self._plan, self._data, self._work, self._artifact = plan, data, work, artifact
        self._preload = preload(plan.preload, work)

    def __call__(self, turn: Turn, on_progress: Callable[[Progress], None]) -> Process:
        """Run the lane to its end. `Stopped` if the run was interrupted meanwhile."""
        spec = self._spec(turn)
        spec_path = self._work / f"{turn.name}.spec.json"
        spec_path.write_text(spec.model_dump_json(indent=1))
        log = self._artifact / "logs" / f"{turn.name}.log"
        started, kills, watch = datetime.now(UTC), oom_kills(), Watch()
        try:
            ended = supervise(
                [word.replace(SPEC, str(spec_path)) for word in turn.lane.command],
                self._environment(turn.lane),
                log,
                self._plan.lane_limit_seconds,
                _progress_reader(on_progress),
                self._plan.cores if self._plan.task_manager == "affinity" else None,
            )
        except Interrupted as stop:
            came = interrupted(Path(spec.record_path))
            raise Stopped(self._process(turn, started, watch, None, came), stop.signum) from stop
        came = judge(ended, Path(spec.record_path), log, oom_kills() > kills)
        return self._process(turn, started, watch, ended.exit_code, came)

    def _spec(self, turn: Turn) -> LaneSpec:
        lane = turn.lane
        return LaneSpec(
            lane=lane.id,
            engine=lane.engine,
            precision=lane.precision,
            memory_format=lane.memory_format,
            workload=self._plan.workload,
            data=self._data,
            effort=self._plan.effort,
            cores=self._plan.cores,
            environment={k: v for k, v in lane.environment.items() if k != PRELOAD},
            record_path=str(self._work / f"{turn.name}.record.json"),
            evidence_path=str(self._artifact.resolve() / "evidence" / f"{turn.name}.txt"),
            guarded=True,
        )

    def _environment(self, lane: PlannedLane) -> dict[str, str]:
        own = dict(lane.environment)
        if self._preload:
            own[PRELOAD] = self._preload
        return compose(os.environ, own)

    def _process(
        self, turn: Turn, started: datetime, watch: Watch, exit_code: int | None, came: Outcome
    ) -> Process:
        evidence = f"evidence/{turn.name}.txt"
        return Process(
            round=turn.round,
            position=turn.position,
            lane=turn.lane.id,
            outcome=came.outcome,
            reason=came.reason,
            started_at=started.isoformat(timespec="milliseconds"),
            wall_seconds=(datetime.now(UTC) - started).total_seconds(),
            launcher_exit_code=exit_code,
            noise=watch.noise(),
            record=came.record,
            log=f"logs/{turn.name}.log",
            evidence=evidence if (self._artifact / evidence).exists() else None,
        )


def _progress_reader(on_progress: Callable[[Progress], None]) -> Callable[[str], None]:
    """A reader of output lines that passes progress on and leaves everything else to the log."""

    def read(line: str) -> None:
        if not line.startswith(PROGRESS_PREFIX):
            return
        try:
            on_progress(Progress.model_validate_json(line.removeprefix(PROGRESS_PREFIX)))
        except ValidationError:
            return  # a mangled line tells nothing; the record does

    return read
