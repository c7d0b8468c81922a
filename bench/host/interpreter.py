"""What is known of another Python without starting it: its release, and where its packages lie."""

import os
import re
import site
import sys
from importlib.metadata import distributions
from pathlib import Path

from bench.host.preloading import missing
from bench.model.base import Reading

LEAST = (3, 11)
"""The oldest Python that the kit's worker runs in."""

_CONFIGURED = re.compile(r"^version(?:_info)? *= *(\d+)\.(\d+)", re.MULTILINE)
_NAMED = re.compile(r"python(\d+)\.(\d+)")


def is_python(python: Path) -> bool:
    """Whether it is an interpreter with packages' folders of its own: a shim in front has none."""
    return "python" in python.resolve().name and bool(package_folders(python))


def release(python: Path) -> tuple[int, int] | None:
    """Major and minor: a virtual environment says it, else the file's own name may."""
    found = _CONFIGURED.search(_configuration(python)) or _NAMED.fullmatch(python.resolve().name)
    return (int(found[1]), int(found[2])) if found else None


def package_folders(python: Path) -> list[str]:
    """Where an interpreter's packages lie: of the running one exactly, of another by convention.

    Not `sys.path`: PYTHONPATH, which is kept from lanes, may lead to other releases.
    """
    if python == Path(sys.executable):
        users = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
        return [*site.getsitepackages(), *users]
    known = release(python)
    names = {"python3", f"python{known[0]}.{known[1]}"} if known else None
    # Debian calls the folder of its own packages dist-packages.
    return [
        str(folder)
        for prefix in _prefixes(python)
        for folder in sorted(prefix.glob("lib*/python3*/*-packages"))
        if names is None or folder.parent.name in names
    ]


def headers(python: Path) -> Reading[str]:
    """Python.h, which compiled code needs, of what an environment is made from.

    The remedy is for a system's own, whose headers are a package apart.
    """
    of = release(python) or sys.version_info[:2]
    name = f"python{of[0]}.{of[1]}"
    home = _home(_configuration(python))
    prefixes = [python.parent.parent, *([home.parent] if home else [])]
    for prefix in prefixes:
        file = prefix / "include" / name / "Python.h"
        if file.is_file():
            return Reading(value=str(file))
    return missing(f"apt-get install {name}-dev (Debian, Ubuntu) or dnf install {name}-devel")


def installed(package: str, folders: list[str]) -> str | None:
    """The release of a package that lies in one of the folders."""
    for distribution in distributions(name=package, path=folders):
        # A removal that was cut short leaves a folder with none in it.
        if "Version" in distribution.metadata:
            return distribution.metadata["Version"]
    return None


def _prefixes(python: Path) -> list[Path]:
    """The folders that it looks below for packages, in its order."""
    # Not resolved: a virtual environment's interpreter is a link to another's.
    prefix = python.parent.parent
    text = _configuration(python)
    if not text:
        # Where Debian's pip installs.
        local = [Path("/usr/local")] if prefix == Path("/usr") else []
        users = [Path(site.getuserbase())] if site.ENABLE_USER_SITE else []
        return [*local, prefix, *users]
    home = _home(text)
    if home and re.search(r"^include-system-site-packages *= *true", text, re.MULTILINE):
        return [prefix, *_prefixes(home / "python3")]
    return [prefix]


def _home(configuration: str) -> Path | None:
    """The folder of the interpreter that a virtual environment is made from."""
    found = re.search(r"^home *= *(.+)$", configuration, re.MULTILINE)
    return Path(found[1].strip()) if found else None


def _configuration(python: Path) -> str:
    """What makes a folder a virtual environment; empty if it is none."""
    file = python.parent.parent / "pyvenv.cfg"
    if not os.access(file, os.R_OK):
        return ""
    return file.read_text(encoding="utf-8", errors="replace")
