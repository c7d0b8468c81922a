"""The training set as batches: a few kept in memory, and a DataLoader on the lane's cores."""

import os
from collections.abc import Iterator
from itertools import chain, islice, repeat

from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

from bench.model.setup import Setup
from bench.model.workload import DataSpec, Workload
from bench.worker import data
from bench.worker.workloads import Batch

PREFETCH = 1
"""Batches each loader process keeps ready: the least, so that a short measurement can't live
on a stock that was filled before it began."""


def dataset(spec: DataSpec, workload: Workload) -> Dataset[Batch]:
    """The training set, resized to the workload's image size and normalized to [-1, 1].

    What is missing and can be generated is generated; RuntimeError or OSError for what is damaged.
    """
    transform = transforms.Compose(
        [
            transforms.Resize((workload.image_size, workload.image_size)),
            transforms.ToTensor(),
            transforms.Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
        ]
    )
    return data.load(spec.kind).training_set(spec, workload.seed, transform)


def batches_in_memory(samples: Dataset[Batch], batch_size: int, count: int) -> list[Batch]:
    """The first `count` batches, of the set's order; fewer if the set is smaller."""
    loader = DataLoader(samples, batch_size=batch_size, drop_last=True)
    return list(islice(loader, count))


class PinnedLoader:
    """A DataLoader whose processes run on `cores`, in the set's order, one epoch at a time.

    Loader processes inherit the main thread's affinity, which OpenMP has narrowed to one core:
    so each sets its own.
    """

    def __init__(
        self, samples: Dataset[Batch], setup: Setup, cores: list[int], *, partial: bool
    ) -> None:
        def pin(_worker: int) -> None:
            os.sched_setaffinity(0, cores)

        workers = setup.loader_workers
        self._loader = DataLoader(
            samples,
            batch_size=setup.batch_size,
            num_workers=workers,
            drop_last=not partial,
            worker_init_fn=pin,
            prefetch_factor=PREFETCH if workers else None,
            persistent_workers=workers > 0,
        )

    def epoch(self) -> Iterator[Batch]:
        """One pass over the set."""
        return iter(self._loader)

    def forever(self) -> Iterator[Batch]:
        """Epoch after epoch. Starts the loader processes now: a small process forks cheaply.

        Forked off after training, each page that training wrote would be copied when it is
        written again: seconds in the next step. Meanwhile they sleep, with their batches ready.
        """
        first = iter(self._loader)
        return chain(first, chain.from_iterable(repeat(self._loader)))

    def affinities(self) -> list[list[int]]:
        """CPUs that each loader process may use now, by asking the kernel; [] if none is alive."""
        iterator = self._loader._iterator
        workers = getattr(iterator, "_workers", [])
        return [sorted(os.sched_getaffinity(worker.pid)) for worker in workers]
