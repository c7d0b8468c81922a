"""A worker's end: its record is written once, by whichever thread comes to it first."""

import os
import shutil
import signal
import sys
import tempfile
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

from bench.model.record import Outcome, RankRecord

_passing: list[Path] = []


def passing_folder() -> Path:
    """A new folder for temporary files, which is removed when this process ends."""
    _passing.append(Path(tempfile.mkdtemp(prefix="bench-")))
    return _passing[-1]


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
            _kill_descendants()
            _clean_up()
        except BaseException:
            traceback.print_exc()
            outcome = "failed"
        # Again: another thread may have started the next one, but between a kill and the exit none
        # can, since neither gives up Python's lock.
        _kill_descendants()
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
    """Remove what an exit with handlers would: Intel's OpenMP's, torch 2.8's, the kit's own."""
    with suppress(OSError):
        Path(f"/dev/shm/__KMP_REGISTERED_LIB_{os.getpid()}_{os.getuid()}").unlink()
    torchs = sys.modules.get("torch.distributed.nn.jit.instantiator")
    generated = getattr(torchs, "INSTANTIATED_TEMPLATE_DIR_PATH", None)
    for folder in [*_passing, *([generated] if generated else [])]:
        shutil.rmtree(folder, ignore_errors=True)


def _kill_descendants() -> None:
    """End what this process has started and what that has: compilers, which would outlive it."""
    for pid in _descendants(os.getpid()):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            children.setdefault(int(parent), []).append(int(folder.name))
    found = list(children.get(pid, []))
    for each in found:
        found += children.get(each, [])
    return found
