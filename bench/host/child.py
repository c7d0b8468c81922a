"""A question put to the kernel in a forked child, so that no answer touches this process."""

import ctypes
import os
import signal
from collections.abc import Callable
from typing import NoReturn

FAILED = 255
"""Exit code of a child whose action raised."""

LIMIT_SECONDS = 2.0
"""After this long SIGALRM ends the child."""

_FATAL = (
    signal.SIGILL,
    signal.SIGSEGV,
    signal.SIGBUS,
    signal.SIGFPE,
    signal.SIGTRAP,
    signal.SIGABRT,
)
_PR_SET_DUMPABLE = 4


def in_child(act: Callable[[], int]) -> int:
    """What `act` returns in a forked child (0 to 254), or minus the signal that killed it.

    Raises OSError where no process can be had.
    """
    child = os.fork()
    if child == 0:
        _become(act)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _become(act: Callable[[], int]) -> NoReturn:
    code = FAILED
    try:
        _die_quietly()
        code = act()
    finally:
        # Neither the parent's buffers nor an exception may be written by the child.
        os._exit(code)


def _die_quietly() -> None:
    # Not dumpable rather than RLIMIT_CORE: that limit does not hold for a core piped to a program.
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    for number in (*_FATAL, signal.SIGALRM):
        # The parent may have handlers that print (faulthandler).
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (*_FATAL, signal.SIGALRM))
    signal.setitimer(signal.ITIMER_REAL, LIMIT_SECONDS)
