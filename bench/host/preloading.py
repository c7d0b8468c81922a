"""Libraries that can really be preloaded: a name ending in `.so` may be a script or for 32 bits."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.model.base import Reading

_LIMIT_SECONDS = 10
_SHOW_MAPS = (
    ("cat", "/proc/self/maps"),
    (sys.executable, "-ISc", "print(open('/proc/self/maps').read())"),
)
"""Each shows what is mapped in it; the second where the first is linked statically (BusyBox), so
that nothing can be preloaded into it."""


def first_loadable(candidates: Sequence[Path], remedy: str) -> Reading[str]:
    """The first of the files that a program can be started with; else why not, with the remedy."""
    refused = []
    for candidate in candidates:
        if not candidate.is_file():
            continue
        why = cannot_preload(candidate)
        if why is None:
            return Reading(value=str(candidate))
        refused.append(f"{candidate} can't be preloaded ({why})")
    if refused:
        return Reading(reason=f"not usable: {'; '.join(refused)}; install another with: {remedy}")
    return missing(remedy)


def missing(remedy: str) -> Reading[str]:
    """What is not there, and how to get it."""
    return Reading(reason=f"not found; install it with: {remedy}")


def cannot_preload(library: Path) -> str | None:
    """Why it can't: the loader's words, or that it is not mapped all the same. None if it can.

    A program is started with it: dlopen refuses libraries that preloading does not (static TLS).
    """
    # The loader takes a list, with either between.
    if any(character in str(library) for character in " :"):
        return "a path with a space or a colon"
    environment = {
        "LD_PRELOAD": str(library),
        "LC_ALL": "C",
        "PATH": os.environ.get("PATH", os.defpath),
    }
    tried = False
    for command in _SHOW_MAPS:
        try:
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, errors="replace",
                timeout=_LIMIT_SECONDS,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError):
            continue
        tried = True
        if str(library.resolve()) in done.stdout:
            return None
        if words := _loaders_words(done.stderr):
            return words
    return _no_library(library) or ("it is not mapped" if tried else None)


def _loaders_words(text: str) -> str | None:
    """`wrong ELF class: ELFCLASS32` of the sentence that it is in, or the whole first line."""
    line = (text.strip().splitlines() or [""])[0]
    return line.partition("preloaded (")[2].partition("): ignored")[0] or line or None


def _no_library(library: Path) -> str | None:
    """By its first bytes: a library of 64 bits, as far as they tell."""
    try:
        with library.open("rb") as file:
            head = file.read(18)
    except OSError as error:
        return error.strerror
    if head[:4] != b"\x7fELF":
        return "no ELF file"
    return None if head[4:5] == b"\2" else "not of 64 bits"
