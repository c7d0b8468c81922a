"""Text and tables in GitHub's Markdown."""

import re

from bench.text import printable

UNKNOWN = "–"


def safe(text: str) -> str:
    """Text for a line or table cell: one line, and nothing in it starts a cell, a tag or a link."""
    line = " ".join(printable(text).split())
    return re.sub(r"([\\|`*\[\]])", r"\\\1", line).replace("<", "&lt;")


def table(header: list[str], rows: list[list[str]], left: int = 1) -> str:
    """A table of safe cells: the first `left` columns to the left, the rest to the right."""
    rule = ["---" if i < left else "---:" for i in range(len(header))]
    return "\n".join("| " + " | ".join(row) + " |" for row in [header, rule, *rows])


def ranged(value: str, between: str) -> str:
    """A figure, and its range or interval in brackets if there is one."""
    return f"**{value}** ({between})" if between else f"**{value}**"


def bullets(sentences: list[str]) -> str:
    """A list, its sentences made safe here; empty without any."""
    return "\n".join(f"- {safe(sentence)}" for sentence in sentences)
