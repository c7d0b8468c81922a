"""What an older kit makes of a newer minor version: the fields that it knows, and no others."""

from collections.abc import Iterator
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

NAMED = 20
"""Unknown fields that are named; of more it is said that there are some."""


def drop_unknown(tree: object, model: type[BaseModel]) -> list[str]:
    """Delete from `tree` all fields that `model` does not know; the paths of some, each once.

    A list's or dictionary's items are `*` in a path. Nothing is said of what else is wrong.
    """
    named: dict[str, None] = {}
    for path in _dropped(tree, model, ""):
        if len(named) <= NAMED:
            named[path] = None
    return list(named)


def _dropped(value: object, kind: Any, where: str) -> Iterator[str]:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        for each in arguments:
            yield from _dropped(value, each, where)
    elif origin is list and isinstance(value, list) and _has_fields(arguments[0]):
        for item in value:
            yield from _dropped(item, arguments[0], f"{where}*.")
    elif origin is dict and isinstance(value, dict) and _has_fields(arguments[1]):
        for item in value.values():
            yield from _dropped(item, arguments[1], f"{where}*.")
    elif isinstance(kind, type) and issubclass(kind, BaseModel) and isinstance(value, dict):
        for key in [key for key in value if key not in kind.model_fields]:
            del value[key]
            yield where + key
        for name, field in kind.model_fields.items():
            if name in value:
                yield from _dropped(value[name], field.annotation, f"{where}{name}.")


def _has_fields(kind: Any) -> bool:
    """Whether there is a model in it: lists of plain values are long, and not walked through."""
    if get_origin(kind) is None:
        return isinstance(kind, type) and issubclass(kind, BaseModel)
    return any(map(_has_fields, get_args(kind)))
