"""A document in GitHub's Markdown, whole: for `report.md`, which is read where it is published.

That is a pull request or a step's summary, often on a phone: the answer comes first, a table that
is too wide becomes several, each with the rows' names, and one of many rows is folded.
"""

import re
from collections.abc import Iterator
from urllib.parse import quote

from bench.report.document.parts import (
    Bullets,
    Callout,
    Cell,
    Code,
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

BOLD: tuple[Tone, ...] = ("strong", "good", "doubtful", "bad", "behind")

PHONE = 60
"""Characters of a table's row, as it is shown: what a phone has room for."""

WRAPPED = 24
"""What a column needs whose text may be broken: narrower, it is a column of words."""

BETWEEN = 3
"""Characters between two columns."""

FOLDED = 12
"""Rows of a table that is shown whole; one of more is folded under how many it has."""


def markdown(document: Document, width: int = PHONE) -> str:
    """The whole document, no table wider; its figures are `charts/<name>.svg` beside it."""
    blocks = [_line(document.answer), f"# {safe(document.title)}", *_parts(document.parts, width)]
    for section in document.sections:
        blocks.append(f"{'#' * section.level} {safe(section.title)}")
        blocks += _parts(section.parts, width)
    return "\n\n".join(block for block in blocks if block) + "\n"


def safe(text: str) -> str:
    """Text for a line or table cell: one line, and nothing in it starts a cell, a tag or a link."""
    words = " ".join(printable(text).split())
    return re.sub(r"([\\|`*\[\]])", r"\\\1", words).replace("<", "&lt;")


def _parts(parts: tuple[Part, ...], width: int) -> Iterator[str]:
    """What each part comes to; nothing of an empty one."""
    return (block for part in parts if (block := _part(part, width)))


def _part(part: Part, width: int) -> str:
    match part:
        case Paragraph():
            return _line(part.line)
        case Bullets():
            return "\n".join(
                "\n".join([f"- {_line(item.line)}", *(f"  - {safe(x)}" for x in item.beneath)])
                for item in part.items
            )
        case Facts():
            facts = ((label.name, label.value.splitlines()) for label in part.labels)
            return "\n".join(
                f"- **{safe(name)}:** {'; '.join(safe(each) for each in lines)}"
                for name, lines in facts
            )
        case Table():
            return _table(part, width)
        case Callout():
            return f"> [!CAUTION]\n> **{safe(part.head)}** {safe(part.text)}"
        case Code():
            return _code(part)
        case Figure():
            return f"![{safe(part.title)}](charts/{part.name}.svg)"
        case Files():
            return "\n".join(f"- {safe(what)}: {_links(paths)}" for what, paths in part.groups)
        case Entries():
            return "\n".join(_entry(entry, width) for entry in part.entries)


def _line(line: Line) -> str:
    """A line; words of a tone that stands out are bold, the spaces about them are not."""
    return "".join(_toned(span.text, span.tone) for span in line).strip()


def _toned(text: str, tone: Tone) -> str:
    inner = safe(text)
    if not inner:
        return " " if text else ""
    before, after = (" " if text[i].isspace() else "" for i in (0, -1))
    return f"{before}{f'**{inner}**' if tone in BOLD else inner}{after}"


def _links(paths: tuple[str, ...]) -> str:
    """The first to the last: a page leads to every file, and here its folder tells the rest."""
    first, last = (f"[{safe(path)}]({quote(printable(path))})" for path in (paths[0], paths[-1]))
    return first if len(paths) == 1 else f"{first} to {last}, {len(paths)} files"


def _table(table: Table, width: int) -> str:
    """The table, in as many as it takes, and what its columns' notes say beneath."""
    blocks = [_grid(table.only(columns)) for columns in _split(table, width)]
    notes = "\n".join(f"- {safe(column.note)}" for column in table.columns if column.note)
    if len(table.rows) > FOLDED:
        folded = f"<details><summary>{len(table.rows):,} rows</summary>"
        blocks = [folded, *blocks, "</details>"]
    return "\n\n".join([*blocks, *([notes] if notes else [])])


def _split(table: Table, width: int) -> Iterator[list[int]]:
    """The columns of each table: its rows' names, and as many others as there is room for.

    Those that never give way on a narrow console come first.
    """
    every = range(len(table.columns))
    widths = [_width(table, i) + BETWEEN for i in every]
    if sum(widths) <= width + BETWEEN:
        yield list(every)
        return
    names = list(every[: _names(table)])
    room = width + BETWEEN - sum(widths[i] for i in names)
    kept: list[int] = []
    for i in sorted(every[len(names) :], key=lambda i: table.columns[i].gives_way):
        if kept and sum(widths[j] for j in (*kept, i)) > room:
            yield [*names, *sorted(kept)]
            kept = []
        kept.append(i)
    yield [*names, *sorted(kept)]


def _names(table: Table) -> int:
    """How many of the first columns name a row: up to its lane, and one more if that tells more."""
    first = table.rows[0] if table.rows else ()
    least = next((i + 1 for i, cell in enumerate(first) if cell.lane), 1)
    rows = [{row[:many] for row in table.rows} for many in (least, least + 1)]
    return least + 1 if len(rows[0]) < len(rows[1]) == len(table.rows) else least


def _width(table: Table, i: int) -> int:
    """The characters of this column's longest cell, or of the longest word of its title."""
    cells = [row[i] for row in table.rows]
    texts = [
        *table.columns[i].title.split(),
        *(f"{cell.text} {cell.mark}".strip() for cell in cells),
        *(cell.beneath for cell in cells),
    ]
    whole = max(map(len, texts), default=0)
    return min(whole, WRAPPED) if table.columns[i].wraps else whole


def _grid(table: Table) -> str:
    rule = ["---:" if column.right else "---" for column in table.columns]
    rows = [[safe(column.title) for column in table.columns], rule]
    rows += [[_cell(cell) for cell in row] for row in table.rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _cell(cell: Cell, between: str = "<br>") -> str:
    """A value, and beneath it its range or interval if there is one."""
    loud: tuple[Tone, ...] = ("strong", "bad")
    value = f"**{safe(cell.text)}**" if cell.tone in loud and cell.text else safe(cell.text)
    value += f" {safe(cell.mark)}" if cell.mark else ""
    return f"{value}{between}{safe(cell.beneath)}" if cell.beneath else value


def _code(code: Code) -> str:
    """Lines between fences longer than any within them."""
    lines = [printable(line) for line in code.lines]
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([fence, *lines, fence])


def _entry(entry: Entry, width: int) -> str:
    cells = " ".join(_cell(cell, ": ") for cell in entry.cells if cell.text)
    beneath = (_part(part, width).replace("\n", "\n  ") for part in entry.beneath)
    return "\n\n  ".join([f"- {cells}", *beneath])
