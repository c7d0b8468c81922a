"""ResNet-18 (He et al., Deep residual learning for image recognition, 2016): small and quick."""

import torch
import torchvision

from bench.model.workload import Workload
from bench.worker.workloads.images import batch, loss

__all__ = ["batch", "build", "loss"]


def build(workload: Workload, classes: int) -> torch.nn.Module:
    """Torchvision's, untrained; it takes images of any size."""
    return torchvision.models.resnet18(weights=None, num_classes=classes)
