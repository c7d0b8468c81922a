"""A result whose every text is a stranger's worst, in the places where the schema takes one."""

from collections.abc import Iterator
from itertools import count
from typing import Any

from pydantic import BaseModel

from bench.model.plan import PlannedLane
from bench.model.result import Result

TEXTS = (
    "<script>alert(1)</script>",
    "</style></title></svg></pre><img src=x onerror=alert(2)>",
    "]]><!-- -->",
    '" onload="alert(3)" x="',
    "' onmouseover='alert(4)",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(5)",
    "\u202eright-to-left\u2066\u200b\x00\x1b[31m\ud800",
    "&lt;b&gt;&#x3c;script&#x3e;",
)
NAMES = {"lane", "baseline", "best_fp32", "against", "stack"}
"""What a reader of artifacts lets no such text into: names that parts know each other by."""


def hostile(result: Result) -> Result:
    """The result with such a text in every string that is not a name or one of a few words."""
    changed = result.model_copy(deep=True)
    _poison(changed, count())
    return changed


def _poison(fact: BaseModel, number: Iterator[int]) -> None:
    for name, field in type(fact).model_fields.items():
        literal = "Literal" in str(field.annotation)
        named = name in NAMES or (name == "id" and isinstance(fact, PlannedLane))
        if not named and not literal:
            fact.__dict__[name] = _poisoned(getattr(fact, name), number)
        elif isinstance(getattr(fact, name), BaseModel):
            _poison(getattr(fact, name), number)


def _poisoned(value: Any, number: Iterator[int]) -> Any:
    if isinstance(value, str):
        return f"{TEXTS[next(number) % len(TEXTS)]} {value}"
    if isinstance(value, BaseModel):
        _poison(value, number)
        return value
    if isinstance(value, dict):
        return {key: _poisoned(each, number) for key, each in value.items()}
    if isinstance(value, list):
        return [_poisoned(each, number) for each in value]
    return value
