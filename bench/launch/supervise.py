"""Run one command to its end: time limit, signals, output to a log, nothing left behind."""

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
from typing import IO, NoReturn

import psutil

LOG_LIMIT = 8 * 1024**2
"""Bytes of output kept of one process; the rest is counted, not kept."""

LINE_LIMIT = 64 * 1024
GRACE_SECONDS = 10.0
"""What a worker has, after SIGTERM, to leave its step and write what it measured."""

KILL_SECONDS = 2.0
"""What the kernel has, after SIGKILL, to take a process down."""


class Interrupted(BaseException):
    """SIGINT, SIGTERM or SIGHUP reached the controller."""

    def __init__(self, signum: int) -> None:
        super().__init__(signal.Signals(signum).name)
        self.signum = signum


@dataclass(frozen=True)
class Ended:
    """How a command ended. The exit code is the launcher's, and proves nothing."""

    exit_code: int
    wall_seconds: float
    timed_out: bool


@contextmanager
def interruptible() -> Iterator[None]:
    """Turn the first SIGINT, SIGTERM or SIGHUP into `Interrupted`; later ones wait their turn."""
    caught = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(signum: int, _frame: FrameType | None) -> NoReturn:
        for each in caught:
            signal.signal(each, signal.SIG_IGN)
        raise Interrupted(signum)

    before = {each: signal.signal(each, stop) for each in caught}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def supervise(
    command: list[str],
    environment: dict[str, str],
    log: Path,
    limit_seconds: float,
    on_line: Callable[[str], None],
    affinity: list[int] | None = None,
) -> Ended:
    """Run `command` in a session of its own until it ends or `limit_seconds` are up.

    Sleeps until there is output. Its standard input stays open as long as this process lives, so
    that a guarded worker notices the controller's death. On `Interrupted` the whole group is
    ended, after a grace in which it saves, and the exception goes on. OSError if the command or
    the log can't be opened.
    """
    started = time.monotonic()
    timed_out = False
    with log.open("wb") as kept:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=None if affinity is None else lambda: os.sched_setaffinity(0, affinity),
        )
        try:
            assert process.stdout is not None
            deadline = started + limit_seconds
            timed_out = not _follow(process, process.stdout, kept, deadline, on_line)
        finally:
            _end_group(process)
    return Ended(process.returncode, time.monotonic() - started, timed_out)


def _follow(
    process: "subprocess.Popen[bytes]",
    output: IO[bytes],
    log: IO[bytes],
    deadline: float,
    on_line: Callable[[str], None],
) -> bool:
    """Copy output to the log and lines to `on_line` till the process ends; False at the deadline.

    Its end is its own or that of its output, whichever comes first: an orphan of a killed
    launcher may hold the output open.
    """
    room, pending = LOG_LIMIT, b""
    with selectors.DefaultSelector() as ready, _exit_of(process) as exited:
        ready.register(output, selectors.EVENT_READ)
        if exited is not None:
            ready.register(exited, selectors.EVENT_READ)
        while True:
            left = deadline - time.monotonic()
            events = ready.select(left) if left > 0 else []
            if not events:
                return False
            if all(key.fileobj is not output for key, _ in events):
                return True
            chunk = os.read(output.fileno(), 65536)
            if not chunk:
                return True
            log.write(chunk[:room])
            log.flush()
            room = max(0, room - len(chunk))
            *lines, pending = (pending + chunk).split(b"\n")
            pending = pending[:LINE_LIMIT]
            for line in lines:
                on_line(line[:LINE_LIMIT].decode(errors="replace"))


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


def _end_group(process: "subprocess.Popen[bytes]") -> None:
    """End whatever is left of the process's session, politely and then not; wait until it has."""
    if process.poll() is None or _alive(process.pid):
        _signal_group(process.pid, signal.SIGTERM)
        _wait_for_group(process, GRACE_SECONDS)
        _signal_group(process.pid, signal.SIGKILL)
        _wait_for_group(process, KILL_SECONDS)
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


def _wait_for_group(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    """Wait, at most so long: there is no event for the end of a group that is not one's own."""
    end = time.monotonic() + seconds
    while (process.poll() is None or _alive(process.pid)) and time.monotonic() < end:
        time.sleep(0.05)


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
