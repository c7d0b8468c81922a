"""`python -m bench.worker SPEC`: train one lane once and write its record.

Works alone, given only the spec file. Exit 0 if the lane completed, 1 if not, 2 for a bad spec.
"""

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    del sys.path[0]  # the current folder: a `random.py` there is not Python's

import os
import signal
import time
import traceback
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError

from bench.model.record import Failure, RankRecord
from bench.model.spec import LaneSpec
from bench.worker import protocols
from bench.worker.ending import Ending, passing_folder
from bench.worker.stack import refuse_another, refuse_another_torch
from bench.worker.transport import Alone, Pipe


def main(arguments: list[str]) -> NoReturn:
    """Run the spec named on the command line, and end the process."""
    try:
        spec = LaneSpec.model_validate_json(Path(arguments[0]).read_text())
    except IndexError:
        _refuse("usage: python -m bench.worker SPEC")
    except (OSError, ValidationError) as error:
        _refuse(f"{arguments[0]} is not a lane's spec: {error}")
    if not spec.guarded:
        _set_environment_by_hand(spec)
    run(spec)


def run(spec: LaneSpec) -> NoReturn:
    """Train the lane; whatever happens, its record is written and says what did."""
    record = RankRecord(lane=spec.lane, rank=spec.rank, outcome="failed")
    ending = Ending(record, Path(spec.record_path))
    signal.signal(signal.SIGTERM, ending.at_signal)
    signal.signal(signal.SIGINT, ending.at_signal)
    transport = Pipe(on_close=ending.interrupt) if spec.guarded else Alone()
    try:
        _refuse_other_environment(spec)
        refuse_another(spec.releases)
        spec.cache_path = spec.cache_path or str(passing_folder())
        # Importing torch makes a folder for what is compiled, also where nothing is.
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = spec.cache_path
        started = time.perf_counter()
        transport.tell("import")
        protocol = protocols.load(spec.protocol)
        record.import_seconds = time.perf_counter() - started
        refuse_another_torch(spec.releases)
        protocol.measure(spec, record, transport)
    except BaseException as error:
        traceback.print_exc()
        record.failure = Failure(kind=type(error).__name__, message=_cause(error)[:2000])
        ending.conclude("failed")
    ending.conclude("completed")


def _cause(error: BaseException) -> str:
    """What the error says; of a loader process's, which quotes a traceback, its first and last."""
    said = str(error)
    if "\nOriginal Traceback" not in said:
        return said
    lines = said.strip().splitlines()
    return f"{lines[-1]} ({lines[0].rstrip('.')})"


def _set_environment_by_hand(spec: LaneSpec) -> None:
    """Start over with the lane's variables, if they are not set: libraries read them at load."""
    if spec.setup.differing(os.environ):
        os.environ.setdefault("OMP_NUM_THREADS", str(len(spec.setup.placement.cores)))
        arguments = [sys.executable, "-m", "bench.worker", *sys.argv[1:]]
        os.execve(sys.executable, arguments, {**os.environ, **spec.setup.environment})


def _refuse_other_environment(spec: LaneSpec) -> None:
    if differs := spec.setup.differing(os.environ):
        raise RuntimeError(f"not set as the lane's spec wants: {', '.join(differs)}")


def _refuse(why: str) -> NoReturn:
    """Say on standard error, which the lane's log takes, why there is nothing to train."""
    print(why, file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    main(sys.argv[1:])
