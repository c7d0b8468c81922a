"""A run's progress on a terminal: finished lanes above, those alive below, redrawn by events.

No thread and no spinner: the controller shares the host with the lane it measures.
"""

import time
from collections.abc import Callable
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from bench.model.plan import Plan
from bench.model.process import Process
from bench.model.spec import Progress
from bench.model.standing import Standing
from bench.report.document.lanes import STATE_TONES
from bench.report.media.console import STYLES, lane_name, words
from bench.report.palette import lane_colours
from bench.report.progress.time_left import RunClock
from bench.report.progress.words import (
    STARTING,
    bar,
    came_to,
    ended_words,
    fitted,
    left_words,
    progress_words,
    round_words,
    standing_words,
    started_words,
)
from bench.text import duration

ON_TURN, WAITING = "▸ ", "  "

BAR_LEAST, BAR_MOST = 8, 40
"""Columns: a shorter bar tells nothing, a longer one no more."""


class LiveDisplay:
    """Lines for the run and one for each lane alive; what has ended is printed above them.

    The lane that has the turn is marked; the others show what they told last.
    """

    def __init__(
        self, console: Console, plan: Plan, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._plan = plan
        self._colours = lane_colours(plan)
        self._clock = RunClock(plan, now)
        self._width = max((len(lane.id) for lane in plan.lanes), default=0)
        self._round = 0
        self._standing: Standing | None = None
        self._alive: dict[str, list[str]] = {}
        self._turn: str | None = None
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
        self._clock.round_started(round)
        self._draw()

    def lane_started(self, lane: str, limit_seconds: float) -> None:
        """Redraw with the lane among those alive; nobody's turn has come."""
        self._alive[lane], self._turn = started_words(limit_seconds), None
        self._draw()

    def progress(self, lane: str, p: Progress) -> None:
        """Redraw with where the lane is: it has the turn, unless it still starts."""
        self._alive[lane] = progress_words(p, lane, self._plan)
        self._turn = None if p.stage in STARTING else lane
        self._draw()

    def lane_ended(self, process: Process) -> None:
        """Print what came of the process above the status lines."""
        self._alive.pop(process.lane, None)
        self._print(self._ended(process))

    def standing(self, standing: Standing) -> None:
        """Redraw with how precise the run is by now."""
        self._clock.standing(standing)
        self._standing = standing
        self._draw()

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

    def _ended(self, process: Process) -> Text:
        """`round 1  ■ fp32         completed in 1 min: 6.03 img/s compute`."""
        line = Text.assemble((f"round {process.round}  ", "dim"), self._name(process.lane))
        outcome = came_to(process)
        line.append_text(words(outcome, STYLES[STATE_TONES[outcome]]))
        return line.append_text(words(f" {ended_words(process, self._plan)}"))

    def _name(self, lane: str) -> Text:
        """The lane's name, as wide as the widest."""
        return lane_name(lane, self._colours.get(lane, "default")).append(
            " " * (self._width - len(lane) + 2)
        )

    def _status(self, lane: str) -> Text:
        mark = ON_TURN if lane == self._turn else WAITING
        line = Text.assemble(mark, self._name(lane))
        # What does not fit is left out: half a figure is another figure.
        room = self._live.console.width - line.cell_len
        return line.append_text(words(fitted(self._alive[lane], room)[0]))

    def _run_lines(self) -> list[str]:
        """The rounds, their bar and the time gone; then the interval now and what is left."""
        width, left = self._live.console.width, self._clock.left()
        gone = f"{duration(self._clock.elapsed())} gone"
        known = self._standing_words()
        if left is not None:
            known.append(left_words(left))
        if not self._round:
            return fitted([gone, *known], width)
        where = round_words(self._round, self._plan)
        room = min(width - len(where) - len(gone) - 2, BAR_MOST)
        if room < BAR_LEAST:
            return fitted([where, gone, *known], width)
        ascii_only = self._live.console.options.ascii_only
        done = bar(self._clock.share(), room, ascii_only=ascii_only)
        return [f"{where} {done} {gone}", *fitted(known, width)]

    def _standing_words(self) -> list[str]:
        known = self._standing
        return standing_words(known, self._plan, self._clock.fits) if known else []

    def _print(self, line: Text) -> None:
        self._draw()
        self._live.console.print(line)

    def _draw(self) -> None:
        lines = [Text(line, style="dim") for line in self._run_lines()]
        lines += [self._status(lane) for lane in self._alive]
        for line in lines:
            # A wrapped line would move the ones above it at every redraw.
            line.no_wrap, line.overflow = True, "ellipsis"
        self._live.start()
        self._live.update(Group(*lines), refresh=True)
