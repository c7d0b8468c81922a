"""What a worker says and hears, with a controller and without one."""

import subprocess
import sys

import pytest

from bench.model.spec import PROGRESS_PREFIX, Progress
from bench.worker import transport
from bench.worker.transport import Alone

PIPE = """
import os, threading
from bench.worker.transport import Pipe

ended = threading.Event()
pipe = Pipe(on_close=ended.set)
CHECK_THREADS
for turn in range(2):
    pipe.wait_for_turn()
    pipe.tell("compute", turn + 1)
CHECK_OPEN
pipe.tell("limits")
assert ended.wait(20)
"""


CHECKS = {
    "CHECK_THREADS": 'assert pipe.threads < {int(task) for task in os.listdir("/proc/self/task")}',
    "CHECK_OPEN": "assert not ended.is_set()",
}
"""What holds as long as the controller is there."""


def said(text: str) -> list[Progress]:
    lines = text.splitlines()
    assert all(line.startswith(PROGRESS_PREFIX) for line in lines)
    return [Progress.model_validate_json(line.removeprefix(PROGRESS_PREFIX)) for line in lines]


def test_alone_it_never_waits_and_says_what_it_does(capsys):
    alone = Alone()
    alone.wait_for_turn()
    alone.tell("compute", 3, 12.5)
    assert said(capsys.readouterr().out) == [
        Progress(stage="compute", step=3, samples_per_second=12.5)
    ]
    assert not alone.threads


def test_a_stage_is_told_at_once_and_then_twice_a_second(capsys, monkeypatch: pytest.MonkeyPatch):
    times = iter([10.0, 10.4, 10.41, 10.92, 10.93])
    monkeypatch.setattr(transport.time, "monotonic", lambda: next(times))
    alone = Alone()
    for stage, step in (("warm-up", 1), ("warm-up", 2), ("compute", 3), ("compute", 4)):
        alone.tell(stage, step)
    assert [each.step for each in said(capsys.readouterr().out)] == [1, 3, 4]


def test_a_line_at_standard_input_is_a_turn_and_its_end_the_controllers():
    code = PIPE
    for name, check in CHECKS.items():
        code = code.replace(name, check)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        heard = []
        for _ in range(2):
            heard.append(worker.stdout.readline())
            worker.stdin.write("go\n")
            worker.stdin.flush()
            heard.append(worker.stdout.readline())
        heard.append(worker.stdout.readline())
        worker.stdin.close()
        assert worker.wait(20) == 0
    stages = [each.stage for each in said("".join(heard))]
    assert stages == ["waiting", "compute", "waiting", "compute", "limits"]


def test_after_a_turn_without_work_it_says_at_once_that_it_waits_again():
    """Half a second has not gone by, and the controller sleeps till it hears."""
    code = "from bench.worker.transport import Pipe\npipe = Pipe(on_close=lambda: None)\n"
    done = subprocess.run(
        [sys.executable, "-c", code + "pipe.wait_for_turn()\n" * 3],
        input="go\ngo\ngo\n",
        capture_output=True,
        text=True,
    )
    assert [each.stage for each in said(done.stdout)] == ["waiting"] * 3


def test_turns_that_were_given_ahead_are_taken_one_by_one():
    code = PIPE
    for name in CHECKS:  # the controller has gone before the turns are taken
        code = code.replace(name, "")
    done = subprocess.run(
        [sys.executable, "-c", code],
        input="go\ngo\n",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert [each.stage for each in said(done.stdout)].count("compute") == 2
