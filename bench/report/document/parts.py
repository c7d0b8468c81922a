"""What documents are made of: plain values, which say what is said and not how it is written.

Text is as it came: every medium makes it safe in its own way. `detail` marks what only a full
report has, such as `report.md`; a console, where room is short, leaves it out.
"""

from dataclasses import dataclass, field
from typing import Literal

Tone = Literal["plain", "strong", "weak", "good", "doubtful", "bad", "behind"]
"""What a text comes to. `bad` is loud; `behind` is slower, which is no error."""

UNKNOWN = "–"
"""What stands where a figure is not known."""


@dataclass(frozen=True)
class Span:
    """Words of one tone."""

    text: str
    tone: Tone = "plain"


Line = tuple[Span, ...]


def line(text: str, tone: Tone = "plain") -> Line:
    """A line of one tone."""
    return (Span(text, tone),)


@dataclass(frozen=True)
class Paragraph:
    """Sentences."""

    line: Line
    detail: bool = False


@dataclass(frozen=True)
class Item:
    """One line of a list, and what explains it."""

    line: Line
    beneath: tuple[str, ...] = ()
    detail: bool = False


@dataclass(frozen=True)
class Bullets:
    """A list; `weak` ones explain what stands above them."""

    items: tuple[Item, ...]
    weak: bool = False
    detail: bool = False


@dataclass(frozen=True)
class Label:
    """A label and its value, which may have several lines."""

    name: str
    value: str
    detail: bool = False


@dataclass(frozen=True)
class Facts:
    """Labels with their values."""

    labels: tuple[Label, ...]


@dataclass(frozen=True)
class Column:
    """A column of a table: `note` says what is in it, where its title does not.

    Where there is no room, the column that gives way first is the one with the highest number;
    one with 0 never does. Text of a column that `wraps` may be broken over several lines.
    """

    title: str
    right: bool = False
    gives_way: int = 0
    wraps: bool = False
    detail: bool = False
    note: str = ""


@dataclass(frozen=True)
class Cell:
    """A value and what stands with it: its range, its interval. `lane`: it is a lane's id.

    `mark` tells that a note says something of it.
    """

    text: str = ""
    beneath: str = ""
    tone: Tone = "plain"
    lane: bool = False
    mark: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of as many cells as there are columns."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    detail: bool = False

    def brief(self) -> "Table":
        """The table without the columns that only a full report has."""
        kept = [i for i, column in enumerate(self.columns) if not column.detail]
        return self.only(kept)

    def only(self, kept: list[int]) -> "Table":
        """The table with these columns."""
        columns = tuple(self.columns[i] for i in kept)
        return Table(columns, tuple(tuple(row[i] for i in kept) for row in self.rows), self.detail)


@dataclass(frozen=True)
class Callout:
    """Something that must not be missed: a few loud words, then what they mean."""

    head: str
    text: str


@dataclass(frozen=True)
class Code:
    """Lines to copy, each whole however long."""

    lines: tuple[str, ...]
    detail: bool = False


@dataclass(frozen=True)
class Figure:
    """A chart in the folder's `charts/`; a medium without pictures leaves it out."""

    name: str
    title: str
    detail: bool = True


@dataclass(frozen=True)
class Files:
    """Files of the folder by what is in them: paths within it, which a page can lead to."""

    groups: tuple[tuple[str, tuple[str, ...]], ...]
    detail: bool = True


@dataclass(frozen=True)
class Entry:
    """A row of short cells and a last one that may be long; and what is said beneath it."""

    cells: tuple[Cell, ...]
    beneath: tuple[Paragraph | Code, ...] = ()


@dataclass(frozen=True)
class Entries:
    """Entries whose cells stand beneath each other."""

    entries: tuple[Entry, ...]


Part = Paragraph | Bullets | Facts | Table | Callout | Code | Figure | Files | Entries


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it. `level` 2 is a section, 3 one within the last."""

    title: str
    parts: tuple[Part, ...]
    level: Literal[2, 3] = 2
    detail: bool = False


@dataclass(frozen=True)
class Document:
    """The whole: a title, what stands above the first heading, sections.

    `colours` are those of its lanes, hexadecimal, by id. `answer` comes first of all where a medium
    lets it: what the document comes to, in sentences.
    """

    title: str
    parts: tuple[Part, ...] = ()
    sections: tuple[Section, ...] = ()
    colours: dict[str, str] = field(default_factory=dict)
    answer: Line = ()
