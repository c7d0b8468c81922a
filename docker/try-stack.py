"""Trains one step with a stack, in the build, and prints the index that its torch came from."""

from contextlib import suppress

import torch
import torchvision

with suppress(ModuleNotFoundError):
    import intel_extension_for_pytorch as _  # noqa: F401

model = torchvision.models.resnet18()
model(torch.zeros(2, 3, 64, 64)).sum().backward()
torch.optim.SGD(model.parameters(), lr=0.1).step()
# PyTorch's own index marks its CPU build in the version.
print("cpu" if torch.__version__.endswith("+cpu") else "registry")
