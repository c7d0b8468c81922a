"""Real processes that are stopped, in Python or in a call that no signal's handler interrupts."""

import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from bench.model.record import RankRecord

SCRIPT = """
import ctypes, os, signal, sys, time
from pathlib import Path
from bench.worker.transport import Pipe
from bench.model.record import RankRecord
from bench.worker.ending import Ending

record = RankRecord(lane="fp32", outcome="failed")
ending = Ending(record, Path(sys.argv[1]))
signal.signal(signal.SIGTERM, ending.at_signal)
transport = Pipe(on_close=ending.interrupt)
times = record.compute.timed

def steps(count):
    for _ in range(count):
        for phase in (times.data, times.forward, times.backward, times.optimizer):
            phase.append(1)

"""


@contextmanager
def worker(folder: Path, code: str):
    """A process that runs `code` after the script above, once it has said that it is ready."""
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT + code, str(folder / "record.json")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout.readline() == b"ready\n"
        yield process
        process.kill()


def record(folder: Path) -> RankRecord:
    return RankRecord.model_validate_json((folder / "record.json").read_text())


@pytest.mark.parametrize("attempt", range(5))
def test_two_signals_together_end_it_once(attempt, tmp_path):
    """As a stopped run sends them; the second one may come while the first is being handled."""
    with worker(tmp_path, "print('ready', flush=True)\nwhile True: steps(1)") as process:
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 1
    left = record(tmp_path)
    assert left.outcome == "interrupted"
    assert len(left.compute.timed.optimizer) == len(left.compute.timed.data)


def test_a_stop_does_not_wait_for_the_step(tmp_path):
    """Its thread is in a call that never comes back, as an operator of a large batch seems to."""
    code = """
steps(3)
times.data.append(1)
print('ready', flush=True)
ctypes.CDLL(None).pause()
"""
    with worker(tmp_path, code) as process:
        process.stdin.close()
        assert process.wait(20) == 1
    left = record(tmp_path)
    assert left.outcome == "interrupted"
    assert left.compute.timed.data == [1, 1, 1], "the step that was begun is not one"


def test_a_stop_that_comes_too_late_changes_nothing(tmp_path):
    code = """
print('ready', flush=True)
ending._save = lambda outcome, save=ending._save: (ending.interrupt(), save(outcome))
ending.conclude('completed')
"""
    with worker(tmp_path, code) as process:
        assert process.wait(20) == 0
    assert record(tmp_path).outcome == "completed"


def test_a_record_that_can_not_be_written_is_a_failure_all_the_same(tmp_path):
    with worker(tmp_path / "gone", "print('ready', flush=True)\nsignal.pause()") as process:
        process.stdin.close()
        assert process.wait(20) == 1
        assert b"FileNotFoundError" in process.stderr.read()


def test_nothing_that_it_started_outlives_it_nor_its_folder(tmp_path):
    """Not what a compiler's driver has started either."""
    code = """
import subprocess
from bench.worker.ending import passing_folder
os.environ["TMPDIR"] = str(Path(sys.argv[1]).parent)
(passing_folder() / "x").mkdir()
shell = "sleep 600 & echo $! > here; mv here pid; wait"
subprocess.Popen(["sh", "-c", shell], cwd=Path(sys.argv[1]).parent)
while not Path(sys.argv[1]).with_name("pid").exists():
    time.sleep(0.01)
print('ready', flush=True)
signal.pause()
"""
    with worker(tmp_path, code) as process:
        sleeper = psutil.Process(int((tmp_path / "pid").read_text()))
        process.stdin.close()
        assert process.wait(20) == 1
        assert psutil.wait_procs([sleeper], timeout=20)[1] == []
    assert record(tmp_path).outcome == "interrupted"
    assert {path.name for path in tmp_path.iterdir()} == {"pid", "record.json"}


def test_a_loader_process_does_not_write_its_parents_record(tmp_path):
    code = """
reader, writer = os.pipe()
child = os.fork()
if child == 0:
    os.write(writer, b'ready')  # a signal right after the fork would be lost: Python forgets it
    while True:
        time.sleep(0.01)
print('ready', flush=True)
os.read(reader, 5)
os.kill(child, signal.SIGTERM)
os.waitpid(child, 0)
assert not Path(sys.argv[1]).exists()
ending.conclude('completed')
"""
    with worker(tmp_path, code) as process:
        assert process.wait(20) == 0
    assert record(tmp_path).outcome == "completed"
    assert [path.name for path in tmp_path.iterdir()] == ["record.json"]
