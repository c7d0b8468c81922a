"""One lane's whole measurement, in order. Fills the record as it goes, so that a stop keeps it."""

import os
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import torch

from bench.model.record import Failure, LaneRecord, StepTimes
from bench.model.spec import LaneSpec, Stage
from bench.worker import engines
from bench.worker.data.loading import Batch, PinnedLoader, batches_in_memory, dataset
from bench.worker.limits.measure import measure_limits
from bench.worker.observe import observe
from bench.worker.train import OnStep, Trainer
from bench.worker.transport import Controller, Teller
from bench.worker.verbose import verbose_lines

BATCHES_IN_MEMORY = 2


def measure(spec: LaneSpec, record: LaneRecord, controller: Controller | None) -> None:
    """Measure the lane into `record`, waiting before each turn for the controller, if there is one.

    Every lane of a run waits equally often, since all have the same effort: so the controller can
    let them take turns. ValueError if the data set is smaller than a batch; RuntimeError from
    torch, e.g. out of memory.
    """
    affinity = sorted(os.sched_getaffinity(0))
    started = time.perf_counter()
    lane = _Lane(spec, record, controller)
    record.setup_seconds = time.perf_counter() - started
    loader = PinnedLoader(
        lane.images, spec.workload, affinity, partial=lane.effort.whole_epochs > 0
    )
    if lane.effort.whole_epochs:  # first, as in Intel's sample: nothing has warmed the process
        lane.train_epochs(loader)
    else:
        lane.train_through(loader.forever())
    lane.train_in_memory()
    loaders = loader.affinities()
    lines = lane.leave_evidence()
    not_training = {controller.thread_id} if controller else set()
    record.observed = observe(spec, lane.engine, affinity, not_training, loaders, lines)
    if spec.measure_limits:
        lane.tell("limits")
        try:
            record.limits = measure_limits(spec)
        except (RuntimeError, OSError) as error:  # the lane is measured all the same
            record.limits_failure = Failure(kind=type(error).__name__, message=str(error)[:2000])


class _Lane:
    """A lane ready to train, and the parts of its measurement."""

    def __init__(self, spec: LaneSpec, record: LaneRecord, controller: Controller | None) -> None:
        self.spec, self.effort, self.record = spec, spec.effort, record
        self._controller = controller
        self._teller = Teller()
        self.tell("model")
        self.engine = engines.load(spec.engine)
        torch.set_flush_denormal(True)  # denormals slow FP32; BF16 dot products flush them anyway
        if "OMP_NUM_THREADS" not in os.environ:
            torch.set_num_threads(len(spec.cores))
        self.trainer = Trainer.build(spec, self.engine)
        self.tell("data")
        self.images = dataset(spec.data, spec.workload)
        in_memory = batches_in_memory(self.images, spec.workload, BATCHES_IN_MEMORY)
        self.batches = self.trainer.in_format(in_memory)
        if not self.batches:
            raise ValueError(
                f"a batch of {spec.workload.batch_size} is larger than the set of "
                f"{spec.data.images}"
            )

    def tell(self, stage: Stage) -> None:
        self._teller.tell(stage)

    def train_epochs(self, loader: PinnedLoader) -> None:
        self._wait()
        for _ in range(self.effort.whole_epochs):
            seconds = self.trainer.run_epoch(
                loader.epoch(), self.record.end_to_end, self._telling("epoch")
            )
            self.record.epoch_seconds.append(seconds)

    def train_through(self, loaded: Iterator[Batch]) -> None:
        """Warm up on loaded batches, which also uses up what was ready beforehand; then measure."""
        if most := self.effort.warmup_max_steps:
            self._wait()
            self.trainer.warm_up(loaded, self.record.warmup, most, self._telling("warm-up"))
        for _ in range(self.effort.end_to_end_turns):
            self._wait()
            self.trainer.turn(
                loaded, self.record.end_to_end, self.effort, self._telling("end-to-end")
            )

    def train_in_memory(self) -> None:
        batches = cycle(self.batches)
        for _ in range(self.effort.compute_turns):
            self._wait()
            self.trainer.turn(batches, self.record.compute, self.effort, self._telling("compute"))

    def leave_evidence(self) -> str:
        """OneDNN's lines of one more step, which are also left where the spec wants them."""
        self._wait()
        self.tell("evidence")
        lines = verbose_lines(lambda: self.trainer.step(iter(self.batches), StepTimes()))
        if self.spec.evidence_path is not None:
            Path(self.spec.evidence_path).write_text(lines)
        return lines

    def _wait(self) -> None:
        if self._controller is not None:
            self.tell("waiting")
            self._controller.wait_for_turn()

    def _telling(self, stage: Stage) -> OnStep:
        def tell(steps: int, seconds: float) -> None:
            self._teller.tell(stage, steps, self.spec.workload.batch_size / seconds)

        return tell
