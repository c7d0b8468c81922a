"""The rounds of a run: begun while they are wanted and fit."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.analysis.states import to_run
from bench.analysis.stopping import enough, standing
from bench.model.plan import Plan, PlannedLane
from bench.model.process import Process
from bench.model.result import Result, RunStatus
from bench.plan import rounds
from bench.report.progress import Display
from bench.run.launch import Launch
from bench.run.running import Running
from bench.run.slot import Slot
from bench.run.turns import take_turns


@dataclass(frozen=True)
class Rounds:
    """Runs the rounds of `result`, to which `on_end` adds each process that ends.

    `plan` is its plan with this host's paths.
    """

    result: Result
    plan: Plan
    launch: Launch
    display: Display
    on_end: Callable[[Process], None]

    def run(self) -> tuple[RunStatus, str]:
        """Run rounds until there is enough. How the run ended, and why then.

        Errors as of `take_turns`.
        """
        plan, processes = self.plan, self.result.processes
        began, seconds = time.monotonic(), list[float]()
        number = max((process.round for process in processes), default=0)
        while lanes := to_run(plan, processes):
            why = enough(plan, self.result.summary, seconds, time.monotonic() - began)
            if why is not None:
                return "completed", why
            number += 1
            round_began = time.monotonic()
            self._round(number, lanes)
            seconds.append(time.monotonic() - round_began)
            self.display.standing(standing(plan, self.result.summary))
        return "failed", "no lane is left to run"

    def _round(self, number: int, lanes: list[PlannedLane]) -> None:
        """Measure each lane once: all alive together, or one after the other."""
        plan, by_id = self.plan, {lane.id: lane for lane in lanes}
        order = rounds.order(list(by_id), plan.seed, number)
        slots = [Slot(number, position, by_id[name]) for position, name in enumerate(order)]
        self.display.round_started(number, order)
        for group in [slots] if plan.together else [[slot] for slot in slots]:
            shuffle = random.Random(f"{plan.seed} {number} turns")
            take_turns(group, self._start, shuffle, self.on_end)

    def _start(self, slot: Slot) -> Running:
        records = (p.record for p in self.result.processes if p.lane == slot.lane.id)
        known = any(record is not None and record.limits is not None for record in records)
        self.display.lane_started(slot.lane.id, self.plan.lane_limit_seconds)
        return self.launch.start(slot, measure_limits=not known, on_progress=self.display.progress)
