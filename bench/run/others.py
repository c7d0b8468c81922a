"""Other runs on this host at this moment: each would make the other's figures worthless."""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil


def others_measuring() -> Iterator[str]:
    """A sentence for each other `bench run` that can be seen: a container shows only its own."""
    mine = {os.getpid(), *_parents()}
    for process in psutil.process_iter(["cmdline", "create_time"]):
        if process.pid not in mine and runs_bench(process.info["cmdline"] or []):
            since = datetime.fromtimestamp(process.info["create_time"] or 0, UTC)
            yield (
                f"another bench run measures on this host, process {process.pid} since "
                f"{since:%Y-%m-%d %H:%M:%S} UTC: each slows the other down; end one of them"
            )


def _parents() -> list[int]:
    """Those that can be seen: a host may hide other users' processes."""
    with suppress(psutil.Error):
        return [each.pid for each in psutil.Process().parents()]
    return [os.getppid()]


def runs_bench(command: list[str]) -> bool:
    """Whether it is `python …/bench run …` or `python -m bench run …`, options before it or not."""
    if not command or not Path(command[0]).name.startswith("python"):
        return False
    names = [Path(word).name for word in command]
    if "bench" not in names:
        return False
    words = command[names.index("bench") + 1 :]
    return next((word for word in words if not word.startswith("-")), None) == "run"
