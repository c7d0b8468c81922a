"""What can be trained: one file a model, each a module with the functions of `Workload`."""

import importlib
import typing

import torch

import bench.model.workload as values

Batch = tuple[torch.Tensor, torch.Tensor]
"""Samples and what they are to be told as, e.g. images and their classes' numbers."""


class Workload(typing.Protocol):
    """What a workload's module offers."""

    def build(self, workload: values.Workload, classes: int) -> torch.nn.Module:
        """Build the model, with weights from torch's seed."""
        ...

    def loss(self, model: torch.nn.Module, batch: Batch) -> torch.Tensor:
        """Run the model on a batch: one number, to be made smaller."""
        ...

    def batch(self, workload: values.Workload, size: int) -> Batch:
        """Make a batch of the right shapes and types, with whatever values, to count work on."""
        ...


def load(name: str) -> Workload:
    """Import the workload `name`: a module of this package. ModuleNotFoundError for none."""
    return typing.cast(Workload, importlib.import_module(f"{__name__}.{name}"))
