"""The catalogue of engines: what each needs and costs. How it trains is a file in the worker."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.text import MIB

PYTORCH = {"torch": "torch", "torchvision": "torchvision"}


@dataclass(frozen=True)
class Compiling:
    """What it takes an engine to compile a model, with nothing to find again: ResNet-50.

    It computes `cpu_seconds` by itself, on one core; its compilers, one on each of the lane's
    cores, `compiler_cpu_seconds` between them, and `compiler_bytes` each. `cores_variable` tells
    it how many there are to be. With everything to find again it takes `warm_cpu_seconds`.
    """

    cores_variable: str
    cpu_seconds: float
    compiler_cpu_seconds: float
    compiler_bytes: int
    warm_cpu_seconds: float


@dataclass(frozen=True)
class EngineFacts:
    """An engine, without torch.

    `requires` are the packages that its stack must have, by their names in the registry, each with
    the word for people. `libraries_bytes` is the peak of a process that has loaded them and trains
    nothing, `start_cpu_seconds` what importing them and building a model computes, each the
    largest of the releases that the stacks have. Of one that is `archived` it is answered what
    can be run instead. One with `compiling` needs a C++ compiler, and has a turn for that before
    the warm-up.
    """

    name: str
    title: str
    requires: Mapping[str, str]
    libraries_bytes: int
    start_cpu_seconds: float
    archived: bool = False
    compiling: Compiling | None = None


ENGINES: dict[str, EngineFacts] = {
    facts.name: facts
    for facts in (
        # Measured: torch 2.14.1 for stock, 2.8.0 (less, 710 MiB) with IPEX 2.8.0, on x86-64:
        # `ru_maxrss` less the model's and the optimizer's memory; CPU seconds of three starts at
        # once on two cores.
        EngineFacts(
            name="stock",
            title="stock PyTorch",
            requires=PYTORCH,
            libraries_bytes=750 * MIB,
            start_cpu_seconds=7.0,
        ),
        EngineFacts(
            name="ipex",
            title="IPEX",
            requires=PYTORCH | {"intel-extension-for-pytorch": "IPEX"},
            libraries_bytes=880 * MIB,
            start_cpu_seconds=7.0,
            archived=True,  # by Intel, in March 2026
        ),
        # Of torch 2.14.1: ResNet-50 takes longest of the models (ViT-B/16 44 s and its compilers
        # 35, ResNet-18 25 and 34).
        EngineFacts(
            name="compile",
            title="torch.compile",
            requires=PYTORCH,
            libraries_bytes=1000 * MIB,
            start_cpu_seconds=9.0,
            compiling=Compiling(
                cores_variable="TORCHINDUCTOR_COMPILE_THREADS",
                cpu_seconds=65.0,
                compiler_cpu_seconds=58.0,
                compiler_bytes=150 * MIB,
                warm_cpu_seconds=7.0,
            ),
        ),
    )
}
"""By name."""
