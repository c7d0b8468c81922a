"""What runs the training: one file an engine, each a module with the functions of `Engine`."""

import importlib
import typing

import torch


class Engine(typing.Protocol):
    """What an engine's module offers. Importing the module loads the engine."""

    def prepare(
        self, model: torch.nn.Module, optimizer: torch.optim.Optimizer, dtype: torch.dtype
    ) -> tuple[torch.nn.Module, torch.optim.Optimizer]:
        """Return the model and optimizer that the engine trains."""
        ...

    def instruction_set(self) -> str | None:
        """Return the level the engine itself says it runs at, or None if it has none."""
        ...


def load(name: str) -> Engine:
    """Import the engine `name`: a module of this package. ModuleNotFoundError if there is none."""
    return typing.cast(Engine, importlib.import_module(f"{__name__}.{name}"))
