"""The catalogue of data: what `--data` takes. How a set is had is a file in the worker."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DataFacts:
    """A kind of set to train on. `takes_path`: it is asked for as NAME:PATH."""

    name: str
    purpose: str
    takes_path: bool = False


DATA: dict[str, DataFacts] = {
    facts.name: facts
    for facts in (
        DataFacts("auto", "CIFAR-10 if it can be had, else synthetic"),
        DataFacts("cifar10", "CIFAR-10, downloaded"),
        DataFacts("synthetic", "generated pictures"),
        DataFacts("folder", "your own, one folder a class", takes_path=True),
    )
}
"""By name."""
