"""A worker's end: its record is written once, by whichever thread comes to it first."""

import os
import sys
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

from bench.model.record import Outcome, RankRecord


class Ending:
    """Ends this process, and writes the record before: at the lane's end or at a stop in mid-step.

    A step may take half a minute in which no Python runs on its thread, longer than whoever stops
    the worker will wait. So no stop waits for the step: its own thread saves the whole steps so
    far.
    """

    def __init__(self, record: RankRecord, path: Path) -> None:
        self._record, self._path = record, path
        self._pid = os.getpid()
        self._begun = threading.Lock()

    def conclude(self, outcome: Outcome) -> NoReturn:
        """End the process with what its lane came to: exit code 0 if it completed, else 1."""
        self._begun.acquire()  # never given back: an interrupt that came first ends the process
        sys.stdout.flush()
        self._leave(outcome)

    def interrupt(self) -> None:
        """End the process with the whole steps so far, from any thread; not a second time."""
        # Two signals may come together: the second handler runs inside the first, on its thread.
        if self._begun.acquire(blocking=False):
            self._leave("interrupted")

    def at_signal(self, _signal: int, _frame: FrameType | None) -> None:
        """`interrupt`, as the handler of a signal; a forked process just ends."""
        if os.getpid() != self._pid:
            os._exit(1)
        self.interrupt()

    def _leave(self, outcome: Outcome) -> NoReturn:
        try:
            self._save(outcome)
            _clean_up()
        except BaseException:
            traceback.print_exc()
            outcome = "failed"
        # torch's and the loaders' exit handlers take seconds and can hang.
        os._exit(0 if outcome == "completed" else 1)

    def _save(self, outcome: Outcome) -> None:
        # Written in one go, which the thread that trains can't come between; cut in a copy.
        record = RankRecord.model_validate_json(self._record.model_dump_json())
        record.outcome = outcome
        for steps in (record.warmup.steps, record.end_to_end.timed, record.compute.timed):
            steps.cut()
        beside = self._path.with_name(self._path.name + ".part")
        beside.write_text(record.model_dump_json())
        beside.replace(self._path)  # so it is whole or not there


def _clean_up() -> None:
    """Remove what Intel's OpenMP would remove at an exit with handlers."""
    with suppress(OSError):
        Path(f"/dev/shm/__KMP_REGISTERED_LIB_{os.getpid()}_{os.getuid()}").unlink()
