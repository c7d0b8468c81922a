"""One run: rounds of lanes in fresh processes, saved after each process."""

import random
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from signal import Signals
from typing import NoReturn

from bench.analysis.contradictions import contradictions
from bench.analysis.evidence import kernels
from bench.analysis.ratios import widest
from bench.analysis.summary import summarize
from bench.errors import BenchError, Exit
from bench.host.kit import kit
from bench.model.host import Host
from bench.model.plan import Plan, PlannedLane
from bench.model.process import Process
from bench.model.result import Result, RunStatus
from bench.plan import rounds
from bench.report.progress import Display
from bench.report.render import render_charts, render_texts
from bench.results import checksums
from bench.results.folder import RESULT, create, point_latest, read_evidence, write_text
from bench.run.data import prepare_data
from bench.run.leftovers import leftovers, work_folder
from bench.run.process import Launch, Place, Running
from bench.run.supervise import Interrupted, interruptible
from bench.run.turns import Stopped, take_turns


@dataclass
class Run:
    """A run under way. `result` is always what `result.json` says, or is about to say."""

    folder: Path
    result: Result
    display: Display
    exit_code: int = Exit.DONE
    round_seconds: list[float] = field(default_factory=list)

    @classmethod
    def begin(
        cls, host: Host, plan: Plan, results: Path, command: list[str], display: Display
    ) -> "Run":
        """Make the run's folder. BenchError if it can't be written."""
        now = datetime.now(UTC)
        result = Result(
            kit=kit(),
            status="running",
            stop_reason="not ended yet",
            command=command,
            started_at=now.isoformat(timespec="seconds"),
            finished_at=None,
            host=host,
            plan=plan,
            data=None,
            processes=[],
            summary=summarize(plan, [], None),
        )
        run = cls(create(results, host.name or host.id, plan.profile, now), result, display)
        run.save()
        point_latest(run.folder)
        return run

    def measure(self, data_dir: Path) -> None:
        """Run rounds. However it ends, `result.json` and the reports say what was measured.

        BenchError if there is no data to train on or the folder can't be written any more.
        """
        with work_folder(self.folder) as work, interruptible():
            error: BaseException | None = None
            try:
                for process in leftovers(work, self.folder, self.result):
                    self._add(process)
                status, why = self._rounds(self._launch(data_dir, work))
            except Stopped as stop:
                for process in stop.processes:
                    self._keep(process)
                error = stop.cause
            except (Interrupted, BenchError, OSError) as failure:
                error = failure
            if error is not None:
                status, why = _ended_by(error)
            self._end(status, why)
        if isinstance(error, Interrupted):
            self.exit_code = 128 + error.signum
        elif isinstance(error, OSError):
            raise BenchError(
                f"{why}",
                f"what was measured is saved; go on with: bench run --resume {self.folder}",
            ) from error
        elif error is not None:
            raise error

    def _launch(self, data_dir: Path, work: Path) -> Launch:
        plan = self.result.plan
        for note in plan.notes:
            self.display.note(note)
        data = prepare_data(plan, data_dir, work, self.folder)
        self.result.data = data
        self.display.note(f"trains on {data.spec.kind} images: {data.reason}")
        return Launch(plan, data.spec, work, self.folder)

    def _rounds(self, launch: Launch) -> tuple[RunStatus, str]:
        """Begin rounds while they are wanted and fit. Return how the run ended, and why then."""
        plan, began = self.result.plan, time.monotonic()
        last = max((p.round for p in self.result.processes), default=0)
        while True:
            if not self._running():
                return "failed", "no lane is left to run"
            if why := self._enough(time.monotonic() - began):
                return "completed", why
            last += 1
            round_began = time.monotonic()
            self._round(
                launch, last, rounds.order([x.id for x in self._running()], plan.seed, last)
            )
            self.round_seconds.append(time.monotonic() - round_began)

    def _round(self, launch: Launch, number: int, order: list[str]) -> None:
        """Measure each lane once: all alive together, or one after the other."""
        lanes = {lane.id: lane for lane in self._running()}
        places = [Place(number, i, lanes[name]) for i, name in enumerate(order)]
        self.display.round_started(number, order)
        groups = [places] if self.result.plan.together else [[place] for place in places]
        for group in groups:
            shuffle = random.Random(f"{self.result.plan.seed} {number} turns")
            take_turns(group, lambda place: self._start(launch, place), shuffle, self._add)

    def _start(self, launch: Launch, place: Place) -> Running:
        measured = (p for p in self.result.processes if p.lane == place.lane.id)
        known = any(p.record is not None and p.record.limits is not None for p in measured)
        self.display.lane_started(place.lane.id, self.result.plan.lane_limit_seconds)
        return launch.start(place, measure_limits=not known, on_progress=self.display.progress)

    def _running(self) -> list[PlannedLane]:
        """Lanes neither skipped, failed nor invalid: one that failed is not started again."""
        return [x for x in self.result.plan.lanes if x.status in ("planned", "measured")]

    def _add(self, process: Process) -> None:
        """Keep what a process came to, and save."""
        self._keep(process)
        self.save()
        self.display.lane_ended(process)

    def _keep(self, process: Process) -> None:
        """Hold a process's evidence against its lane, which it may fail or make invalid."""
        self.result.processes.append(process)
        lane = next(x for x in self.result.plan.lanes if x.id == process.lane)
        with suppress(OSError, BenchError):  # it left none, or the folder is gone
            process.kernels = kernels(read_evidence(self.folder, process))
        if process.outcome == "failed":
            lane.status, lane.reason = "failed", process.reason
        elif process.outcome == "completed":
            seen = process.record.observed if process.record else None
            told = seen.onednn_isa if seen else None
            process.contradictions = contradictions(lane, process.kernels, told)
            lane.status = "invalid" if process.contradictions else "measured"
            lane.reason = "; ".join(process.contradictions) or None

    def _enough(self, elapsed: float) -> str | None:
        """Why no further round is begun; None if another is wanted and fits."""
        plan, done = self.result.plan, self.result.summary.rounds_completed
        if done >= plan.rounds_max:
            return f"all {done} rounds done" if done > 1 else "the one round done"
        half_width = widest([r for lane in self.result.summary.lanes for r in lane.compute_ratios])
        precise = half_width is not None and half_width <= plan.target_precision
        if precise and done >= plan.rounds_min:
            target = f"±{100 * plan.target_precision:.1f} %"
            return f"every interval is within {target}, after {done} rounds"
        longest, budget = max(self.round_seconds, default=0.0), plan.time_budget_seconds
        if self.round_seconds and budget is not None and elapsed + longest > budget:
            room = "1 round" if done == 1 else f"{done} rounds"
            why = [f"the time budget of {budget:.0f} s had room for {room}"]
            if done < plan.rounds_min:
                why.append(f"{plan.rounds_min} were wanted: --time-budget gives more time")
                why.append("profile quick has shorter rounds")
            if half_width is not None:
                why.append(f"the widest interval is ±{100 * half_width:.1f} %")
            return "; ".join(why)
        return None

    def _end(self, status: RunStatus, why: str) -> None:
        """Save all, in the folder or, where it can't be written any more, somewhere else."""
        self.result.status, self.result.stop_reason = status, why
        self.result.finished_at = datetime.now(UTC).isoformat(timespec="seconds")
        if any(lane.status in ("failed", "invalid") for lane in self.result.plan.lanes):
            self.exit_code = Exit.LANE_FAILED
        try:
            self.save()
            render_charts(self.result, self.folder)
            checksums.write(self.folder)
        except OSError as error:
            self._rescue(error)

    def save(self) -> None:
        """Write `result.json` and the texts, each whole. OSError if the folder can't be written."""
        result = self.result
        images = result.data.spec.images if result.data else None
        result.summary = summarize(result.plan, result.processes, images)
        write_text(self.folder / RESULT, result.model_dump_json(indent=1) + "\n")
        render_texts(result, self.folder)

    def _rescue(self, error: OSError) -> NoReturn:
        """The folder can't be written any more: keep the result somewhere else, and say where."""
        kept = Path(tempfile.mkdtemp(prefix="bench-rescued-"))
        write_text(kept / RESULT, self.result.model_dump_json(indent=1) + "\n")
        raise BenchError(
            f"the run can't go on in {self.folder}: {error}",
            f"what was measured is in {kept}; `bench report {kept}` renders it",
        ) from error


def _ended_by(error: BaseException) -> tuple[RunStatus, str]:
    if isinstance(error, Interrupted):
        return "interrupted", f"interrupted by {Signals(error.signum).name}"
    if isinstance(error, BenchError):
        return "failed", error.cause
    if isinstance(error, OSError):
        return "interrupted", f"the run could not go on: {error}"
    raise error
