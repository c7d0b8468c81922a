"""What can be trained on: one file a kind of set, each a module with the functions of `Source`."""

import importlib
import typing
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bench.model.workload import DataReply, DataRequest, DataSpec

if TYPE_CHECKING:  # to prepare a set takes torch only where torchvision must look at it
    from torch.utils.data import Dataset

Transform = Callable[[Any], Any]
"""From a picture to the tensor that is trained on."""


class Source(typing.Protocol):
    """What the module of a kind of set offers."""

    def prepare(self, request: DataRequest, path: str) -> DataReply:
        """Find, download or generate the set; `path` is what follows the kind's name, or "".

        OSError or RuntimeError, each with its reason, if it can't be had.
        """
        ...

    def training_set(self, spec: DataSpec, seed: int, transform: Transform) -> "Dataset[Any]":
        """Open the set that was prepared: pairs of a sample and its class's number."""
        ...


def load(kind: str) -> Source:
    """Import the kind: a module of this package. ModuleNotFoundError if there is none."""
    return typing.cast(Source, importlib.import_module(f"{__name__}.{kind}"))
