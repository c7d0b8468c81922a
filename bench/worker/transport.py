"""The worker's line to the controller: progress out, turns and the controller's end in."""

import os
import threading
import time
from collections.abc import Callable

from bench.model.spec import PROGRESS_PREFIX, Progress, Stage

INTERVAL_SECONDS = 0.5
"""The least time between two progress lines of one stage: the controller sleeps meanwhile."""


class Teller:
    """Tells the controller what goes on, at most twice a second a stage."""

    def __init__(self) -> None:
        self._stage: Stage | None = None
        self._told = 0.0

    def tell(self, stage: Stage, step: int = 0, images_per_second: float | None = None) -> None:
        """Print one progress line, if the stage is new or the last line long enough ago."""
        now = time.monotonic()
        if stage == self._stage and now - self._told < INTERVAL_SECONDS:
            return
        self._stage, self._told = stage, now
        line = Progress(stage=stage, step=step, images_per_second=images_per_second)
        print(PROGRESS_PREFIX + line.model_dump_json(exclude_none=True), flush=True)


class Controller:
    """The controller at standard input: says when this process may work, and when it ends."""

    def __init__(self, on_close: Callable[[], None]) -> None:
        self._turns, self._on_close = threading.Semaphore(0), on_close
        # Daemonic: the worker ends when its work does, not when its controller has spoken.
        self._thread = threading.Thread(target=self._listen, name="controller", daemon=True)
        self._thread.start()

    @property
    def thread_id(self) -> int:
        """The kernel's id of the thread that listens: it takes no part in the training."""
        return self._thread.native_id or 0

    def wait_for_turn(self) -> None:
        """Return once the controller has given this process one more turn."""
        self._turns.acquire()

    def _listen(self) -> None:
        """Count each line as a turn, till the controller closes the input, or has died.

        The launcher between controller and worker passes no signal on, but standard input it does.
        """
        while said := os.read(0, 4096):
            for _ in range(said.count(b"\n")):
                self._turns.release()
        self._on_close()
