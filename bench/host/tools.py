"""Programs, libraries and packages a lane wants: where they are, or what to install."""

import os
import shutil
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
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
    prefix: Path = Path(sys.prefix),
    folders: Sequence[Path] = LIBRARY_FOLDERS,
) -> Tools:
    """Look on `path` (default: the PATH), in Python's own `prefix` and in system `folders`."""
    path = os.environ.get("PATH", os.defpath) if path is None else path
    own, system = prefix / "lib", list(folders)
    # The launcher is a script of this environment, which need not be on the PATH.
    scripts = os.pathsep.join([str(prefix / "bin"), path])
    return Tools(
        lscpu=_program("lscpu", path, _UTIL_LINUX),
        numactl=_program("numactl", path, _NUMACTL),
        taskset=_program("taskset", path, _UTIL_LINUX),
        ipexrun=_program("ipexrun", scripts, "pip install intel-extension-for-pytorch==2.8.0"),
        tcmalloc=_library(_TCMALLOC_NAMES, [*system, own], _TCMALLOC),
        iomp5=_library(["libiomp5.so"], [own, *system], "pip install intel-openmp"),
        torch=_package("torch", "2.8.0"),
        torchvision=_package("torchvision", "0.23.0"),
        intel_extension_for_pytorch=_package("intel-extension-for-pytorch", "2.8.0"),
    )


def _program(name: str, path: str, remedy: str) -> Reading[str]:
    found = shutil.which(name, path=path)
    return Reading(value=found) if found else _missing(remedy)


def _library(names: Sequence[str], folders: Sequence[Path], remedy: str) -> Reading[str]:
    for name in names:
        for folder in folders:
            if (folder / name).is_file():
                return Reading(value=str(folder / name))
    return _missing(remedy)


def _package(name: str, release: str) -> Reading[str]:
    try:
        return Reading(value=version(name))
    except PackageNotFoundError:
        return _missing(f"pip install {name}=={release}")


def _missing(remedy: str) -> Reading[str]:
    return Reading(reason=f"not found; install it with: {remedy}")
