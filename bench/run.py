"""One run: rounds of lanes, each in a fresh process, saved after each of them."""

import shutil
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from signal import Signals
from typing import NoReturn

from bench.analysis.summary import summarize
from bench.errors import BenchError, Exit
from bench.host.model import Host
from bench.kit import kit
from bench.launch.data import prepare_data
from bench.launch.process import Launch, Stopped, Turn
from bench.launch.supervise import Interrupted, interruptible
from bench.plan import rounds
from bench.report.progress import Display
from bench.report.render import render_charts, render_texts
from bench.results.folder import RESULT, create, point_latest, write_text
from bench.results.schema import Plan, PlannedLane, Process, Result, RunStatus


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
            summary=summarize(plan.lanes, [], None),
        )
        run = cls(create(results, host.name or host.id, plan.profile, now), result, display)
        run.save()
        point_latest(run.folder)
        return run

    def measure(self, data_dir: Path) -> None:
        """Run every round. However it ends, `result.json` and the reports say what was measured."""
        work = _temporary_folder()
        try:
            with interruptible():
                self._measure(data_dir, work)
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def _measure(self, data_dir: Path, work: Path) -> None:
        plan = self.result.plan
        try:
            for note in plan.notes:
                self.display.note(note)
            data = prepare_data(plan, data_dir, work, self.folder)
            self.result.data = data
            self.display.note(f"trains on {data.spec.kind} images: {data.reason}")
            launch = Launch(plan, data.spec, work, self.folder)
            self._end(*self._rounds(launch))
        except Stopped as stop:
            self._add(stop.process)
            self._stopped(stop.signum)
        except Interrupted as stop:
            self._stopped(stop.signum)
        except BenchError as error:
            self._end("failed", error.cause)
            raise
        except OSError as error:
            self._rescue(error)

    def _rounds(self, launch: Launch) -> tuple[RunStatus, str]:
        """Begin rounds while they fit. Return how the run ended, and why then."""
        plan = self.result.plan
        began = time.monotonic()
        orders = rounds.orders([lane.id for lane in self._running()], plan.seed)
        for number, order in zip(count(1), orders, strict=False):
            longest = max(self.round_seconds, default=0.0)
            elapsed = time.monotonic() - began
            if not self._running():
                return "failed", "every lane failed"
            if not rounds.another(
                number - 1, plan.rounds_max, elapsed, longest, plan.time_budget_seconds
            ):
                return "completed", self._why_enough(number - 1)
            self._round(launch, number, order)
            self.round_seconds.append(time.monotonic() - began - elapsed)
        raise AssertionError("orders never end")

    def _round(self, launch: Launch, number: int, order: list[str]) -> None:
        running = {lane.id: lane for lane in self._running()}
        order = [lane for lane in order if lane in running]
        self.display.round_started(number, order)
        for position, name in enumerate(order):
            lane = running[name]
            self.display.lane_started(name, self.result.plan.lane_limit_seconds)
            process = launch(
                Turn(number, position, lane),
                lambda progress, name=name: self.display.progress(name, progress),  # type: ignore[misc]
            )
            self._add(process)
            self.display.lane_ended(process)

    def _running(self) -> list[PlannedLane]:
        """Lanes that are neither skipped nor failed: one that failed is not started again."""
        return [x for x in self.result.plan.lanes if x.status in ("planned", "measured")]

    def _add(self, process: Process) -> None:
        """Keep what a process came to, and save."""
        self.result.processes.append(process)
        lane = next(x for x in self.result.plan.lanes if x.id == process.lane)
        if process.outcome == "completed":
            lane.status = "measured"
        elif process.outcome == "failed":
            lane.status, lane.reason = "failed", process.reason
        self.save()

    def _why_enough(self, done: int) -> str:
        plan = self.result.plan
        if done >= plan.rounds_max:
            return f"all {done} rounds done" if done > 1 else "the one round done"
        short = f", fewer than the {plan.rounds_min} that the profile wants"
        return (
            f"the time budget of {plan.time_budget_seconds:.0f} s had room for {done} rounds"
            f"{short if done < plan.rounds_min else ''}"
        )

    def _stopped(self, signum: int) -> None:
        self._end("interrupted", f"interrupted by {Signals(signum).name}")
        self.exit_code = 128 + signum

    def _end(self, status: RunStatus, why: str) -> None:
        self.result.status, self.result.stop_reason = status, why
        self.result.finished_at = datetime.now(UTC).isoformat(timespec="seconds")
        if any(lane.status == "failed" for lane in self.result.plan.lanes):
            self.exit_code = Exit.LANE_FAILED
        self.save()
        render_charts(self.result, self.folder)

    def save(self) -> None:
        """Write `result.json` and the texts, each whole. OSError if the folder can't be written."""
        result = self.result
        images = result.data.spec.images if result.data else None
        result.summary = summarize(result.plan.lanes, result.processes, images)
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


def _temporary_folder() -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix="bench-"))
    except OSError as error:
        raise BenchError(
            f"there is no folder for temporary files: {error.strerror}",
            "set TMPDIR to one; in a container add --tmpfs /tmp",
        ) from error
