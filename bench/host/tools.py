"""Programs and libraries of the system that a lane wants: where they are, or what to install."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.host.launcher_view import ask_lscpu, objection
from bench.host.preloading import first_loadable, missing
from bench.model.base import Reading
from bench.model.host import Tools, Topology

LIBRARY_FOLDERS = tuple(
    Path(folder)
    for folder in (
        *("/usr/local/lib", "/usr/local/lib64"),
        *("/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib"),
    )
)
"""Where hand-built libraries are, and Debian's and Red Hat's."""

_UTIL_LINUX = "apt-get install util-linux (Debian, Ubuntu) or dnf install util-linux"
_WHICH = "apt-get install debianutils (Debian, Ubuntu) or dnf install which"
_NUMACTL = "apt-get install numactl (Debian, Ubuntu) or dnf install numactl"
_TCMALLOC = "apt-get install libtcmalloc-minimal4 (Debian, Ubuntu) or dnf install gperftools-libs"
_COMPILER = "apt-get install g++ (Debian, Ubuntu) or dnf install gcc-c++"
_LIMIT_SECONDS = 10
# The whole allocator before the one without its profiler; run-time packages have only `.so.4`.
_TCMALLOC_NAMES = (
    "libtcmalloc.so",
    "libtcmalloc.so.4",
    "libtcmalloc_minimal.so",
    "libtcmalloc_minimal.so.4",
)


def find_tools(
    topology: Topology,
    bindable: Reading[list[int]],
    path: str | None = None,
    folders: Sequence[Path] = (*LIBRARY_FOLDERS, Path(sys.prefix) / "lib"),
) -> Tools:
    """Look on `path` (default: the PATH) and in `folders`: the system's, then Python's own.

    What is there is tried: lscpu is held against the `topology` that the kernel tells, numactl
    binds memory to the first of the `bindable` nodes.
    """
    path = os.environ.get("PATH", os.defpath) if path is None else path
    return Tools(
        lscpu=_lscpu(program("lscpu", path, _UTIL_LINUX), topology),
        which=program("which", path, _WHICH),
        numactl=_numactl(program("numactl", path, _NUMACTL), bindable),
        taskset=program("taskset", path, _UTIL_LINUX),
        tcmalloc=library(_TCMALLOC_NAMES, folders, _TCMALLOC),
        compiler=_compiler(program("g++", path, _COMPILER), Path(tempfile.gettempdir())),
    )


def program(name: str, path: str, remedy: str) -> Reading[str]:
    """Where a program lies on `path`."""
    file = shutil.which(name, path=path)
    return Reading(value=file) if file else missing(remedy)


def library(names: Sequence[str], folders: Sequence[Path], remedy: str) -> Reading[str]:
    """The first of `names` that lies in one of `folders` and can be preloaded."""
    return first_loadable([folder / name for name in names for folder in folders], remedy)


def _compiler(compiler: Reading[str], temporary: Path) -> Reading[str]:
    """By no other name than g++: lanes don't have CXX. What it makes is loaded from `temporary`."""
    if compiler.value is None or not os.statvfs(temporary).f_flag & os.ST_NOEXEC:
        return compiler
    remedy = "set TMPDIR to another folder; in a container add --tmpfs /tmp:exec"
    return Reading(reason=f"of no use here: {temporary} is mounted noexec; {remedy}")


def _lscpu(lscpu: Reading[str], topology: Topology) -> Reading[str]:
    if lscpu.value is None:
        return lscpu
    why = objection(ask_lscpu(lscpu.value), topology)
    return lscpu if why is None else Reading(reason=f"at odds with the kernel: {why}")


def _numactl(numactl: Reading[str], bindable: Reading[list[int]]) -> Reading[str]:
    """It has ways of its own to look at nodes, and refuses where they show it none."""
    if numactl.value is None or not bindable.value:
        return numactl
    # It starts itself: PATH may lead to nothing else.
    command = [numactl.value, "-m", str(bindable.value[0]), numactl.value, "--show"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=_LIMIT_SECONDS
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Reading(reason=f"of no use here: it can't be run ({type(error).__name__})")
    if done.returncode == 0:
        return numactl
    said = (done.stderr.strip().splitlines() or [f"it ends with {done.returncode}"])[0]
    return Reading(reason=f"of no use here: {said[:200]}")
