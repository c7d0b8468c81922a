"""A run, whole: its conclusions, what they are drawn from, and where and how it ran."""

from pathlib import Path

from bench.model.result import Result
from bench.report.charts.catalogue import charts
from bench.report.document.captions import captions
from bench.report.document.evidence import what_ran, where_time_goes
from bench.report.document.headline import cpu_brand, head
from bench.report.document.lanes import incomplete, lanes, states_words
from bench.report.document.limits import limits
from bench.report.document.parts import (
    Bullets,
    Code,
    Document,
    Figure,
    Item,
    Paragraph,
    Section,
    line,
)
from bench.report.document.ratios import answer, ratios, verdicts
from bench.report.document.rounds import observed, rounds
from bench.report.document.settings import settings
from bench.report.palette import lane_colours
from bench.text import printable


def result_document(result: Result) -> Document:
    """The report of a result: the answer, the lanes, and then all that stands behind them."""
    sections = [
        lanes(result),
        incomplete(result),
        verdicts(result),
        _explained(result),
        ratios(result),
        _charts(result),
        what_ran(result),
        where_time_goes(result),
        limits(result),
        rounds(result),
        observed(result),
        settings(result),
        _notes(result),
        Section(
            "Render this again",
            (
                Paragraph(line("From the folder's result.json alone, on any machine:")),
                Code(("bench report DIR",)),
            ),
            detail=True,
        ),
    ]
    return Document(
        f"PyTorch training on {cpu_brand(result.host)}",
        (answer(result), head(result)),
        tuple(section for section in sections if section is not None),
        lane_colours(result.plan),
    )


def last_line(result: Result, folder: Path) -> str:
    """What was done and where it is: the last thing a run says."""
    return printable(f"{result.status}: {states_words(result.summary)}; {folder}")


def _explained(result: Result) -> Section | None:
    items = tuple(Item(line(sentence)) for sentence in captions(result))
    return Section("What the figures are", (Bullets(items, weak=True),)) if items else None


def _charts(result: Result) -> Section:
    figures = tuple(Figure(chart.name, chart.title) for chart in charts(result))
    nothing = Paragraph(line("None: no lane has a valid figure."))
    return Section("Charts", figures or (nothing,), detail=True)


def _notes(result: Result) -> Section | None:
    items = tuple(Item(line(note)) for note in result.plan.notes)
    return Section("Notes", (Bullets(items),)) if items else None
