"""Commands under way: time limit, signals, output to a log, nothing left behind."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psutil

LOG_LIMIT = 8 * 1024**2
"""Bytes of output kept of one process; the rest is counted, not kept."""

LINE_LIMIT = 64 * 1024
GRACE_SECONDS = 10.0
"""What a worker has, after SIGTERM, to write what it measured."""

KILL_SECONDS = 2.0
"""What the kernel has, after SIGKILL, to take a process down."""


INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(SystemExit):
    """SIGINT, SIGTERM or SIGHUP reached the controller: it ends so wherever nobody catches this."""

    def __init__(self, signum: int) -> None:
        super().__init__(128 + signum)
        self.signum = signum


@dataclass(frozen=True)
class Ended:
    """How a command ended. The exit code is the launcher's, and proves nothing."""

    exit_code: int
    followed_seconds: float
    timed_out: bool


@contextmanager
def interruptible() -> Iterator[None]:
    """Turn the first SIGINT, SIGTERM or SIGHUP into `Interrupted`; later ones are ignored.

    SIGHUP is not listened to where it is ignored already, as under nohup.
    """

    def stop(signum: int, _frame: FrameType | None) -> None:
        for each in INTERRUPTS:
            signal.signal(each, signal.SIG_IGN)
        if _shield.up:
            _shield.kept = signum
        else:
            raise Interrupted(signum)

    nohup = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    heard = [each for each in INTERRUPTS if not (nohup and each == signal.SIGHUP)]
    before = {each: signal.signal(each, stop) for each in heard}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


class _Shield:
    """Whether an interrupt has to wait, and the signal that does."""

    up = False
    kept: int | None = None


_shield = _Shield()


@contextmanager
def shielded() -> Iterator[None]:
    """Let an interrupt wait till the end, and raise it there."""
    _shield.up, _shield.kept = True, None
    try:
        yield
    finally:
        _shield.up = False
    if _shield.kept is not None:
        raise Interrupted(_shield.kept)


class Supervised:
    """A command under way in a session of its own, its output copied to a log.

    Its standard input stays open until it is to end, or this process has died: a guarded worker
    notices either. Nobody reads its output between two calls of `follow`. OSError if the
    command or the log can't be opened.
    """

    def __init__(
        self,
        command: list[str],
        environment: dict[str, str],
        log: Path,
        limit_seconds: float,
        affinity: list[int] | None = None,
    ) -> None:
        self._log = log.open("wb")
        try:
            self._process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=None if affinity is None else lambda: os.sched_setaffinity(0, affinity),
            )
        except BaseException:
            self._log.close()
            raise
        self._left = limit_seconds
        self._followed = 0.0
        self._room, self._pending = LOG_LIMIT, b""

    @property
    def session(self) -> int:
        """The id of the command's session, which is its own process id."""
        return self._process.pid

    def follow(self, on_line: Callable[[str], bool]) -> bool:
        """Sleep until a line of output makes `on_line` true; False once the command has ended.

        False as well when the limit is up, of the seconds that this was followed. The command's
        end is its own or that of its output, whichever comes first: an orphan of a killed
        launcher may hold the output open. OSError if the log can't be written.
        """
        began = time.monotonic()
        try:
            return self._follow(began + self._left, on_line)
        finally:
            self._followed += time.monotonic() - began
            self._left -= time.monotonic() - began

    def say(self, line: str) -> None:
        """Write a line to the command's standard input, if it still reads it."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            os.write(self._process.stdin.fileno(), line.encode() + b"\n")

    def terminate(self) -> None:
        """Ask the command's group to end, without waiting for it: no more input, and SIGTERM.

        A worker in mid-step hears the end of its input at once, a signal only after the operator
        that computes: seconds later.
        """
        assert self._process.stdin is not None
        self._process.stdin.close()
        _signal_group(self._process.pid, signal.SIGTERM)

    def end(self) -> Ended:
        """End what is left of the command's group, after a grace in which it saves."""
        timed_out = self._left <= 0
        try:
            if self._runs():
                self.terminate()
                self._wait(GRACE_SECONDS)
                _signal_group(self._process.pid, signal.SIGKILL)
                self._wait(KILL_SECONDS)
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                assert stream is not None
                stream.close()
        finally:
            self._log.close()
        return Ended(self._process.returncode, self._followed, timed_out)

    def _runs(self) -> bool:
        return self._process.poll() is None or _alive(self._process.pid)

    def _wait(self, seconds: float) -> None:
        """Wait, at most so long: there is no event for the end of a group not one's own."""
        end = time.monotonic() + seconds
        while self._runs() and time.monotonic() < end:
            time.sleep(0.05)

    def _follow(self, deadline: float, on_line: Callable[[str], bool]) -> bool:
        output = self._process.stdout
        assert output is not None
        with selectors.DefaultSelector() as ready, _exit_of(self._process) as exited:
            ready.register(output, selectors.EVENT_READ)
            if exited is not None:
                ready.register(exited, selectors.EVENT_READ)
            while True:
                left = deadline - time.monotonic()
                events = ready.select(left) if left > 0 else []
                if all(key.fileobj is not output for key, _ in events):
                    return False
                chunk = os.read(output.fileno(), 65536)
                if not chunk:
                    return False
                # All are heard, also those that came along with the one that makes it true.
                heard = [on_line(line) for line in self._lines(chunk)]
                if any(heard):
                    return True

    def _lines(self, chunk: bytes) -> list[str]:
        """The lines that `chunk` completes, after it is in the log."""
        self._log.write(chunk[: self._room])
        self._log.flush()
        self._room = max(0, self._room - len(chunk))
        *lines, pending = (self._pending + chunk).split(b"\n")
        self._pending = pending[:LINE_LIMIT]
        return [line[:LINE_LIMIT].decode(errors="replace") for line in lines]


def supervise(
    command: list[str], environment: dict[str, str], log: Path, limit_seconds: float
) -> Ended:
    """Run `command` to its end, or till `limit_seconds` are up; nothing of it is left behind."""
    supervised = Supervised(command, environment, log, limit_seconds)
    try:
        supervised.follow(lambda line: False)
    finally:
        ended = supervised.end()
    return ended


@contextmanager
def _exit_of(process: "subprocess.Popen[bytes]") -> Iterator[int | None]:
    """A descriptor that is readable once the process has ended; None before Linux 5.3."""
    try:
        descriptor = os.pidfd_open(process.pid)
    except OSError:
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _alive(group: int) -> bool:
    """True if a process of the group still runs: zombies wait for a parent that may never reap."""
    members = (p for p in psutil.process_iter(["status"]) if _group_of(p.pid) == group)
    return any(p.info["status"] != psutil.STATUS_ZOMBIE for p in members)


def _group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def _signal_group(group: int, signum: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signum)
