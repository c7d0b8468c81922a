"""A document on a terminal of any width: without what is detail, and without a digit cut off.

A table that is too wide leaves out the columns that give way, and says which; one that still is
too wide is written as a list for each row.
"""

import textwrap
from collections.abc import Iterator
from functools import partial

from rich import box
from rich import table as rich_table
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
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
    Line,
    Paragraph,
    Part,
    Section,
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


def _document(document: Document, width: int) -> Iterator[RenderableType]:
    write = partial(_parts, colours=document.colours, width=width)
    yield words(document.title, "bold")
    yield from write(document.parts)
    for section in document.sections:
        if not section.detail:
            yield Text()
            yield from _section(section, list(write(section.parts)))


def _section(section: Section, parts: list[RenderableType]) -> Iterator[RenderableType]:
    yield words(section.title, "bold")
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
            yield _line(part.line)
        case Bullets():
            yield from _bullets(part)
        case Facts():
            yield _facts(part)
        case Table():
            yield from _table(part.brief(), colours, width)
        case Callout():
            yield Text(" ").join([words(part.head, "bold red"), words(part.text, "red")])
        case Code():
            yield from map(_code_line, part.lines)
        case Entries():
            yield from _entries(part, colours, width)
        case Figure():
            return


def _line(line: Line) -> Text:
    return Text.assemble(*(words(span.text, STYLES[span.tone]) for span in line))


def _bullets(bullets: Bullets) -> Iterator[RenderableType]:
    """Each line and what explains it, wrapped under itself."""
    if not bullets.items:
        return
    grid = rich_table.Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for item in bullets.items:
        grid.add_row("•", _line(item.line), style="dim" if bullets.weak else "")
        for why in item.beneath:
            grid.add_row("", Padding(words(why), (0, 0, 0, INDENT)))
    yield grid


def _facts(facts: Facts) -> RenderableType:
    """Labels on the left, values on the right, wrapped under themselves."""
    grid = rich_table.Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label in facts.labels:
        if not label.detail:
            grid.add_row(words(label.name), words(label.value))
    return grid


def _code_line(line: str, indent: int = 0) -> Text:
    """One line, whole, whatever its length."""
    style = "dim" if line.startswith("#") else "bold"
    return Text(" " * indent + printable(line), style=style, no_wrap=True, overflow="ignore")


def _table(table: Table, colours: dict[str, str], width: int) -> Iterator[RenderableType]:
    kept = _kept(table, width)
    if kept is None:
        yield from _stacked(table, colours)
    else:
        narrow = table.only(kept)
        yield _grid(narrow, colours, width)
        gone = [x.title for i, x in enumerate(table.columns) if i not in kept]
        if gone:
            yield words(f"No room here for: {'; '.join(gone)}.", "dim")
        table = narrow
    for column in table.columns:
        if column.note:
            yield words(column.note, "dim")


def _kept(table: Table, width: int) -> list[int] | None:
    """The columns that fit in the width; None if not even those do that never give way."""
    kept = list(range(len(table.columns)))
    while sum(_least(table, i) + GAP for i in kept) - GAP > width:
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
    # Wider by the block before a lane's name, if it has one.
    lines = [*printable(cell.text).splitlines(), *printable(cell.beneath).splitlines()]
    return (cell_len(line) + (2 if cell.lane else 0) for line in lines)


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
            no_wrap=not column.wraps,
            overflow="fold",
            width=widths[i],
        )
    for row in table.rows:
        grid.add_row(*(_cell(cell, colours) for cell in row))
    return grid


def _title(column: Column, width: int) -> str:
    """The title in as many lines as it takes to be no wider than the column."""
    return textwrap.fill(printable(column.title), max(1, width), break_on_hyphens=False)


def _cell(cell: Cell, colours: dict[str, str]) -> Text:
    if cell.lane:
        return lane_name(cell.text, colours.get(cell.text))
    value = words(cell.text, STYLES[cell.tone])
    return Text("\n").join([value, words(cell.beneath, "dim")]) if cell.beneath else value


def _stacked(table: Table, colours: dict[str, str]) -> Iterator[RenderableType]:
    """Each row as its first cell, and beneath it the others that say something."""
    for row in table.rows:
        yield _cell(row[0], colours)
        grid = rich_table.Table.grid(padding=(0, INDENT))
        grid.add_column(style="dim", overflow="fold")
        grid.add_column(overflow="fold")
        for column, cell in zip(table.columns[1:], row[1:], strict=True):
            if cell.text:
                beneath = f" ({cell.beneath})" if cell.beneath else ""
                value = words(cell.text, STYLES[cell.tone]).append_text(words(beneath, "dim"))
                grid.add_row(words(column.title), value)
        yield Padding(grid, (0, 0, 0, INDENT))


def _entries(entries: Entries, colours: dict[str, str], width: int) -> Iterator[RenderableType]:
    """Rows of cells beneath each other; what is said beneath an entry stands under its second."""
    count = max((len(entry.cells) for entry in entries.entries), default=0)
    widths = [
        max(len_ for entry in entries.entries for len_ in (0, *_lengths(entry.cells[i])))
        for i in range(count - 1)
    ]
    for entry in entries.entries:
        grid = rich_table.Table.grid(padding=(0, INDENT, 0, 0))
        for each in widths:
            grid.add_column(width=each, no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(*(_cell(cell, colours) for cell in entry.cells))
        yield grid
        yield from _beneath(entry, widths[0] + INDENT)


def _beneath(entry: Entry, indent: int) -> Iterator[RenderableType]:
    for part in entry.beneath:
        if isinstance(part, Paragraph):
            yield Padding(_line(part.line), (0, 0, 0, indent))
        else:
            yield from (_code_line(line, indent) for line in part.lines)
    if any(isinstance(part, Code) for part in entry.beneath):
        yield Text()
