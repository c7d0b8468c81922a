"""A run's progress on a terminal: finished lanes above, the one at work below, redrawn by events.

No thread and no spinner: the controller shares the host with the lane it measures.
"""

import time
from collections.abc import Callable
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from bench.report.blocks import lane_name, state, words
from bench.report.clock import RunClock
from bench.report.run_words import ended_words, progress_words, round_words
from bench.report.wording import duration
from bench.results.schema import Plan, Process
from bench.worker.contract import Progress


class LiveDisplay:
    """Two lines that follow the run; each finished process and each note is printed above them."""

    def __init__(
        self, console: Console, plan: Plan, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._plan = plan
        self._clock = RunClock(plan, now)
        self._width = max((len(lane.id) for lane in plan.lanes), default=0)
        self._round = 0
        self._lane: Text | None = None
        # Standard output carries the command's data, so it is left alone.
        self._live = Live(
            console=console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
        )

    def round_started(self, round: int, order: list[str]) -> None:
        """Redraw with the round's number."""
        self._round = round
        self._clock.round_started(round, len(order))
        self._draw()

    def lane_started(self, lane: str, limit_seconds: float) -> None:
        """Redraw with the lane at work."""
        self._clock.lane_started()
        self._at_work(lane, f"started, may take {duration(limit_seconds)}")

    def progress(self, lane: str, p: Progress) -> None:
        """Redraw with where the lane is."""
        self._at_work(lane, progress_words(p))

    def lane_ended(self, process: Process) -> None:
        """Print what came of the process above the status lines."""
        self._clock.lane_ended(process.wall_seconds)
        self._lane = None
        self._print(self._ended(process))

    def note(self, text: str) -> None:
        """Print a note above the status lines."""
        self._print(Text.assemble(("note ", "yellow"), words(text)))

    def close(self) -> None:
        """Take the status lines away; what was printed above them stays."""
        self._live.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _at_work(self, lane: str, doing: str) -> None:
        self._lane = Text.assemble(lane_name(lane), ": ", words(doing))
        self._draw()

    def _ended(self, process: Process) -> Text:
        """`round 1  ■ fp32         completed in 1 min: 6.03 img/s compute`."""
        said = ended_words(process)
        line = Text.assemble((f"round {process.round}  ", "dim"), lane_name(process.lane))
        line.append(" " * (self._width - len(process.lane) + 2))
        line.append_text(state(process.outcome))
        return line.append_text(words(said.removeprefix(process.outcome)))

    def _print(self, line: Text) -> None:
        self._draw()
        self._live.console.print(line)

    def _draw(self) -> None:
        elapsed, left = duration(self._clock.elapsed()), duration(self._clock.left())
        where = round_words(self._round, self._plan) + ", " if self._round else ""
        lines = [Text(f"{where}{elapsed} gone, about {left} left", style="dim")]
        if self._lane is not None:
            lines.append(self._lane)
        for line in lines:
            # A wrapped line would move the ones above it at every redraw.
            line.no_wrap, line.overflow = True, "ellipsis"
        self._live.start()
        self._live.update(Group(*lines), refresh=True)
