"""Bounds on the JSON of an artifact, which may be a stranger's: what is in them can be worked with.

They keep a reader's memory bounded and its arithmetic finite, wherever in the schema a value is.
"""

from collections.abc import Iterable

from pydantic_core import from_json

LARGEST = 2.0**64
SMALLEST = 1e-100
"""Of a number that is not zero: the quotient of any two is then finite."""

TEXT = 2**18
"""Characters of a string; Linux caps an environment variable, the longest one, at half of it."""

VALUES = 2_000_000
"""Values in all: pydantic keeps an error for each that is wrong."""


def parse(data: bytes) -> object:
    """Parse JSON; ValueError, which says where, if it is none or out of bounds."""
    if sum(data.count(mark) for mark in (b",", b"[", b"{")) > VALUES:
        raise ValueError(f"it has more than {VALUES:,} values")
    tree = from_json(data)
    if path := _fault(tree):
        where, what = ".".join(reversed(path[1:])), path[0]
        raise ValueError(f"{where}: {what}" if where else what)
    return tree


def _fault(value: object) -> list[str]:
    """What is out of bounds, then the keys that lead to it, innermost first; [] if nothing is."""
    if isinstance(value, dict):
        return _first_fault(value.items())
    if isinstance(value, list):
        return _first_fault(enumerate(value))
    if isinstance(value, str) and len(value) > TEXT:
        return [f"more than {TEXT:,} characters"]
    if isinstance(value, int | float) and value != 0 and not SMALLEST <= abs(value) <= LARGEST:
        return ["not a number that can be worked with"]
    return []


def _first_fault(items: Iterable[tuple[object, object]]) -> list[str]:
    for key, each in items:
        if fault := _fault(each):
            return [*fault, str(key)]
    return []
