"""One lane's whole measurement, in order. Fills the record as it goes, so that a stop keeps it."""

import os
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import torch

from bench.worker import engines
from bench.worker.channel import Teller
from bench.worker.contract import LaneRecord, LaneSpec, Stage, StepTimes
from bench.worker.data import Batch, PinnedLoader, batches_in_memory, dataset
from bench.worker.observe import observe
from bench.worker.train import OnStep, Trainer
from bench.worker.verbose import verbose_lines

BATCHES_IN_MEMORY = 2


def measure(spec: LaneSpec, record: LaneRecord, guard_threads: set[int]) -> None:
    """Measure the lane into `record`.

    ValueError if the data set is smaller than a batch; RuntimeError from torch, e.g. out of memory.
    """
    teller = Teller()
    affinity = sorted(os.sched_getaffinity(0))
    started = time.perf_counter()
    teller.tell("model")
    engine = engines.load(spec.engine)
    torch.set_flush_denormal(True)  # denormals slow FP32 and BF16 dot products flush them anyway
    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(len(spec.cores))
    trainer = Trainer.build(spec, engine)
    teller.tell("data")
    images = dataset(spec.data, spec.workload)
    batches = trainer.in_format(batches_in_memory(images, spec.workload, BATCHES_IN_MEMORY))
    if not batches:
        raise ValueError(
            f"a batch of {spec.workload.batch_size} is larger than the set of {spec.data.images}"
        )
    record.setup_seconds = time.perf_counter() - started
    loader = PinnedLoader(images, spec.workload, affinity, partial=spec.effort.whole_epochs > 0)
    if spec.effort.whole_epochs:  # first, as in Intel's sample: nothing has warmed the process
        _epochs(spec, record, trainer, loader, teller)
        _compute(spec, record, trainer, batches, teller)
    else:
        loaded = loader.forever()
        _compute(spec, record, trainer, batches, teller)
        _end_to_end(spec, record, trainer, loaded, teller)
    loaders = loader.affinities()
    teller.tell("evidence")
    lines = verbose_lines(lambda: trainer.step(iter(batches), StepTimes()))
    if spec.evidence_path is not None:
        Path(spec.evidence_path).write_text(lines)
    record.observed = observe(spec, engine, affinity, guard_threads, loaders, lines)


def _epochs(
    spec: LaneSpec, record: LaneRecord, trainer: Trainer, loader: PinnedLoader, teller: Teller
) -> None:
    for _ in range(spec.effort.whole_epochs):
        seconds = trainer.run_epoch(
            loader.epoch(), record.end_to_end, _telling(teller, "epoch", spec)
        )
        record.epoch_seconds.append(seconds)


def _compute(
    spec: LaneSpec, record: LaneRecord, trainer: Trainer, batches: list[Batch], teller: Teller
) -> None:
    trainer.run(
        cycle(batches),
        record.compute,
        spec.effort,
        spec.effort.compute_seconds,
        spec.effort.warmup_steps,
        _telling(teller, "compute", spec),
    )


def _end_to_end(
    spec: LaneSpec, record: LaneRecord, trainer: Trainer, loaded: Iterator[Batch], teller: Teller
) -> None:
    trainer.run(
        loaded,
        record.end_to_end,
        spec.effort,
        spec.effort.end_to_end_seconds,
        1 + spec.workload.loader_workers,  # what the loaders had ready before the first step
        _telling(teller, "end-to-end", spec),
    )


def _telling(teller: Teller, stage: Stage, spec: LaneSpec) -> OnStep:
    def tell(steps: int, seconds: float) -> None:
        teller.tell(stage, steps, spec.workload.batch_size / seconds)

    return tell
