"""What runs the training: one file an engine, each a module with the functions of `Engine`."""

import importlib
import typing
from collections.abc import Callable
from pathlib import Path

import torch

from bench.model.record import Compilation


class Compiler(typing.Protocol):
    """What compiles a model in its first step. Between steps nothing of it is at work."""

    def first_step(self, step: Callable[[], object]) -> Compilation:
        """Call `step`, which compiles the model, and tell what that took."""
        ...

    def look_back(self, compilation: Compilation) -> None:
        """Note in it, after the last step, what was compiled since and what code that all is."""
        ...

    def releases(self) -> dict[str, str]:
        """Return the releases of the programs that it compiles with, by their names."""
        ...


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

    def compiler(self, cache: Path) -> Compiler | None:
        """Return what compiles its models and keeps that in a folder, or None.

        Call it before `prepare`.
        """
        ...


def load(name: str) -> Engine:
    """Import the engine `name`: a module of this package. ModuleNotFoundError if there is none."""
    return typing.cast(Engine, importlib.import_module(f"{__name__}.{name}"))
