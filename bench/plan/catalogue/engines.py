"""The catalogue of engines: what each needs and costs. How it trains is a file in the worker."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.text import MIB

PYTORCH = {"torch": "torch", "torchvision": "torchvision"}


@dataclass(frozen=True)
class EngineFacts:
    """An engine, without torch.

    `requires` are the packages that its stack must have, by their names in the registry, each with
    the word for people. `libraries_bytes` is the peak of a process that has loaded them and trains
    nothing, `start_cpu_seconds` what importing them and building a model computes.
    """

    name: str
    title: str
    requires: Mapping[str, str]
    libraries_bytes: int
    start_cpu_seconds: float


ENGINES: dict[str, EngineFacts] = {
    facts.name: facts
    for facts in (
        # Measured: torch 2.8.0 and IPEX 2.8.0 on x86-64, `ru_maxrss` less the model's and the
        # optimizer's memory; CPU seconds of three starts at once on two cores.
        EngineFacts(
            name="stock",
            title="stock PyTorch",
            requires=PYTORCH,
            libraries_bytes=640 * MIB,
            start_cpu_seconds=7.0,
        ),
        EngineFacts(
            name="ipex",
            title="IPEX",
            requires=PYTORCH | {"intel-extension-for-pytorch": "IPEX"},
            libraries_bytes=880 * MIB,
            start_cpu_seconds=7.0,
        ),
    )
}
"""By name."""
