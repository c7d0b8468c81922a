"""The worker's line to whoever started it: progress out, turns and the controller's end in."""

import os
import threading
import time
import typing
from collections.abc import Callable, Set

from bench.model.spec import PROGRESS_PREFIX, Progress, Stage

INTERVAL_SECONDS = 0.5
"""The least time between two progress lines of one stage: the controller sleeps meanwhile."""


class Transport(typing.Protocol):
    """What carries progress to the controller, and its turns to this process."""

    @property
    def threads(self) -> Set[int]:
        """Its own threads by the kernel's ids: they take no part in the training."""
        ...

    def tell(self, stage: Stage, step: int = 0, samples_per_second: float | None = None) -> None:
        """Say what goes on, if the stage is new or was last told half a second ago."""
        ...

    def wait_for_turn(self) -> None:
        """Return once this process may work for one more turn."""
        ...


class Alone:
    """Nobody gives turns: it never waits. Its progress goes to standard output all the same."""

    def __init__(self) -> None:
        self._stage: Stage | None = None
        self._last = 0.0

    @property
    def threads(self) -> Set[int]:
        """None."""
        return frozenset()

    def tell(self, stage: Stage, step: int = 0, samples_per_second: float | None = None) -> None:
        """Print one progress line, if the stage is new or the last line long enough ago."""
        now = time.monotonic()
        if stage == self._stage and now - self._last < INTERVAL_SECONDS:
            return
        self._stage, self._last = stage, now
        line = Progress(stage=stage, step=step, samples_per_second=samples_per_second)
        print(PROGRESS_PREFIX + line.model_dump_json(exclude_none=True), flush=True)

    def wait_for_turn(self) -> None:
        """Return at once."""


class Pipe(Alone):
    """A controller at standard input: each line is a turn, and its end is the controller's."""

    def __init__(self, on_close: Callable[[], None]) -> None:
        super().__init__()
        self._turns, self._on_close = threading.Semaphore(0), on_close
        # Daemonic: the worker ends when its work does, not when its controller has spoken.
        self._thread = threading.Thread(target=self._listen, name="controller", daemon=True)
        self._thread.start()

    @property
    def threads(self) -> Set[int]:
        """The one that listens."""
        return {self._thread.native_id or 0}

    def wait_for_turn(self) -> None:
        """Say that it waits, and return once the controller has given one more turn."""
        self._stage = None  # a turn without work may have ended at once: it waits anew
        self.tell("waiting")
        self._turns.acquire()

    def _listen(self) -> None:
        """Count each line as a turn, till the controller closes the input, or has died.

        The launcher between controller and worker passes no signal on, but standard input it does.
        """
        while received := os.read(0, 4096):
            for _ in range(received.count(b"\n")):
                self._turns.release()
        self._on_close()
