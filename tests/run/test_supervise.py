import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from bench.run import supervise as module
from bench.run.supervise import Interrupted, Supervised, interruptible, shielded, supervise


def run(tmp_path, code, limit=30.0, lines=None, **more):
    lines = [] if lines is None else lines
    command = [sys.executable, "-u", "-c", code]
    supervised = Supervised(command, dict(os.environ), tmp_path / "log", limit, **more)
    try:
        supervised.follow(lambda line: lines.append(line) or False)
    finally:
        ended = supervised.end()
    return ended, lines


def gone(pid):
    """True once the process has ended: a zombie that somebody else must reap has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_passes_lines_on_and_keeps_them(tmp_path):
    ended, lines = run(tmp_path, "print('one'); print('two')")
    assert (ended.exit_code, ended.timed_out, lines) == (0, False, ["one", "two"])
    assert (tmp_path / "log").read_text() == "one\ntwo\n"


def test_tells_the_exit_code(tmp_path):
    ended, _ = run(tmp_path, "raise SystemExit(7)")
    assert ended.exit_code == 7


def test_runs_in_a_session_of_its_own(tmp_path):
    _, lines = run(tmp_path, "import os; print(os.getsid(0), os.getpid())")
    session, pid = lines[0].split()
    assert session == pid != str(os.getsid(0))


def test_sets_the_affinity(tmp_path):
    one = min(os.sched_getaffinity(0))
    _, lines = run(tmp_path, "import os; print(os.sched_getaffinity(0))", affinity=[one])
    assert lines == [f"{{{one}}}"]


def test_ends_at_the_limit_with_the_children(tmp_path):
    code = "import os, time; os.fork(); os.write(1, b'%d\\n' % os.getpid()); time.sleep(600)"
    ended, lines = run(tmp_path, code, limit=0.6)
    assert ended.timed_out
    assert len(lines) == 2
    assert all(gone(pid) for pid in lines)


def test_kills_what_is_deaf_to_sigterm(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.2)
    code = """if True:
        import os, signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.fork()
        os.write(1, b'%d\\n' % os.getpid())
        time.sleep(600)"""
    ended, lines = run(tmp_path, code, limit=0.6)
    assert ended.exit_code == -signal.SIGKILL
    assert all(gone(pid) for pid in lines)


def test_does_not_wait_for_an_orphan_that_holds_the_output(tmp_path):
    code = """if True:
        import os, time
        if os.fork() == 0:
            os.write(1, b'%d\\n' % os.getpid())
            time.sleep(600)
        time.sleep(0.1)"""
    ended, lines = run(tmp_path, code, limit=60.0)
    assert not ended.timed_out
    assert ended.followed_seconds < 30
    assert gone(lines[0])


def test_keeps_a_bounded_log_of_boundless_output(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LOG_LIMIT", 1000)
    _, lines = run(tmp_path, "print('x' * 10_000_000); print('last')")
    assert (tmp_path / "log").stat().st_size == 1000
    assert len(lines[0]) == module.LINE_LIMIT
    assert lines[-1] == "last"


def test_an_interrupt_ends_the_group_and_goes_on(tmp_path):
    code = "import os, time; os.fork(); os.write(1, b'%d\\n' % os.getpid()); time.sleep(600)"
    lines = []

    def interrupt_after_output():
        while len(lines) < 2:
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGTERM)

    helper = threading.Thread(target=interrupt_after_output)
    with interruptible():
        helper.start()
        with pytest.raises(Interrupted) as caught:
            run(tmp_path, code, 60.0, lines=lines)
    helper.join()
    assert caught.value.signum == signal.SIGTERM
    assert all(gone(pid) for pid in lines)


def test_standard_input_stays_open_as_long_as_the_controller_lives(tmp_path):
    code = """if True:
        import select, sys
        print(select.select([sys.stdin], [], [], 0.5)[0])"""
    _, lines = run(tmp_path, code)
    assert lines == ["[]"]


def test_the_handlers_are_put_back():
    before = signal.getsignal(signal.SIGTERM)
    with interruptible():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before


TALKER = """if True:
    import sys
    for line in sys.stdin:
        print("heard", line.strip(), flush=True)
        if line.strip() == "last":
            break"""


@pytest.fixture
def talker(tmp_path):
    command = [sys.executable, "-u", "-c", TALKER]
    supervised = Supervised(command, dict(os.environ), tmp_path / "log", 30.0)
    yield supervised
    supervised.end()


def test_a_hangup_is_not_heard_under_nohup():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptible():
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_command_is_followed_from_answer_to_answer(talker):
    talker.say("one")
    assert talker.follow(lambda line: line == "heard one")
    talker.say("last")
    assert not talker.follow(lambda line: line == "heard one"), "it has ended"
    assert talker.end().exit_code == 0


def test_only_the_seconds_that_it_is_followed_count(talker):
    time.sleep(0.5)
    talker.say("one")
    talker.follow(lambda line: True)
    talker.say("last")
    talker.follow(lambda line: False)
    assert talker.end().followed_seconds < 0.45


def test_saying_something_to_a_command_that_has_ended_is_no_error(talker):
    talker.say("last")
    talker.follow(lambda line: False)
    talker.end()


def test_runs_a_command_to_its_end(tmp_path):
    command = [sys.executable, "-c", "print('done')"]
    assert supervise(command, dict(os.environ), tmp_path / "log", 30.0).exit_code == 0
    assert (tmp_path / "log").read_text() == "done\n"


def test_a_signal_waits_while_shielded():
    reached = []

    def terminated_in_a_shield():
        with shielded():
            os.kill(os.getpid(), signal.SIGTERM)
            reached.append("the shield's end")
        reached.append("behind it")

    with interruptible(), pytest.raises(Interrupted):
        terminated_in_a_shield()
    assert reached == ["the shield's end"]
