"""One lane in one round, under way: turns, and what came of it."""

import time
from datetime import UTC, datetime
from pathlib import Path

from bench.model.process import Process, Rank
from bench.run.judgement import judge, oom_kills, stopped
from bench.run.noise import Watch
from bench.run.slot import Slot
from bench.run.transport import Transport

NOTHING_TRAINED = (None, "compile")
"""Stages of a turn for what is not measured: whatever went on then is no noise."""


class Running:
    """A lane's process under way. It works only in the turns that it is given."""

    def __init__(
        self, slot: Slot, record: Path, artifact: Path, transport: Transport, watch: Watch
    ) -> None:
        self._slot, self._record, self._artifact = slot, record, artifact
        self._transport, self._watch = transport, watch
        self._started, self._began = datetime.now(UTC), time.monotonic()
        self._kills = oom_kills()

    def waits(self) -> bool:
        """Sleep until the process waits for a turn: True; False once it has ended or must."""
        return self._transport.wait()

    def take_turn(self) -> bool:
        """Give the process a turn; True once it waits for another, False as `waits`."""
        with self._watch:
            self._transport.give_turn()
            waits = self._transport.wait()
        if self._transport.stage in NOTHING_TRAINED:
            self._watch.forget()
        return waits

    def terminate(self) -> None:
        """Ask the process to end, without waiting for it: it saves what it has."""
        self._transport.terminate()

    def finish(self, *, run_stopped: bool = False) -> Process:
        """End what is left of the process and tell what came of it, or of the stopped run's."""
        ended = self._transport.end()
        if run_stopped:
            judged = stopped(self._record)
        else:
            log, killed = self._artifact / self._slot.log, oom_kills() > self._kills
            judged = judge(ended, self._record, log, killed_for_memory=killed)
        left_evidence = (self._artifact / self._slot.evidence).exists()
        return Process(
            round=self._slot.round,
            position=self._slot.position,
            lane=self._slot.lane.id,
            outcome=judged.outcome,
            reason=judged.reason,
            started_at=self._started.isoformat(timespec="milliseconds"),
            wall_seconds=time.monotonic() - self._began,
            launcher_exit_code=None if run_stopped else ended.exit_code,
            noise=self._watch.noise(),
            ranks=[
                Rank(record=judged.record, evidence=self._slot.evidence if left_evidence else None)
            ],
            log=self._slot.log,
        )
