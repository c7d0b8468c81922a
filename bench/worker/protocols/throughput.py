"""One lane's whole measurement, in order. Fills the record as it goes, so that a stop keeps it."""

import os
import time
from collections.abc import Iterable, Iterator
from itertools import chain, cycle
from pathlib import Path

import torch

from bench.model.record import Failure, RankRecord, StepTimes
from bench.model.spec import LaneSpec, Stage
from bench.worker import AFFINITY_AT_START, engines, fp32_math
from bench.worker.data.loading import PinnedLoader, batches_in_memory, dataset
from bench.worker.limits.measure import measure_limits
from bench.worker.observe import observe
from bench.worker.train import OnStep, Trainer
from bench.worker.transport import Transport
from bench.worker.verbose import verbose_lines
from bench.worker.workloads import Batch

BATCHES_IN_MEMORY = 2

LOSSES_MOST = 1000
"""Of the first loaded steps: an epoch may have tens of thousands."""


def measure(spec: LaneSpec, record: RankRecord, transport: Transport) -> None:
    """Measure the lane into `record`, waiting before each turn for the transport.

    Every lane of a run waits equally often, since all have the same effort: so the controller can
    let them take turns. ValueError if the data set is smaller than a batch; RuntimeError from
    torch, e.g. out of memory.
    """
    started = time.perf_counter()
    lane = _Lane(spec, record, transport)
    record.setup_seconds = time.perf_counter() - started
    epochs = lane.effort.whole_epochs
    loader = PinnedLoader(lane.samples, spec.setup, AFFINITY_AT_START, partial=epochs > 0)
    loaded = loader.epoch() if epochs else loader.forever()  # before any step: see `forever`
    lane.compile()
    if epochs:  # first, as in Intel's sample: nothing has warmed the process but compiling
        lane.train_epochs(chain([loaded], (loader.epoch() for _ in range(1, epochs))))
    else:
        lane.train_through(loaded)
    lane.train_in_memory()
    loaders = loader.affinities()
    lines = lane.leave_evidence()
    record.observed = observe(spec, lane.engine, transport.threads, loaders, lines)
    if lane.compiler is not None:
        record.observed.versions |= lane.compiler.releases()
    if spec.measure_limits:
        transport.tell("limits")
        try:
            record.limits = measure_limits(spec)
        except (RuntimeError, OSError) as error:  # the lane is measured all the same
            record.limits_failure = Failure(kind=type(error).__name__, message=str(error)[:2000])


class _Lane:
    """A lane ready to train, and the parts of its measurement."""

    def __init__(self, spec: LaneSpec, record: RankRecord, transport: Transport) -> None:
        self.spec, self.effort, self.record = spec, spec.effort, record
        self._transport, self._batch_size = transport, spec.setup.batch_size
        transport.tell("model")
        self.engine = engines.load(spec.setup.engine)
        torch.set_flush_denormal(True)  # denormals slow FP32; BF16 dot products flush them anyway
        if "OMP_NUM_THREADS" not in os.environ:
            torch.set_num_threads(len(spec.setup.placement.cores))
        fp32_math.allow(spec.setup.fp32_math)
        assert spec.cache_path is not None
        self.compiler = self.engine.compiler(Path(spec.cache_path))
        self.trainer = Trainer.build(spec, self.engine)
        transport.tell("data")
        self.samples = dataset(spec.data, spec.workload)
        in_memory = batches_in_memory(self.samples, self._batch_size, BATCHES_IN_MEMORY)
        self.batches = self.trainer.in_format(in_memory)
        if not self.batches:
            raise ValueError(
                f"a batch of {self._batch_size} is larger than the set of {spec.data.samples}"
            )

    def compile(self) -> None:
        """Let an engine that compiles do that, for batches of all sizes that are to come."""
        self._transport.wait_for_turn()
        if self.compiler is None:
            return
        self._transport.tell("compile")
        batches = self.batches[:1]
        rest = len(self.samples) % self._batch_size if self.effort.whole_epochs else 0
        if rest:
            batches += self.trainer.in_format(batches_in_memory(self.samples, rest, 1))
        self.record.compilation = self.compiler.first_step(lambda: self.trainer.rehearse(batches))

    def train_epochs(self, epochs: Iterable[Iterator[Batch]]) -> None:
        self._transport.wait_for_turn()
        for batches in epochs:
            seconds = self.trainer.run_epoch(
                batches, self.record.end_to_end, self._telling("epoch")
            )
            self.record.epoch_seconds.append(seconds)

    def train_through(self, loaded: Iterator[Batch]) -> None:
        """Warm up on loaded batches, which also uses up what was ready beforehand; then measure."""
        if most := self.effort.warmup_max_steps:
            self._transport.wait_for_turn()
            self.trainer.warm_up(loaded, self.record.warmup, most, self._telling("warm-up"))
        for _ in range(self.effort.end_to_end_turns):
            self._transport.wait_for_turn()
            self.trainer.turn(
                loaded, self.record.end_to_end, self.effort, self._telling("end-to-end")
            )

    def train_in_memory(self) -> None:
        batches = cycle(self.batches)
        for _ in range(self.effort.compute_turns):
            self._transport.wait_for_turn()
            self.trainer.turn(batches, self.record.compute, self.effort, self._telling("compute"))

    def leave_evidence(self) -> str:
        """The libraries' lines of one more step, which are also left where the spec wants them."""
        self._transport.wait_for_turn()
        self._transport.tell("evidence")
        times = StepTimes()
        lines = verbose_lines(lambda: self.trainer.step(iter(self.batches), times))
        self.record.evidence_seconds = sum(times.totals()) / 1e9
        if self.compiler is not None and self.record.compilation is not None:
            self.compiler.look_back(self.record.compilation)
        if self.spec.evidence_path is not None:
            Path(self.spec.evidence_path).write_text(lines)
        return lines

    def _telling(self, stage: Stage) -> OnStep:
        def tell(steps: int, seconds: float, loss: float) -> None:
            if stage != "compute" and len(self.record.losses) < LOSSES_MOST:
                self.record.losses.append(loss)
            self._transport.tell(stage, steps, self._batch_size / seconds)

        return tell
