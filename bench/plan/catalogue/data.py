"""The catalogue of data: what `--data` takes. How a set is had is a file in the worker."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class DataFacts:
    """A kind of set to train on: whether it is generated, and asked for as NAME:PATH."""

    name: str
    purpose: str
    generated: Literal["never", "at need", "always"] = "never"
    takes_path: bool = False


DATA: dict[str, DataFacts] = {
    facts.name: facts
    for facts in (
        DataFacts("auto", "CIFAR-10 if it can be had, else synthetic", "at need"),
        DataFacts("cifar10", "CIFAR-10, downloaded"),
        DataFacts("synthetic", "generated pictures", "always"),
        DataFacts("folder", "your own, one folder a class", takes_path=True),
    )
}
"""By name."""
