"""The few rich building blocks that every console view is made of."""

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from bench.report.palette import STATUS_STYLES, lane_colour
from bench.text import printable


def words(text: str, style: str = "") -> Text:
    """Text as it is: no markup, no control characters, so that a reason can hold anything."""
    return Text(printable(text), style=style)


def lane_name(lane: str) -> Text:
    """The lane's id after a block in its colour; the id keeps the terminal's own colour."""
    return Text.assemble(("■ ", lane_colour(lane)), words(lane))


def state(word: str) -> Text:
    """A lane's or process's state: the word, coloured where colours are shown."""
    return Text(word, style=STATUS_STYLES.get(word, ""))


def heading(text: str) -> Text:
    """A section's heading."""
    return words(text, "bold")


def listing(title: str) -> Table:
    """A table with a title and a ruled header, no other lines."""
    return Table(
        title=heading(title),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        header_style="bold",
        show_edge=False,
        padding=(0, 1, 0, 0),
    )


def facts(rows: list[tuple[str, RenderableType]]) -> Table:
    """Labels on the left, what is known on the right, wrapped under itself."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in rows:
        table.add_row(label, value)
    return table


def bullets(title: str, lines: list[str]) -> Table:
    """A titled list; each line wraps under itself."""
    table = Table.grid(padding=(0, 1))
    table.title, table.title_justify = heading(title), "left"
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for line in lines:
        table.add_row("•", words(line))
    return table
