"""The system's text files, each as a value or the reason it could not be read."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bench.model.base import Reading

T = TypeVar("T")


@dataclass(frozen=True)
class Files:
    """Files below `root`: the machine's own (`/`), or the tree of a recorded host."""

    root: Path = Path("/")

    def reading(self, path: str) -> Reading[str]:
        """The text of an absolute path, stripped, or the reason it can't be read."""
        try:
            text = self._inside(path).read_text(encoding="utf-8", errors="replace").strip()
        except OSError as error:
            return Reading(reason=f"{path}: {os.strerror(error.errno or 0)}")
        return Reading(value=text) if text else Reading(reason=f"{path}: empty")

    def text(self, path: str) -> str | None:
        """The text of an absolute path, or None where the reason does not matter."""
        return self.reading(path).value

    def integer(self, path: str) -> int | None:
        """The whole number a file holds, or None."""
        return parsed(self.reading(path), int).value

    def names(self, folder: str) -> list[str]:
        """What a folder holds, sorted; [] if it can't be listed."""
        try:
            return sorted(entry.name for entry in self._inside(folder).iterdir())
        except OSError:
            return []

    def exists(self, path: str) -> bool:
        """Whether there is such a file or folder."""
        return self._inside(path).exists()

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
