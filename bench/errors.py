"""The one exception a user sees: a cause, a remedy and an exit code."""

import os
from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of every `bench` command; the table in README.md says the same."""

    DONE = 0
    LANE_FAILED = 1
    USAGE = 2
    CANNOT = 3
    SLOWER = 4
    INVALID_ARTIFACT = 5
    INTERNAL = 70
    """A fault of bench's own, by the number that sysexits.h has for one."""
    HUNG_UP = 129
    INTERRUPTED = 130
    CLOSED = 141
    """Nobody reads the output any more: as a shell shows what SIGPIPE ended."""
    TERMINATED = 143


def words_of(error: OSError) -> str:
    """What failed, in the system's words and without its number: `results: Permission denied`."""
    why = error.strerror or str(error)
    return (
        f"{os.fsdecode(error.filename)}: {why}" if isinstance(error.filename, str | bytes) else why
    )


class BenchError(Exception):
    """A failure with its cause in one line and, where there is one, its remedy in another."""

    def __init__(self, cause: str, remedy: str = "", code: Exit = Exit.CANNOT) -> None:
        super().__init__(cause)
        self.cause = cause
        self.remedy = remedy
        self.code = code
