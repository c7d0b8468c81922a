"""One run from its begin to its end, saved after each process."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from signal import Signals

from bench.analysis.states import went_wrong
from bench.analysis.summary import summarize
from bench.errors import BenchError, Exit, words_of
from bench.host.kit import kit
from bench.model.host import Host
from bench.model.plan import Plan
from bench.model.process import Process
from bench.model.result import Result, RunStatus
from bench.report.progress import Display
from bench.results.folder import create, point_latest, sweep
from bench.results.lock import Lock, command_to_resume
from bench.results.privacy import of_run
from bench.run.data import DATA_LOG, prepare_data
from bench.run.evidence import hold_evidence
from bench.run.launch import Launch
from bench.run.leftovers import leftovers, work_folder
from bench.run.others import others_measuring
from bench.run.rounds import Rounds
from bench.run.saving import save, save_ended
from bench.run.supervise import Interrupted, interruptible, shielded
from bench.run.turns import Stopped


@dataclass
class Run:
    """A run under way, alone in its folder. `result` is always what `result.json` says.

    It is made with a result that knows this host's paths; what is private is no more in `result`
    then. `lock` is the folder's, if it is held already. BenchError if another process works there.
    """

    folder: Path
    result: Result
    display: Display
    lock: Lock | None = None
    exit_code: int = Exit.DONE

    def __post_init__(self) -> None:
        self.lock = self.lock or Lock(self.folder)
        self._host, self._plan = self.result.host, self.result.plan
        self._keep_private(None, None)

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
        save(run.result, run.folder)
        if (why := point_latest(run.folder)) is not None:
            display.note(why)
        return run

    def measure(self, data_dir: Path) -> None:
        """Run rounds. However it ends, `result.json` and the reports say what was measured.

        BenchError if there is no data to train on or the folder can't be written any more.
        """
        assert self.lock is not None
        with self.lock, work_folder(self.folder) as work, interruptible():
            error: BaseException | None = None
            ended: list[Process] = []
            self._keep_private(data_dir, work)
            try:
                sweep(self.folder)
                self._note()
                save(self.result, self.folder)  # it runs again, if it had ended
                for log in self.folder.glob("logs/*.log"):  # of a session that was killed
                    self._privacy.rewrite(log)
                for process in leftovers(work, self.folder, self.result):
                    self._add(process)
                launch = self._launch(data_dir, work)
                status, why = Rounds(self.result, self._plan, launch, self.display, self._add).run()
            except Stopped as stop:
                ended, error = stop.processes, stop.cause
            except (Interrupted, BenchError, OSError) as failure:
                error = failure
            # It ends in any case: an interrupt that comes now would only leave it half saved.
            with suppress(Interrupted), shielded():
                for process in ended:
                    self._keep(process)
                if error is not None:
                    status, why = _ended_by(error)
                if isinstance(error, Interrupted):
                    self.display.note(f"{why}: saving what was measured")
                self._end(status, why)
        if isinstance(error, Interrupted):
            self.exit_code = 128 + error.signum
        elif isinstance(error, OSError):
            raise BenchError(
                f"{why}",
                f"what was measured is saved; go on with: {command_to_resume(self.folder)}",
            ) from error
        elif error is not None:
            raise error

    def _keep_private(self, data_dir: Path | None, work: Path | None) -> None:
        """Put marks for private places into what was known before the first process."""
        self._privacy = of_run(self.folder, self._host, self._plan, data_dir, work)
        result, private = self.result, self._privacy
        for name in ("kit", "host", "plan"):
            setattr(result, name, private.of(getattr(result, name)))
        result.command = [private.word(word) for word in result.command]

    def _note(self) -> None:
        """Tell what is to be known before anything is measured."""
        assert self.lock is not None
        notes = [*self._plan.notes, *others_measuring()]
        for note in [*notes, self.lock.note] if self.lock.note else notes:
            self.display.note(note)

    def _launch(self, data_dir: Path, work: Path) -> Launch:
        try:
            data = prepare_data(self._host, self._plan, data_dir, work, self.folder)
        finally:
            self._privacy.rewrite(self.folder / DATA_LOG)
        self.result.data = self._privacy.of(data)
        self.display.note(f"trains on {data.spec.kind} data: {data.reason}")
        return Launch(self._host, self._plan, data.spec, work, self.folder)

    def _add(self, process: Process) -> None:
        """Keep what a process came to, and save."""
        self._keep(process)
        self._summarize()
        save(self.result, self.folder)
        self.display.lane_ended(process)

    def _keep(self, process: Process) -> None:
        process = self._privacy.of(process)
        with suppress(OSError):  # what it came to is more than its words
            self._privacy.rewrite(self.folder / process.log)
        hold_evidence(process, self.result.plan.lane(process.lane), self.folder)
        self.result.processes.append(process)

    def _summarize(self) -> None:
        result = self.result
        samples = result.data.spec.samples if result.data else None
        result.summary = summarize(result.plan, result.processes, samples)

    def _end(self, status: RunStatus, why: str) -> None:
        """Save all, in the folder or, where it can't be written any more, somewhere else."""
        result = self.result
        result.status, result.stop_reason = status, self._privacy.text(why)
        result.finished_at = datetime.now(UTC).isoformat(timespec="seconds")
        if went_wrong(result.plan, result.processes):
            self.exit_code = Exit.LANE_FAILED
        self._summarize()
        save_ended(result, self.folder)


def _ended_by(error: BaseException) -> tuple[RunStatus, str]:
    if isinstance(error, Interrupted):
        return "interrupted", f"interrupted by {Signals(error.signum).name}"
    if isinstance(error, BenchError):
        return "failed", error.cause
    if isinstance(error, OSError):
        return "interrupted", f"the run could not go on: {words_of(error)}"
    raise error
