"""ViT-B/16 (Dosovitskiy et al., An image is worth 16x16 words, 2021): matrix products."""

import torch
import torchvision

from bench.model.workload import Workload
from bench.worker.workloads.images import batch, loss

__all__ = ["batch", "build", "loss"]


def build(workload: Workload, classes: int) -> torch.nn.Module:
    """Torchvision's, untrained, for images of this size: a multiple of its patches' 16 pixels."""
    return torchvision.models.vit_b_16(
        weights=None, num_classes=classes, image_size=workload.image_size
    )
