"""The system's text files, each as a value or the reason it could not be read."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from bench.model.base import Reading
from bench.text import parse_cpulist

T = TypeVar("T")


@dataclass(frozen=True)
class Files:
    """Files below `root`: the machine's own (`/`), or the tree of a recorded host."""

    root: Path = Path("/")

    def reading(self, path: str) -> Reading[str]:
        """The text of an absolute path, stripped, or the reason it can't be read."""
        text = self._raw(path)
        return text if text.value != "" else Reading(reason=f"{path}: empty")

    def text(self, path: str) -> str | None:
        """The text of an absolute path, or None where the reason does not matter."""
        return self.reading(path).value

    def integer(self, path: str) -> int | None:
        """The whole number a file holds, or None."""
        return parsed(self.reading(path), int).value

    def numbers(self, path: str) -> Reading[list[int]]:
        """What a list such as `0-3,8` holds: nothing, where the file is there and empty."""
        return parsed(self._raw(path), parse_cpulist)

    def names(self, folder: str) -> list[str]:
        """What a folder holds, sorted; [] if it can't be listed."""
        try:
            return sorted(entry.name for entry in self._inside(folder).iterdir())
        except OSError:
            return []

    def folders(self, folder: str) -> list[str]:
        """The absolute paths of a folder's own folders, sorted; [] if it can't be listed."""
        try:
            with os.scandir(self._inside(folder)) as entries:
                names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
        except OSError:
            return []
        return [f"{folder.rstrip('/')}/{name}" for name in sorted(names)]

    def exists(self, path: str) -> bool:
        """Whether there is such a file or folder."""
        try:
            return self._inside(path).exists()
        except OSError:  # in a folder that may not be entered
            return False

    def _raw(self, path: str) -> Reading[str]:
        try:
            # Not by pathlib: a host of 384 CPUs has thousands of these files.
            with io.FileIO(f"{self._prefix}{path}") as file:
                text = file.readall().decode("utf-8", errors="replace")
        except OSError as error:
            return Reading(reason=f"{path}: {os.strerror(error.errno or 0)}")
        return Reading(value=text.strip())

    @cached_property
    def _prefix(self) -> str:
        return str(self.root).rstrip("/")

    def _inside(self, path: str) -> Path:
        return self.root / path.lstrip("/")


def parsed(text: Reading[str], parse: Callable[[str], T]) -> Reading[T]:
    """The text as `parse` understands it; a ValueError becomes the reason."""
    if text.value is None:
        return Reading(reason=text.reason)
    try:
        return Reading(value=parse(text.value))
    except ValueError:
        return Reading(reason=f"not understood: {text.value[:80]!r}")
