"""What a frame's columns are, and how one is made of rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import repeat
from typing import TYPE_CHECKING, Any, Literal

from bench.errors import BenchError, Exit
from bench.text import one_line

if TYPE_CHECKING:
    from pandas import DataFrame

Kind = Literal["category", "string", "Int64", "float64", "boolean", "datetime64[us, UTC]"]

INTEGER = 2**63 - 1
"""The largest that a column of integers has room for."""

Rows = dict[str, Any]
"""Values by column: a list has one a row, and what is no list is the same in each of the rows."""


@dataclass(frozen=True)
class Column:
    """One column: its name, pandas' type, its unit ("" without one), and what it is."""

    name: str
    kind: Kind
    unit: str
    means: str


PROCESS = (
    Column("run", "category", "", "the run: its folder's name"),
    Column("lane", "category", "", "the lane's id"),
    Column("round", "Int64", "", "from 1"),
    Column("position", "Int64", "", "the process's place in the round's shuffled order, from 0"),
    Column("outcome", "category", "", "of the process: `completed`, `failed` or `interrupted`"),
    Column(
        "counts",
        "boolean",
        "",
        "whether the run's figures are drawn from it: it completed, and its lane is not invalid",
    ),
)
"""The first columns of every frame that goes down to a process."""

RANK = (*PROCESS, Column("rank", "Int64", "", "from 0; a lane of one process has rank 0 alone"))


def pandas() -> Any:
    """The package, which is loaded here alone. BenchError, with the remedy, without it."""
    try:
        import pandas
    except ImportError as error:
        raise BenchError(
            "bench.load makes pandas frames, and pandas is not installed here",
            "pip install 'bench[notebook]'",
        ) from error
    return pandas


def frame(
    columns: Sequence[Column], rows: Iterable[Rows], categories: Mapping[str, list[str]]
) -> "DataFrame":
    """The rows as a frame; what is None is missing in it.

    `categories` are those of a column that several frames have, so that they can be joined.
    BenchError (exit 5) for a number that has no room in its column.
    """
    values: dict[str, list[Any]] = {column.name: [] for column in columns}
    for block in rows:
        length = next((len(each) for each in block.values() if isinstance(each, list)), 1)
        for name, each in block.items():
            values[name].extend(each if isinstance(each, list) else repeat(each, length))
    return pandas().DataFrame(
        {each.name: _series(each, values[each.name], categories) for each in columns}
    )


def _series(column: Column, values: list[Any], categories: Mapping[str, list[str]]) -> Any:
    pd = pandas()
    if column.kind in ("category", "string"):
        # Text of a stranger's, on its way to a page or a terminal.
        safe = {each: one_line(each) for each in dict.fromkeys(values) if each is not None}
        values = [safe.get(each) for each in values]
        if column.kind == "category":
            known = categories.get(column.name) or list(dict.fromkeys(safe.values()))
            return pd.Series(pd.Categorical(values, categories=known))
    if column.kind == "Int64" and any(each is not None and abs(each) > INTEGER for each in values):
        raise BenchError(
            f"{column.name}: a number that can't be worked with", code=Exit.INVALID_ARTIFACT
        )
    return pd.Series(values, dtype=column.kind)


def time(text: str | None) -> datetime | None:
    """A time of the artifact's, in UTC; None if it is none."""
    try:
        when = datetime.fromisoformat(text or "")
        return when.replace(tzinfo=when.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
