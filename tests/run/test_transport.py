"""Turns and progress through a pipe: a real process, no worker of the kit."""

import os
import sys

import pytest

from bench.model.spec import Progress
from bench.run.supervise import Supervised
from bench.run.transport import Pipe

WORKER = """if True:
    import sys
    print("not for the controller", flush=True)
    print('@bench {"stage":"import"}')
    print('@bench {"stage":"waiting"}', flush=True)
    for number, line in enumerate(sys.stdin):
        print('@bench {"stage": 7}')
        print('@bench not json')
        print('@bench {"stage":"compute","step":%d,"samples_per_second":8.5}' % number)
        if number == 1:
            break
        print('@bench {"stage":"waiting"}', flush=True)
    print(line.strip(), "was the last")"""


@pytest.fixture
def heard():
    return []


@pytest.fixture
def pipe(tmp_path, heard):
    command = [sys.executable, "-u", "-c", WORKER]
    process = Supervised(command, dict(os.environ), tmp_path / "log", 30.0)
    yield Pipe(process, heard.append)
    process.end()


def test_turn_by_turn_progress_is_passed_on_and_mangled_lines_are_not(pipe, heard, tmp_path):
    assert pipe.wait(), "it waits for its first turn"
    assert heard == [Progress(stage="import")]
    assert pipe.stage == "import"
    pipe.give_turn()
    assert pipe.stage is None, "it has told nothing of this turn yet"
    assert pipe.wait(), "it waits for its second"
    assert pipe.stage == "compute"
    pipe.give_turn()
    assert not pipe.wait(), "it has ended"
    assert [progress.step for progress in heard[1:]] == [0, 1]
    assert heard[1].samples_per_second == 8.5
    assert pipe.end().exit_code == 0
    log = (tmp_path / "log").read_text()
    assert log.startswith("not for the controller\n")
    assert log.endswith("go was the last\n")


def test_what_is_asked_to_end_does_not_get_another_turn(pipe):
    assert pipe.wait()
    pipe.terminate()
    assert not pipe.wait()
    assert not pipe.end().timed_out


def test_a_turn_for_a_process_that_has_ended_is_no_error(pipe):
    for _ in range(3):
        pipe.give_turn()
    while pipe.wait():
        pass
    pipe.give_turn()
    assert not pipe.wait()
