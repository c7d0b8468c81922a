"""A document on a terminal of any width: without what is detail, and without a digit cut off.

A table that is too wide leaves out the columns that give way, and says which; one that still is
too wide is written as a list for each row.
"""

import re
import textwrap
from collections.abc import Iterator
from functools import partial

from rich import box
from rich import table as rich_table
from rich.cells import cell_len, chop_cells
from rich.console import Console, Group, RenderableType
from rich.text import Text

from bench.report.document.parts import (
    Bullets,
    Callout,
    Cell,
    Code,
    Column,
    Document,
    Entries,
    Entry,
    Facts,
    Figure,
    Files,
    Line,
    Paragraph,
    Part,
    Table,
    Tone,
)
from bench.text import printable

STYLES: dict[Tone, str] = {
    "plain": "",
    "strong": "bold",
    "weak": "dim",
    "good": "green",
    "doubtful": "yellow",
    "bad": "bold red",
    "behind": "magenta",
}
"""Each tone's style. The words say it all without."""

GAP = 1
"""Columns between those of a table: eight of them are to fit in 80."""

LEAST_WRAPPED = 24
"""What a text that may be broken needs: narrower, it is a column of words."""

INDENT = 2

# A number and its unit are one word.
_WORD = re.compile(r"(?:(?<=\d) (?=%|[KMG]iB\b|GFLOP/s|G?B/s|[MG]Hz\b|m?s\b|min\b|h\b)|\S)+\s*|\s+")
# Where a word may be broken that is longer than a line: a list, an assignment, a path.
_BREAKS = re.compile(r"[^,;=:/]*[,;=:/]+|[^,;=:/]+")
_LATER_BREAKS = re.compile(r"[^–_-]*[–_-]+|[^–_-]+")


def show(document: Document, console: Console) -> None:
    """Print the document on the console, as wide as that is.

    Lines to copy are never broken: the terminal wraps them, and copies each as the line it is.
    """
    parts = list(_document(document, console.width))
    console.print(Group(*parts), crop=False)


def words(text: str, style: str = "") -> Text:
    """Text as it is: no markup, no control characters, so that a reason can hold anything."""
    return Text(printable(text), style=style)


def lane_name(lane: str, colour: str | None) -> Text:
    """The lane's id, after a block in its colour; the id keeps the terminal's own colour."""
    return Text.assemble(("■ ", colour), words(lane)) if colour else words(lane)


def wrapped(text: Text, width: int) -> Text:
    """The text in lines of at most so many columns.

    A word that is longer is broken behind a sign that parts it, and within only where it has none:
    no number is cut in two that fits.
    """
    if all(cell_len(line) <= width for line in text.plain.split("\n")):
        return text
    lines = []
    for line in text.split("\n", allow_blank=True):
        for part in line.divide(_breaks(line.plain, max(1, width))):
            part.rstrip()
            lines.append(part)
    return Text("\n", no_wrap=True).join(lines)


def _breaks(line: str, width: int) -> list[int]:
    """Where the line is broken: how many characters are before each break."""
    offsets, at, used = [], 0, 0
    for piece in _pieces(_WORD.findall(line), width, (_BREAKS, _LATER_BREAKS)):
        if used and used + cell_len(piece.rstrip()) > width:
            offsets.append(at)
            used = 0
        at += len(piece)
        used += cell_len(piece)
    return offsets


def _pieces(words: list[str], width: int, patterns: tuple[re.Pattern[str], ...]) -> Iterator[str]:
    """The words, and pieces of those that are longer than a line."""
    for word in words:
        if cell_len(word.rstrip()) <= width:
            yield word
        elif patterns:
            yield from _pieces(patterns[0].findall(word), width, patterns[1:])
        else:
            yield from chop_cells(word, width)


def _document(document: Document, width: int) -> Iterator[RenderableType]:
    write = partial(_parts, colours=document.colours, width=width)
    if document.answer:
        yield wrapped(_spans(document.answer), width)
        yield Text()
    yield wrapped(words(document.title, "bold"), width)
    yield from write(document.parts)
    for section in document.sections:
        parts = list(write(section.parts))
        if parts and not section.detail:
            yield Text()
            yield wrapped(words(section.title, "bold"), width)
            yield from parts


def _parts(
    parts: tuple[Part, ...], colours: dict[str, str], width: int
) -> Iterator[RenderableType]:
    shown = [part for part in parts if not getattr(part, "detail", False)]
    for i, part in enumerate(shown):
        # Sentences follow a table closely, and stand apart from entries.
        if i and (isinstance(shown[i - 1], Entries) or not isinstance(part, Bullets | Paragraph)):
            yield Text()
        yield from _part(part, colours, width)


def _part(part: Part, colours: dict[str, str], width: int) -> Iterator[RenderableType]:
    match part:
        case Paragraph():
            yield wrapped(_spans(part.line), width)
        case Bullets():
            yield from _bullets(part, width)
        case Facts():
            yield from _facts(part, width)
        case Table():
            yield from _table(part.brief(), colours, width)
        case Callout():
            said = Text(" ").join([words(part.head, "bold red"), words(part.text, "red")])
            yield wrapped(said, width)
        case Code():
            yield from map(_code_line, part.lines)
        case Entries():
            yield from _entries(part, colours, width)
        case Figure() | Files():
            return


def _spans(line: Line) -> Text:
    return Text.assemble(*(words(span.text, STYLES[span.tone]) for span in line))


def _hung(text: Text, width: int, indent: int, first: Text | None = None) -> Text:
    """The text's lines behind so many columns; `first` stands in those of its first line."""
    lead = first or Text()
    lead.append(" " * (indent - lead.cell_len))
    lines = wrapped(text, width - indent).split("\n", allow_blank=True)
    hung = [lead.append_text(lines[0]), *(Text(" " * indent).append_text(x) for x in lines[1:])]
    return Text("\n", no_wrap=True).join(hung)


def _bullets(bullets: Bullets, width: int) -> Iterator[RenderableType]:
    """Each line and what explains it, wrapped under itself."""
    for item in (each for each in bullets.items if not each.detail):
        text = _hung(_spans(item.line), width, INDENT, Text("•"))
        if bullets.weak:
            text.stylize("dim")
        yield text
        yield from (_hung(words(why), width, 2 * INDENT) for why in item.beneath)


def _facts(facts: Facts, width: int) -> Iterator[RenderableType]:
    """Labels on the left, values on the right, wrapped under themselves; or beneath them."""
    labels = [label for label in facts.labels if not label.detail]
    left = max((cell_len(printable(label.name)) for label in labels), default=0) + INDENT
    for label in labels:
        name, value = words(label.name, "dim"), words(label.value)
        if width - left >= LEAST_WRAPPED:
            yield _hung(value, width, left, name)
        else:
            yield wrapped(name, width)
            yield _hung(value, width, INDENT)


def _code_line(line: str, indent: int = 0) -> Text:
    """One line, whole, whatever its length."""
    style = "dim" if line.startswith("#") else "bold"
    return Text(" " * indent + printable(line), style=style, no_wrap=True, overflow="ignore")


def _table(table: Table, colours: dict[str, str], width: int) -> Iterator[RenderableType]:
    kept = _kept(table, width)
    if kept is None:
        yield from _stacked(table, colours, width)
    else:
        narrow = table.only(kept)
        yield _grid(narrow, colours, width)
        gone = [x.title for i, x in enumerate(table.columns) if i not in kept]
        if gone:
            yield wrapped(words(f"No room here for: {'; '.join(gone)}.", "dim"), width)
        table = narrow
    for column in table.columns:
        if column.note:
            yield wrapped(words(column.note, "dim"), width)


def _kept(table: Table, width: int) -> list[int] | None:
    """The columns that fit in the width; None if not even those do that never give way."""
    kept = list(range(len(table.columns)))
    least = [_least(table, i) + GAP for i in kept]
    while sum(least[i] for i in kept) - GAP > width:
        last = max(kept, key=lambda i: table.columns[i].gives_way)
        if not table.columns[last].gives_way:
            return None
        kept.remove(last)
    return kept


def _least(table: Table, i: int) -> int:
    """The columns that this one needs at least."""
    whole = _whole(table, i)
    return min(whole, LEAST_WRAPPED) if table.columns[i].wraps else whole


def _whole(table: Table, i: int) -> int:
    """The columns that this one's longest cell takes, or its title in two lines."""
    title = printable(table.columns[i].title).split(" ")
    halves = [(" ".join(title[:at]), " ".join(title[at:])) for at in range(len(title))]
    least = min(max(map(cell_len, pair)) for pair in halves)
    return max([least, *(length for row in table.rows for length in _lengths(row[i]))])


def _lengths(cell: Cell) -> Iterator[int]:
    # Wider by the block before a lane's name, if it has one, and by its mark.
    more = (2 if cell.lane else 0) + (1 + cell_len(cell.mark) if cell.mark else 0)
    lines = [*printable(cell.text).splitlines(), *printable(cell.beneath).splitlines()]
    return (cell_len(line) + more for line in lines)


def _grid(table: Table, colours: dict[str, str], width: int) -> RenderableType:
    """A ruled header and the rows; ranges and intervals beneath their figures."""
    grid = rich_table.Table(box=box.SIMPLE_HEAD, header_style="bold", show_edge=False)
    widths = {i: _whole(table, i) for i in range(len(table.columns))}
    wrapping = [i for i, column in enumerate(table.columns) if column.wraps]
    taken = sum(each for i, each in widths.items() if i not in wrapping)
    taken += len(wrapping) * LEAST_WRAPPED
    # The ruler's own gap is enough, and one more is kinder to the eye where there is room.
    roomy = taken + 2 * GAP * len(widths) <= width
    grid.padding = (0, GAP if roomy else 0, 0, 0)
    spare = width - taken - (1 + roomy) * GAP * len(widths)
    for i, column in enumerate(table.columns):
        if column.wraps:
            widths[i] = min(widths[i], LEAST_WRAPPED + max(0, spare) // len(wrapping))
        grid.add_column(
            words(_title(column, widths[i])),
            justify="right" if column.right else "left",
            no_wrap=True,
            width=widths[i],
        )
    for row in table.rows:
        cells = (_cell(cell, colours) for cell in row)
        grid.add_row(*(wrapped(cell, widths[i]) for i, cell in enumerate(cells)))
    return grid


def _title(column: Column, width: int) -> str:
    """The title in as many lines as it takes to be no wider than the column."""
    return textwrap.fill(printable(column.title), max(1, width), break_on_hyphens=False)


def _cell(cell: Cell, colours: dict[str, str]) -> Text:
    if cell.lane:
        name = lane_name(cell.text, colours.get(cell.text))
        return name.append_text(words(f" {cell.mark}", "yellow")) if cell.mark else name
    value = words(cell.text, STYLES[cell.tone])
    return Text("\n").join([value, words(cell.beneath, "dim")]) if cell.beneath else value


def _stacked(table: Table, colours: dict[str, str], width: int) -> Iterator[RenderableType]:
    """Each row as its first cell, and beneath it the others that say something."""
    for row in table.rows:
        yield wrapped(_cell(row[0], colours), width)
        for column, cell in zip(table.columns[1:], row[1:], strict=True):
            if cell.text:
                said = words(f"{column.title} ", "dim")
                said.append_text(words(cell.text, STYLES[cell.tone]))
                if cell.beneath:
                    said.append_text(words(f" ({cell.beneath})", "dim"))
                yield _hung(said, width, INDENT)


def _entries(entries: Entries, colours: dict[str, str], width: int) -> Iterator[RenderableType]:
    """Rows of cells beneath each other; what is said beneath an entry stands under its second.

    Where the last cell has no room beside the others it stands beneath them, and where these have
    none, each stands beneath the one before.
    """
    count = max((len(entry.cells) for entry in entries.entries), default=0)
    widths = [
        max(each for entry in entries.entries for each in (0, *_lengths(entry.cells[i])))
        for i in range(count - 1)
    ]
    left = sum(widths) + INDENT * len(widths)
    beside = width - left >= LEAST_WRAPPED
    indent = widths[0] + INDENT if beside and widths else INDENT
    for entry in entries.entries:
        *short, last = (_cell(cell, colours) for cell in entry.cells)
        if left - INDENT > width:
            yield wrapped(short[0], width)
            yield from (_hung(cell, width, INDENT) for cell in short[1:])
            yield _hung(last, width, INDENT)
        else:
            lead = Text()
            for cell, each in zip(short, widths, strict=False):
                lead.append_text(cell).append(" " * (each + INDENT - cell.cell_len))
            if not beside:
                lead.rstrip()
                yield lead
            yield _hung(last, width, left, lead) if beside else _hung(last, width, INDENT)
        yield from _beneath(entry, indent, width)


def _beneath(entry: Entry, indent: int, width: int) -> Iterator[RenderableType]:
    for part in entry.beneath:
        if isinstance(part, Paragraph):
            yield _hung(_spans(part.line), width, indent)
        else:
            yield from (_code_line(line, indent) for line in part.lines)
    if any(isinstance(part, Code) for part in entry.beneath):
        yield Text()
