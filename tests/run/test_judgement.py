"""What is said of a process that left no record: the cause, before what only reports it."""

import pytest

from bench.run.judgement import judge
from bench.run.supervise import Ended

TRACEBACK = (
    "Traceback (most recent call last):\n"
    '  File "launcher_base.py", line 12, in launch\n'
    "subprocess.CalledProcessError: Command 'numactl -C 0-1 -m 0 python' returned exit status 1.\n"
)
USAGE = "usage: numactl [--all | -a]\n<length> can have g (GB), m (MB) or k (KB) suffixes\n"


@pytest.mark.parametrize(
    ("log", "words"),
    [
        (f"set_mempolicy: Operation not permitted\n{TRACEBACK}", "set_mempolicy: Operation not p"),
        (f"libnuma: Warning: node argument 7 is out of range\n{USAGE}{TRACEBACK}", "node argument"),
        (f"taskset: failed to set pid 7's affinity: Invalid argument\n{TRACEBACK}", "taskset: fa"),
        (f"numactl: execution of `x': No such file or directory\n{TRACEBACK}", "numactl: execut"),
        (f"sched_setaffinity: Invalid argument\n{TRACEBACK}", "sched_setaffinity: Invalid"),
        (f"all is well\n{TRACEBACK}", "CalledProcessError"),
        ("libnuma: Warning: Cannot read node cpumask from sysfs\nMemoryError\n", "MemoryError"),
        ('@bench {"stage":"import"}\n\n', "none"),
        (None, "none"),
    ],
)
def test_the_last_words_are_those_of_the_cause(log, words, tmp_path):
    if log is not None:
        (tmp_path / "log").write_text(log)
    judged = judge(
        Ended(1, 2.0, timed_out=False),
        tmp_path / "record.json",
        tmp_path / "log",
        killed_for_memory=False,
    )
    assert judged.outcome == "failed"
    assert words in judged.reason.split("its last words: ")[1]
