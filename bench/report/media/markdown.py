"""A document in GitHub's Markdown, whole: for `report.md`, which is read where it is published."""

import re
from collections.abc import Iterator

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
    Line,
    Paragraph,
    Part,
    Section,
    Table,
    Tone,
)
from bench.text import printable

BOLD: tuple[Tone, ...] = ("strong", "good", "doubtful", "bad", "behind")


def markdown(document: Document) -> str:
    """The whole document; its figures are `charts/<name>.svg` beside it."""
    blocks = [f"# {safe(document.title)}", _line(document.answer), *_parts(document.parts)]
    for section in document.sections:
        blocks += _section(section)
    return "\n\n".join(block for block in blocks if block) + "\n"


def safe(text: str) -> str:
    """Text for a line or table cell: one line, and nothing in it starts a cell, a tag or a link."""
    words = " ".join(printable(text).split())
    return re.sub(r"([\\|`*\[\]])", r"\\\1", words).replace("<", "&lt;")


def _section(section: Section) -> list[str]:
    return [f"{'#' * section.level} {safe(section.title)}", *_parts(section.parts)]


def _parts(parts: tuple[Part, ...]) -> Iterator[str]:
    """What each part comes to; nothing of an empty one."""
    return (block for part in parts if (block := _part(part)))


def _part(part: Part) -> str:
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
            return _table(part)
        case Callout():
            return f"> [!CAUTION]\n> **{safe(part.head)}** {safe(part.text)}"
        case Code():
            return _code(part)
        case Figure():
            return f"![{safe(part.title)}](charts/{part.name}.svg)"
        case Entries():
            return "\n".join(map(_entry, part.entries))


def _line(line: Line) -> str:
    """A line; words of a tone that stands out are bold, the spaces about them are not."""
    return "".join(_toned(span.text, span.tone) for span in line).strip()


def _toned(text: str, tone: Tone) -> str:
    inner = safe(text)
    if not inner:
        return " " if text else ""
    before, after = (" " if text[i].isspace() else "" for i in (0, -1))
    return f"{before}{f'**{inner}**' if tone in BOLD else inner}{after}"


def _table(table: Table) -> str:
    """The table, and what its columns' notes say beneath it."""
    rule = ["---:" if column.right else "---" for column in table.columns]
    rows = [[safe(column.title) for column in table.columns], rule]
    rows += [[_cell(cell) for cell in row] for row in table.rows]
    lines = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    notes = "\n".join(f"- {safe(column.note)}" for column in table.columns if column.note)
    return f"{lines}\n\n{notes}" if notes else lines


def _cell(cell: Cell) -> str:
    """A value, and its range or interval in brackets if there is one."""
    loud: tuple[Tone, ...] = ("strong", "bad")
    value = f"**{safe(cell.text)}**" if cell.tone in loud and cell.text else safe(cell.text)
    value += f" {safe(cell.mark)}" if cell.mark else ""
    return f"{value} ({safe(cell.beneath)})" if cell.beneath else value


def _code(code: Code) -> str:
    """Lines between fences longer than any within them."""
    lines = [printable(line) for line in code.lines]
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([fence, *lines, fence])


def _entry(entry: Entry) -> str:
    cells = " ".join(_cell(cell) for cell in entry.cells if cell.text)
    beneath = (_part(part).replace("\n", "\n  ") for part in entry.beneath)
    return "\n\n  ".join([f"- {cells}", *beneath])
