"""The training step and the parts of a measurement made of it."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass

import torch

from bench.model.protocol import Effort
from bench.model.record import PHASES, Measurement, StepTimes, Turn, Warmup
from bench.model.spec import LaneSpec
from bench.worker import engines, workloads
from bench.worker.steady import steady
from bench.worker.workloads import Batch

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}
MEMORY_FORMATS = {
    "contiguous": torch.contiguous_format,
    "channels_last": torch.channels_last,
}

OnStep = Callable[[int, float, float], None]
"""Called between steps, outside the timed part: steps done, seconds of the last one, its loss."""


@dataclass
class Trainer:
    """A model ready to train in a lane's precision, format and engine."""

    workload: workloads.Workload
    model: torch.nn.Module
    optimizer: torch.optim.Optimizer
    autocast: bool
    memory_format: torch.memory_format

    @classmethod
    def build(cls, spec: LaneSpec, engine: engines.Engine) -> "Trainer":
        """Build the workload's model from its seed, and hand it to the engine."""
        facts, setup = spec.workload, spec.setup
        workload = workloads.load(facts.model)
        memory_format = MEMORY_FORMATS[setup.memory_format]
        torch.manual_seed(facts.seed)
        model = workload.build(facts, spec.data.classes).to(memory_format=memory_format)
        model.train()
        optimizer = torch.optim.SGD(
            model.parameters(), lr=facts.learning_rate, momentum=facts.momentum
        )
        model, optimizer = engine.prepare(model, optimizer, DTYPES[setup.precision])
        return cls(workload, model, optimizer, setup.precision == "bf16", memory_format)

    def step(self, batches: Iterator[Batch], times: StepTimes) -> tuple[float, int]:
        """Train on the next batch, append its phases to `times`; return loss and samples.

        StopIteration if there is no next batch.
        """
        clock = time.perf_counter_ns
        start = clock()
        samples, labels = next(batches)
        samples = samples.to(memory_format=self.memory_format)
        loaded = clock()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.autocast):
            loss = self.workload.loss(self.model, (samples, labels))
        forward = clock()
        loss.backward()
        backward = clock()
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        end = clock()
        times.data.append(loaded - start)
        times.forward.append(forward - loaded)
        times.backward.append(backward - forward)
        times.optimizer.append(end - backward)
        return float(loss.detach()), len(labels)

    def rehearse(self, batches: Iterable[Batch]) -> None:
        """Train on each batch and forget it: weights, statistics and momenta are as before."""
        before = deepcopy(self.model.state_dict())
        for batch in batches:
            self.step(iter([batch]), StepTimes())
        self.model.load_state_dict(before)
        self.optimizer.state.clear()

    def in_format(self, batches: Iterable[Batch]) -> list[Batch]:
        """The batches with their samples in the lane's memory format."""
        return [(x.to(memory_format=self.memory_format), labels) for x, labels in batches]

    def warm_up(self, batches: Iterator[Batch], into: Warmup, most: int, on_step: OnStep) -> None:
        """Train until the steps are steady, for `most` steps at most.

        FloatingPointError if the loss stops being a number.
        """
        into.steady = False
        while len(into.steps) < most and not into.steady:
            self._one(batches, into.steps, on_step)
            into.steady = steady(into.steps.totals())

    def turn(
        self, batches: Iterator[Batch], into: Measurement, effort: Effort, on_step: OnStep
    ) -> None:
        """Time steps for one turn of the effort, appending to `into`.

        FloatingPointError if the loss stops being a number.
        """
        turn = Turn(at=time.monotonic(), steps=0)
        into.turns.append(turn)
        while turn.steps < effort.turn_max_steps and (
            turn.steps < effort.turn_min_steps or time.monotonic() - turn.at < effort.turn_seconds
        ):
            self._measured(batches, into, on_step)
            turn.steps += 1

    def run_epoch(self, batches: Iterator[Batch], into: Measurement, on_step: OnStep) -> float:
        """Train on every batch, appending each step to `into`; return the seconds it took."""
        turn = Turn(at=time.monotonic(), steps=0)
        into.turns.append(turn)
        try:
            while True:
                self._measured(batches, into, on_step)
                turn.steps += 1
        except StopIteration:
            return time.monotonic() - turn.at

    def _measured(self, batches: Iterator[Batch], into: Measurement, on_step: OnStep) -> None:
        loss, samples = self._one(batches, into.timed, on_step)
        into.samples += samples
        into.loss_first = loss if into.loss_first is None else into.loss_first
        into.loss_last = loss

    def _one(
        self, batches: Iterator[Batch], times: StepTimes, on_step: OnStep
    ) -> tuple[float, int]:
        loss, samples = self.step(batches, times)
        if not math.isfinite(loss):
            raise FloatingPointError(f"the loss became {loss} in step {len(times)}")
        last = sum(getattr(times, phase)[-1] for phase in PHASES)
        on_step(len(times), last / 1e9, loss)
        return loss, samples
