import os
import resource
import signal
import time
from pathlib import Path

import pytest

from bench.host import child
from bench.host.child import FAILED, in_child


def test_the_code_of_the_action_comes_back():
    assert in_child(lambda: 7) == 7


@pytest.mark.parametrize("number", [signal.SIGILL, signal.SIGSEGV, signal.SIGABRT])
def test_a_death_comes_back_as_its_signal(number, capfd):
    assert in_child(lambda: os.kill(os.getpid(), number) or 0) == -number
    assert capfd.readouterr() == ("", "")


def test_an_exception_is_a_failure_and_prints_nothing(capfd):
    assert in_child(lambda: 1 // 0) == FAILED
    assert capfd.readouterr() == ("", "")


def test_a_child_that_hangs_is_ended(monkeypatch):
    monkeypatch.setattr(child, "LIMIT_SECONDS", 0.1)
    begun = time.monotonic()
    assert in_child(lambda: time.sleep(30) or 0) == -signal.SIGALRM
    assert time.monotonic() - begun < 5


def test_a_blocked_signal_ends_the_child_all_the_same(monkeypatch):
    monkeypatch.setattr(child, "LIMIT_SECONDS", 0.1)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    try:
        assert in_child(lambda: time.sleep(30) or 0) == -signal.SIGALRM
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM])


@pytest.mark.skipif(
    not Path("/proc/sys/kernel/core_pattern").read_text().startswith("core"),
    reason="cores do not go into the working folder here",
)
def test_a_dead_child_leaves_no_core(tmp_path, monkeypatch):
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    monkeypatch.chdir(tmp_path)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    try:
        assert in_child(lambda: os.abort() or 0) == -signal.SIGABRT
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))
    assert list(tmp_path.iterdir()) == []
