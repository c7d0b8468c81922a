"""What takes long to make is made once, and who asks for it again gets a copy of their own."""

import copy
import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from pydantic import BaseModel

P = ParamSpec("P")
T = TypeVar("T")


def copied(make: Callable[P, T]) -> Callable[P, T]:
    """`make`, which is called once for the same arguments: they are told apart by their words."""
    made: dict[str, T] = {}

    @functools.wraps(make)
    def copied_(*args: P.args, **kwargs: P.kwargs) -> T:
        key = repr((args, sorted(kwargs.items())))
        if key not in made:
            made[key] = make(*args, **kwargs)
        return tree_copy(made[key])

    return copied_


def tree_copy(value: Any) -> Any:
    """A deep copy of models and of what is in them, where nothing stands in two places."""
    kind = type(value)
    if kind in (str, int, float, bool, type(None)):
        return value
    if isinstance(value, BaseModel):
        new = kind.__new__(kind)
        # What a model has worked out meanwhile is in its __dict__ too, and is left behind.
        fields = {name: tree_copy(value.__dict__[name]) for name in kind.model_fields}
        object.__setattr__(new, "__dict__", fields)
        object.__setattr__(new, "__pydantic_fields_set__", set(value.__pydantic_fields_set__))
        object.__setattr__(new, "__pydantic_extra__", copy.deepcopy(value.__pydantic_extra__))
        object.__setattr__(new, "__pydantic_private__", copy.deepcopy(value.__pydantic_private__))
        return new
    if kind is list:
        return [tree_copy(each) for each in value]
    if kind is dict:
        return {key: tree_copy(each) for key, each in value.items()}
    return copy.deepcopy(value)
