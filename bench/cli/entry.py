"""How `bench` begins and ends: signals from the first line on, true exit codes, no tracebacks.

Nothing that takes time is imported before the signals are listened to.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress

TYPE_CHECKING = False  # typing's own takes time to import
if TYPE_CHECKING:
    from typing import NoReturn

    from bench.errors import BenchError


def main() -> NoReturn:
    """Run the command line; a failure is one or two lines, and the exit code is true."""
    signal.signal(signal.SIGINT, _end)
    signal.signal(signal.SIGTERM, _end)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as nohup has it
        signal.signal(signal.SIGHUP, _end)
    _open_streams()
    sys.exit(_flush(_command()))


def _end(signum: int, _frame: object) -> NoReturn:
    """End in good order, whatever is under way; `bench run` listens itself while it measures."""
    sys.exit(128 + signum)


def _open_streams() -> None:
    """Let no character and no closed stream end a command."""
    from bench.text import PLAIN_CHARACTERS

    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115, PTH123
        getattr(sys, name).reconfigure(errors=PLAIN_CHARACTERS)


def _command() -> int:
    """The exit code that the command ends with; what is wrong has been said."""
    from bench.errors import BenchError, Exit

    try:
        from bench.cli.app import app

        app()
    except SystemExit as ended:
        if isinstance(ended.__context__, BrokenPipeError):
            return Exit.CLOSED
        return ended.code if isinstance(ended.code, int) else Exit.DONE
    except BrokenPipeError:
        return Exit.CLOSED
    except BenchError as error:
        return _said(error)
    except OSError as error:
        return _said(_failed(error))
    except Exception as error:
        what = f"{type(error).__name__}: {error}".removesuffix(": ")
        remedy = "run it again with --debug, and report what that prints"
        return _said(BenchError(f"bench itself is at fault: {what}", remedy, Exit.INTERNAL))
    raise AssertionError("app() ends with SystemExit")


def _failed(error: OSError) -> BenchError:
    """The error for what the system refused where no command expected it."""
    from bench.errors import BenchError, words_of

    with suppress(FileNotFoundError):
        os.getcwd()  # noqa: PTH109
        failed = "" if error.filename else "reading or writing failed: "
        return BenchError(f"{failed}{words_of(error)}")
    return BenchError("the current folder is not there any more", "change to one that is: cd")


def _said(error: BenchError) -> int:
    """Say it on standard error, if somebody reads that; its exit code."""
    from bench.text import one_line

    lines = [f"error: {one_line(error.cause)}"]
    lines += [f"remedy: {one_line(error.remedy)}"] if error.remedy else []
    if "--debug" in sys.argv:
        import traceback

        lines = [traceback.format_exc()]
    with suppress(OSError):  # nobody reads it
        print("\n".join(lines), file=sys.stderr)
    return error.code


def _flush(code: int) -> int:
    """Write what is still to be written; the exit code, which lost notes don't change."""
    from bench.errors import BenchError, Exit

    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # Python flushes once more
            if stream is sys.stderr:
                continue
            if isinstance(error, BrokenPipeError):
                code = code or Exit.CLOSED
            else:
                code = _said(BenchError(f"the output can't be written: {error.strerror}"))
    return code
