"""What all workloads share that tell classes of images apart."""

import torch

from bench.model.workload import Workload
from bench.worker.workloads import Batch


def loss(model: torch.nn.Module, batch: Batch) -> torch.Tensor:
    """Cross-entropy of the model's answer, as in Intel's sample."""
    images, labels = batch
    return torch.nn.functional.cross_entropy(model(images), labels)


def batch(workload: Workload, size: int) -> Batch:
    """Images of three colours and labels, not filled."""
    side = workload.image_size
    return torch.empty(size, 3, side, side), torch.zeros(size, dtype=torch.int64)
