"""Plain PyTorch. Never imports IPEX, which would override 24 of its operators."""

from pathlib import Path

import torch


def prepare(
    model: torch.nn.Module, optimizer: torch.optim.Optimizer, dtype: torch.dtype
) -> tuple[torch.nn.Module, torch.optim.Optimizer]:
    """Return both as they are."""
    return model, optimizer


def instruction_set() -> str | None:
    """Return None: torch has no level of its own besides `torch.backends.cpu`'s capability."""
    return None


def compiler(cache: Path) -> None:
    """Return None: it compiles nothing."""
