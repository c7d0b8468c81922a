"""What training a model holds in memory, counted without computing anything, as work is.

Of these counts the catalogue's entries are made, which estimates of memory come from.
"""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from bench.model.setup import Precision
from bench.model.workload import Workload
from bench.worker import workloads

FEW, MORE = 2, 4
"""Batches that are counted: their difference leaves out what does not grow with the batch."""


def parameters(workload: Workload, classes: int) -> int:
    """The model's parameters, each one number."""
    with FakeTensorMode():
        model = workloads.load(workload.model).build(workload, classes)
    return sum(each.numel() for each in model.parameters())


def activation_bytes(workload: Workload, classes: int, precision: Precision) -> int:
    """Bytes that autograd keeps of one sample for the backward pass, each storage once.

    Without parameters and the sample itself; its copy in another type counts.
    """
    few, more = (_kept(workload, classes, precision, size) for size in (FEW, MORE))
    return (more - few) // (MORE - FEW)


def _kept(workload: Workload, classes: int, precision: Precision, batch_size: int) -> int:
    facts = workloads.load(workload.model)
    storages: dict[int, torch.UntypedStorage] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        storages[storage._cdata] = storage
        return tensor

    with FakeTensorMode():
        model = facts.build(workload, classes).train()
        batch = facts.batch(workload, batch_size)
        with (
            torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor),
            torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"),
        ):
            loss = facts.loss(model, batch)  # while it lives, so do they, each at its address
        held = [*model.parameters(), *batch, loss]
        others = {tensor.untyped_storage()._cdata for tensor in held}
    return sum(each.nbytes() for address, each in storages.items() if address not in others)
