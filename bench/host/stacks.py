"""The catalogue of stacks, and what of each this host has. A stack added later is one entry here.

Nothing is started to find out: an interpreter's packages are read from its folders.
"""

import hashlib
import re
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.host.interpreter import LEAST, headers, installed, package_folders, release
from bench.host.kit import RECORD, read_build
from bench.host.preloading import missing
from bench.host.tools import LIBRARY_FOLDERS, library, program
from bench.model.base import Reading
from bench.model.host import Stack

STAMP = ".bench-full"
"""In the environment's folder: paths and SHA-256 of what scripts/setup.sh made it from."""

UNPINNED = ".bench-unpinned"
"""In the environment's folder, if scripts/training-stack.sh put in what its lock does not pin."""

OPENMP = "intel-openmp"
"""The package that brings Intel's OpenMP runtime."""

_IPEX = "intel-extension-for-pytorch"
_LOOKED_AT = ("torch", "torchvision", _IPEX)
"""Packages that are looked for in a stack of the user's."""

_OF_THE_WORKER = "pydantic"
"""What the kit's worker imports beside torch and torchvision with what these bring."""


@dataclass(frozen=True)
class StackEntry:
    """One environment that trains, as it is meant to be.

    `packages` are the releases that others measure, by their names in the registry, `locks` the
    files in requirements/ that one of the stack's builds is made from, `interpreter` finds its
    Python, `install` is the command that puts a package into it.
    """

    name: str
    packages: Mapping[str, str]
    locks: tuple[str, ...]
    interpreter: Callable[[], Reading[str]]
    install: Callable[[str], str] = "pip install {}".format


def running() -> Reading[str]:
    """The interpreter that runs this."""
    return Reading(value=sys.executable)


def beside(name: str) -> Reading[str]:
    """The interpreter of the stack that the kit's setup makes beside its own environment."""
    python = Path(sys.prefix).parent / ".stacks" / name / "bin" / "python"
    if python.is_file():
        return Reading(value=str(python))
    return missing(made(name))


def made(name: str) -> str:
    """The command that makes a stack of the catalogue: in an image, with all the others."""
    if RECORD.exists():
        return f"docker compose build --build-arg STACKS='{' '.join(STACKS)}'"
    return f"make stack NAME={name}"


STACKS: dict[str, StackEntry] = {
    entry.name: entry
    for entry in (
        StackEntry(
            name="ipex",
            packages={"torch": "2.8.0", "torchvision": "0.23.0", _IPEX: "2.8.0"},
            locks=("stack-ipex-cpu.txt", "stack-ipex.txt"),
            interpreter=running,
        ),
        StackEntry(
            name="torch",
            packages={"torch": "2.14.1", "torchvision": "0.29.1"},
            locks=("stack-torch.txt",),
            interpreter=lambda: beside("torch"),
            install=lambda _: made("torch"),
        ),
    )
}
"""By name."""


def find_stacks(
    catalogue: Mapping[str, StackEntry] = STACKS,
    folders: Sequence[Path] = LIBRARY_FOLDERS,
    record: Path = RECORD,
    named: Mapping[str, Path] | None = None,
) -> list[Stack]:
    """Every entry: its interpreter, and what lies beside that or in the system's `folders`.

    `named` are interpreters of the user's by their stacks' names: in place of an entry's own, or of
    stacks beside the catalogue's.
    """
    theirs = {name: _of_the_user(name, python) for name, python in (named or {}).items()}
    return [
        _find(entry, folders, record).model_copy(update={"named": name in theirs})
        for name, entry in {**catalogue, **theirs}.items()
    ]


def _of_the_user(name: str, python: Path) -> StackEntry:
    """A stack that no lock pins: of what it has, whatever its releases are."""
    folders = package_folders(python)
    return StackEntry(
        name=name,
        packages={
            package: ""
            for package in _LOOKED_AT
            if package != _IPEX or installed(package, folders) is not None
        },
        locks=(),
        interpreter=lambda: Reading(value=str(python)),
        install=lambda package: f"{shlex.quote(str(python))} -m pip install {package}",
    )


def _find(entry: StackEntry, folders: Sequence[Path], record: Path) -> Stack:
    python = _left_out(entry, record) or entry.interpreter()
    if python.value is None:
        gone = Reading[str](reason=python.reason)
        packages = dict.fromkeys(entry.packages, gone)
        return Stack(
            name=entry.name,
            python=python,
            packages=packages,
            ipexrun=gone,
            iomp5=gone,
            headers=gone,
            lock=gone,
        )
    # Not resolved: a virtual environment's interpreter is a link to another's.
    prefix = Path(python.value).parent.parent
    sites = package_folders(Path(python.value))
    why_not = _no_worker(entry, Path(python.value), sites)
    return Stack(
        name=entry.name,
        python=python if why_not is None else Reading(reason=why_not),
        packages={name: _release(entry, name, sites) for name in entry.packages},
        ipexrun=_launcher(entry, prefix / "bin"),
        iomp5=library(["libiomp5.so"], [prefix / "lib", *folders], entry.install(OPENMP)),
        headers=headers(Path(python.value)),
        lock=_lock(entry, prefix, record),
    )


def _left_out(entry: StackEntry, record: Path) -> Reading[str] | None:
    """Why this image has no such stack; None if it has one, or for none of the catalogue's."""
    build = read_build(record).value
    if build is None or not entry.locks or entry.name in build.torch_builds:
        return None
    return Reading(reason=f"left out of this image; build one with it: {made(entry.name)}")


def _no_worker(entry: StackEntry, python: Path, sites: list[str]) -> str | None:
    """Why the kit's worker does not run in that interpreter, with the remedy; None if it does."""
    of, least = release(python), ".".join(map(str, LEAST))
    if of is not None and of < LEAST:
        return f"of no use here: it is Python {of[0]}.{of[1]}; make it with {least} or later"
    found = installed(_OF_THE_WORKER, sites)
    if found is not None and not found.startswith("1."):
        return None
    has = "has none" if found is None else f"has {found}"
    remedy = entry.install(f"'{_OF_THE_WORKER}>=2'")
    return (
        f"of no use here: it {has} of {_OF_THE_WORKER}, which bench needs there; "
        f"install it with: {remedy}"
    )


def _release(entry: StackEntry, name: str, sites: list[str]) -> Reading[str]:
    found = installed(name, sites)
    if found is not None:
        return Reading(value=found)
    return missing(entry.install(_pinned(entry, name)))


def _pinned(entry: StackEntry, name: str) -> str:
    pin = entry.packages[name]
    return f"{name}=={pin}" if pin else name


def _launcher(entry: StackEntry, scripts: Path) -> Reading[str]:
    if _IPEX not in entry.packages:
        return Reading(reason=f"it comes with {_IPEX}, which this stack has not")
    return program("ipexrun", str(scripts), entry.install(_pinned(entry, _IPEX)))


def _lock(entry: StackEntry, prefix: Path, record: Path) -> Reading[str]:
    """One SHA-256 for its locks: that of what `sha256sum` prints for them in requirements/."""
    if not entry.locks:
        return Reading(reason="named by --stack: no lock pins it")
    stamp, unpinned = prefix / STAMP, prefix / UNPINNED
    if unpinned.is_file():
        return Reading(reason=unpinned.read_text(encoding="utf-8", errors="replace").strip())
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
