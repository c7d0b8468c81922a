"""Programs and libraries of the system that a lane wants: where they are, or what to install."""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.model.base import Reading
from bench.model.host import Tools

LIBRARY_FOLDERS = tuple(
    Path(folder)
    for folder in ("/usr/local/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib")
)
"""Where Debian, Red Hat and hand-built libraries are."""

_UTIL_LINUX = "apt-get install util-linux (Debian, Ubuntu) or dnf install util-linux"
_NUMACTL = "apt-get install numactl (Debian, Ubuntu) or dnf install numactl"
_TCMALLOC = "apt-get install libtcmalloc-minimal4 (Debian, Ubuntu) or dnf install gperftools-libs"
# The whole allocator before the one without its profiler; run-time packages have only `.so.4`.
_TCMALLOC_NAMES = (
    "libtcmalloc.so",
    "libtcmalloc.so.4",
    "libtcmalloc_minimal.so",
    "libtcmalloc_minimal.so.4",
)


def find_tools(
    path: str | None = None,
    folders: Sequence[Path] = (*LIBRARY_FOLDERS, Path(sys.prefix) / "lib"),
) -> Tools:
    """Look on `path` (default: the PATH) and in `folders`: the system's, then Python's own."""
    path = os.environ.get("PATH", os.defpath) if path is None else path
    return Tools(
        lscpu=program("lscpu", path, _UTIL_LINUX),
        numactl=program("numactl", path, _NUMACTL),
        taskset=program("taskset", path, _UTIL_LINUX),
        tcmalloc=library(_TCMALLOC_NAMES, folders, _TCMALLOC),
    )


def program(name: str, path: str, remedy: str) -> Reading[str]:
    """Where a program lies on `path`."""
    file = shutil.which(name, path=path)
    return Reading(value=file) if file else missing(remedy)


def library(names: Sequence[str], folders: Sequence[Path], remedy: str) -> Reading[str]:
    """The first of `names` that lies in one of `folders`."""
    for name in names:
        for folder in folders:
            if (folder / name).is_file():
                return Reading(value=str(folder / name))
    return missing(remedy)


def missing(remedy: str) -> Reading[str]:
    """What is not there, and how to get it."""
    return Reading(reason=f"not found; install it with: {remedy}")
