"""The data set, the batches kept in memory, and the DataLoader pinned to the lane's cores."""

import os
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path

import torch
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms
from torchvision.datasets import CIFAR10

from bench.model.workload import DataSpec, Workload
from bench.worker.data import synthetic

Batch = tuple[torch.Tensor, torch.Tensor]

PREFETCH = 1
"""Batches each loader process keeps ready: the least, so that a short measurement can't live
on a stock that was filled before it began."""


class SyntheticCIFAR10(CIFAR10):
    """The generated set, read and checked by torchvision's own CIFAR-10 loader."""

    def __init__(self, root: Path, transform: transforms.Compose) -> None:
        self.train_list = [list(entry) for entry in synthetic.files(root)]
        self.test_list: list[list[str]] = []
        meta = root / synthetic.FOLDER / "batches.meta"
        self.meta = {
            "filename": meta.name,
            "key": "label_names",
            "md5": synthetic._md5(meta),
        }
        super().__init__(str(root), train=True, transform=transform)


def dataset(spec: DataSpec, workload: Workload) -> Dataset[Batch]:
    """The training set, resized to the workload's image size and normalized to [-1, 1].

    Generates a synthetic set that is missing; RuntimeError if CIFAR-10 is missing or damaged.
    """
    transform = transforms.Compose(
        [
            transforms.Resize((workload.image_size, workload.image_size)),
            transforms.ToTensor(),
            transforms.Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
        ]
    )
    root = Path(spec.root)
    if spec.kind == "synthetic":
        synthetic.ensure(root, spec.images, workload.seed)
        return SyntheticCIFAR10(root, transform)
    return CIFAR10(str(root), train=True, transform=transform)


def batches_in_memory(images: Dataset[Batch], workload: Workload, count: int) -> list[Batch]:
    """The first `count` batches, of the set's order; fewer if the set is smaller."""
    loader = DataLoader(images, batch_size=workload.batch_size, drop_last=True)
    return [batch for batch, _ in zip(loader, range(count), strict=False)]


class PinnedLoader:
    """A DataLoader whose processes run on `cores`, in the set's order, one epoch at a time.

    Loader processes inherit the main thread's affinity, which OpenMP has narrowed to one core:
    so each sets its own.
    """

    def __init__(
        self, images: Dataset[Batch], workload: Workload, cores: list[int], *, partial: bool
    ) -> None:
        def pin(_worker: int) -> None:
            os.sched_setaffinity(0, cores)

        workers = workload.loader_workers
        self._loader = DataLoader(
            images,
            batch_size=workload.batch_size,
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
