"""A result as a reader meets it: its document in Markdown, whole or in parts; or shown."""

import io

from rich.console import Console

from bench.model.result import Result
from bench.report.charts.chart import Absent, Bar, Chart, Reach, Stack
from bench.report.document.parts import Document
from bench.report.document.result import result_document
from bench.report.media.console import show
from bench.report.media.markdown import markdown


def report(result: Result) -> str:
    """With every table whole, however wide."""
    return markdown(result_document(result), width=1000)


def section(text: str, heading: str) -> str:
    return text.split(f"## {heading}\n\n", 1)[1].split("\n## ")[0]


def answer(result: Result) -> str:
    return report(result).split("\n\n")[0]


def shown(document: Document, width: int = 80) -> str:
    out = io.StringIO()
    show(document, Console(width=width, file=out, highlight=False))
    return out.getvalue()


def bars(chart: Chart | None) -> list[Bar]:
    """The rows of a chart that are bars; of which there are some."""
    assert chart is not None
    return [row for row in chart.rows if isinstance(row, Bar)]


def stacks(chart: Chart | None) -> list[Stack]:
    """The rows that are stacks."""
    assert chart is not None
    return [row for row in chart.rows if isinstance(row, Stack)]


def reaches(chart: Chart | None) -> list[Reach]:
    """The rows that are reaches."""
    assert chart is not None
    return [row for row in chart.rows if isinstance(row, Reach)]


def absent(chart: Chart | None) -> dict[str, str]:
    """The words of each lane without a figure."""
    assert chart is not None
    return {row.lane: row.label for row in chart.rows if isinstance(row, Absent)}
