"""Stacks of the user's own, as `--stack NAME=PYTHON` names them."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from bench.errors import BenchError, Exit
from bench.host.interpreter import is_python
from bench.host.stacks import STACKS
from bench.plan.catalogue.lanes import LANES
from bench.plan.wanted import groups

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
"""So that a lane's id with it is a file's name, and fits in a table."""

_FORM = "it is NAME=PYTHON, such as --stack nightly=/opt/nightly/bin/python"


def stacks_of(given: Sequence[str] | None) -> dict[str, Path]:
    """The interpreters by their stacks' names. BenchError (exit 2) for one that can't be."""
    stacks: dict[str, Path] = {}
    for text in given or ():
        name, equals, path = text.partition("=")
        if not equals or not path:
            _refuse(text, "names no interpreter", _FORM)
        if name in stacks:
            _refuse(text, f"names {name} twice", "give each stack a name of its own")
        stacks[_name(text, name)] = _interpreter(text, path)
    return stacks


def _name(text: str, name: str) -> str:
    if not _NAME.fullmatch(name):
        _refuse(text, f"{name!r} is no name", f"{_FORM}: a name has up to 32 of a-z, 0-9 . _ -")
    if name in groups().keys() - STACKS.keys():
        _refuse(text, f"{name} is a group of lanes", "call the stack something else")
    if name in {lane.id for lane in LANES}:
        _refuse(text, f"{name} is a lane", "call the stack something else")
    return name


def _interpreter(text: str, path: str) -> Path:
    """Absolute and not resolved: a virtual environment's interpreter is a link to another's."""
    try:
        path.encode()
        python = Path(path).expanduser().absolute()
    except (RuntimeError, UnicodeEncodeError):
        _refuse(text, "can't be found", "write its path out, in characters of UTF-8")
    if (python / "bin" / "python").exists():
        _refuse(text, "is a folder", f"name the interpreter in it: {python}/bin/python")
    if not python.is_file():
        _refuse(text, "is not there", _FORM)
    if not os.access(python, os.X_OK):
        _refuse(text, "can't be executed", _FORM)
    if not is_python(python):
        _refuse(
            text,
            "is no Python with packages beside it",
            "name an environment's own bin/python, not a shim in front of it",
        )
    return python


def _refuse(text: str, why: str, remedy: str) -> NoReturn:
    raise BenchError(f"--stack {text}: {why}", remedy, Exit.USAGE)
