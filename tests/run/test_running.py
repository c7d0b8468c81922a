"""A lane's process in its turns: which of them are watched for noise."""

import os
import sys

import pytest

from bench.run.noise import Watch
from bench.run.running import Running
from bench.run.slot import Slot
from bench.run.supervise import Supervised
from bench.run.transport import Pipe
from tests.lanes import make_lane

WORKER = """if True:
    import sys
    print('@bench {"stage":"model"}')
    for told in sys.argv[1:]:
        print('@bench {"stage":"waiting"}', flush=True)
        sys.stdin.readline()
        if told != "nothing":
            print('@bench {"stage":"%s"}' % told, flush=True)
    print('@bench {"stage":"waiting"}', flush=True)
    sys.stdin.readline()"""


@pytest.mark.parametrize(
    ("told", "watched"),
    [
        (["nothing"], 0),
        (["compile"], 0),
        (["nothing", "compile", "warm-up", "compute", "nothing"], 2),
    ],
)
def test_turns_in_which_nothing_is_trained_are_no_turns_of_noise(told, watched, tmp_path):
    (tmp_path / "logs").mkdir()
    slot = Slot(1, 0, make_lane("fp32"))
    command = [sys.executable, "-c", WORKER, *told]
    process = Supervised(command, dict(os.environ), tmp_path / slot.log, 60.0)
    watch = Watch([min(os.sched_getaffinity(0))], process.session)
    record = tmp_path / "record.json"
    running = Running(slot, record, tmp_path, Pipe(process, lambda _: None), watch)
    assert running.waits()
    durations = []
    for _ in told:
        assert running.take_turn()
        durations.append(watch.noise().watched_seconds)
    assert len({0.0, *durations}) == 1 + watched
    noise = running.finish().noise
    assert (noise.steal_seconds.reason == "it had no turn") == (watched == 0)
