"""The catalogue of stacks, and what of each this host has. A stack added later is one entry here.

Nothing is started to find out: an interpreter's packages are read from its folders.
"""

import hashlib
import re
import site
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from bench.host.kit import RECORD, read_build
from bench.host.preloading import missing
from bench.host.tools import LIBRARY_FOLDERS, library, program
from bench.model.base import Reading
from bench.model.host import Stack

STAMP = ".bench-full"
"""In the environment's folder: paths and SHA-256 of what scripts/setup.sh made it from."""

_IPEX = "intel-extension-for-pytorch"


@dataclass(frozen=True)
class StackEntry:
    """One environment that trains, as it is meant to be.

    `packages` are the releases that others measure, by their names in the registry, `openmp` the
    package that brings Intel's OpenMP runtime, `locks` the files in requirements/ that one of
    the stack's builds is made from, `interpreter` finds its Python.
    """

    name: str
    packages: dict[str, str]
    openmp: str
    locks: tuple[str, ...]
    interpreter: Callable[[], Reading[str]]


def running() -> Reading[str]:
    """The interpreter that runs this."""
    return Reading(value=sys.executable)


STACKS: dict[str, StackEntry] = {
    entry.name: entry
    for entry in (
        StackEntry(
            name="ipex",
            packages={"torch": "2.8.0", "torchvision": "0.23.0", _IPEX: "2.8.0"},
            openmp="intel-openmp",
            locks=("torch-cpu.txt", "torch-registry.txt", "train.txt"),
            interpreter=running,
        ),
    )
}
"""By name."""


def find_stacks(
    catalogue: Mapping[str, StackEntry] = STACKS,
    folders: Sequence[Path] = LIBRARY_FOLDERS,
    record: Path = RECORD,
) -> list[Stack]:
    """Every entry: its interpreter, and what lies beside that or in the system's `folders`."""
    return [_find(entry, folders, record) for entry in catalogue.values()]


def _find(entry: StackEntry, folders: Sequence[Path], record: Path) -> Stack:
    python = entry.interpreter()
    if python.value is None:
        gone = Reading[str](reason=python.reason)
        packages = dict.fromkeys(entry.packages, gone)
        return Stack(
            name=entry.name, python=python, packages=packages, ipexrun=gone, iomp5=gone, lock=gone
        )
    # Not resolved: a virtual environment's interpreter is a link to another's.
    prefix = Path(python.value).parent.parent
    sites = _site_folders(Path(python.value))
    openmp = f"pip install {entry.openmp}"
    return Stack(
        name=entry.name,
        python=python,
        packages={name: _release(name, pin, sites) for name, pin in entry.packages.items()},
        ipexrun=_launcher(entry, prefix / "bin"),
        iomp5=library(["libiomp5.so"], [prefix / "lib", *folders], openmp),
        lock=_lock(entry, prefix / STAMP, record),
    )


def _site_folders(python: Path) -> list[str]:
    """Where an interpreter's packages lie: of the running one exactly, of another by convention.

    Not `sys.path`: PYTHONPATH, which is kept from lanes, may lead to other releases.
    """
    if python == Path(sys.executable):
        users = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
        return [*site.getsitepackages(), *users]
    # Debian calls the folder of its own packages dist-packages.
    return [str(folder) for folder in python.parent.parent.glob("lib*/python3*/*-packages")]


def _release(name: str, pin: str, sites: list[str]) -> Reading[str]:
    for distribution in distributions(name=name, path=sites):
        # A removal that was cut short leaves a folder with none in it.
        if "Version" in distribution.metadata:
            return Reading(value=distribution.metadata["Version"])
    return missing(f"pip install {name}=={pin}")


def _launcher(entry: StackEntry, scripts: Path) -> Reading[str]:
    if _IPEX not in entry.packages:
        return Reading(reason=f"it comes with {_IPEX}, which this stack has not")
    return program("ipexrun", str(scripts), f"pip install {_IPEX}=={entry.packages[_IPEX]}")


def _lock(entry: StackEntry, stamp: Path, record: Path) -> Reading[str]:
    """One SHA-256 for its locks: that of what `sha256sum` prints for them in requirements/."""
    build = read_build(record)
    if build.value is not None:
        sums = build.value.locks
    else:
        text = stamp.read_text(encoding="utf-8", errors="replace") if stamp.is_file() else ""
        lines = re.findall(r"^([0-9a-f]{64})  requirements/(\S+)$", text, re.MULTILINE)
        sums = {name: digest for digest, name in lines}
    unknown = [name for name in entry.locks if name not in sums]
    if unknown:
        return Reading(reason=f"nothing says that it was made from {', '.join(unknown)}")
    text = "".join(f"{sums[name]}  {name}\n" for name in entry.locks)
    return Reading(value=hashlib.sha256(text.encode()).hexdigest())
