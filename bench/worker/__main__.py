"""`python -m bench.worker SPEC`: train one lane once and write its record.

Works alone, given only the spec file. Exit 0 if the lane completed, 1 if not, 2 for a bad spec.
"""

import os
import signal
import sys
import threading
import time
import traceback
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

from pydantic import ValidationError

from bench.worker.channel import Controller, Teller, complain, write_record
from bench.worker.contract import Failure, LaneRecord, LaneSpec


class Terminated(BaseException):
    """SIGTERM or SIGINT arrived: leave the step and save what was measured."""


def main(arguments: list[str]) -> int:
    """Run the spec named on the command line."""
    try:
        spec = LaneSpec.model_validate_json(Path(arguments[0]).read_text())
    except IndexError:
        complain("usage: python -m bench.worker SPEC")
        return 2
    except (OSError, ValidationError) as error:
        complain(f"{arguments[0]} is not a lane's spec: {error}")
        return 2
    if not spec.guarded:
        _set_environment_by_hand(spec)
    return run(spec)


def run(spec: LaneSpec) -> int:
    """Train the lane; whatever happens, its record is written and says what did."""
    record = LaneRecord(lane=spec.lane, outcome="failed")
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> NoReturn:
        stopped.set()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise Terminated

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    controller = Controller() if spec.guarded else None
    try:
        _refuse_other_environment(spec)
        started = time.perf_counter()
        Teller().tell("import")
        from bench.worker import lane  # imports torch: only now that the environment is known good

        record.import_seconds = time.perf_counter() - started
        lane.measure(spec, record, controller)
        record.outcome = "completed"
    except BaseException as error:
        # A signal may surface as another error, e.g. torch's for a loader process that it ended.
        record.outcome = "interrupted" if stopped.is_set() else "failed"
        if not stopped.is_set():
            traceback.print_exc()
            record.failure = Failure(kind=type(error).__name__, message=str(error)[:2000])
    for steps in (record.warmup.steps, record.end_to_end.timed, record.compute.timed):
        steps.cut()
    write_record(record, Path(spec.record_path))
    return 0 if record.outcome == "completed" else 1


def _set_environment_by_hand(spec: LaneSpec) -> None:
    """Start over with the lane's variables, if they are not set: libraries read them at load."""
    if spec.differing(os.environ):
        os.environ.setdefault("OMP_NUM_THREADS", str(len(spec.cores)))
        arguments = [sys.executable, "-m", "bench.worker", *sys.argv[1:]]
        os.execve(sys.executable, arguments, {**os.environ, **spec.environment})


def _refuse_other_environment(spec: LaneSpec) -> None:
    if differs := spec.differing(os.environ):
        raise RuntimeError(f"not set as the lane's spec wants: {', '.join(differs)}")


def _clean_up() -> None:
    """What Intel's OpenMP would remove at an exit with handlers, had it one."""
    with suppress(OSError):
        Path(f"/dev/shm/__KMP_REGISTERED_LIB_{os.getpid()}_{os.getuid()}").unlink()


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    _clean_up()
    os._exit(code)  # torch's and the loaders' exit handlers take seconds and can hang
