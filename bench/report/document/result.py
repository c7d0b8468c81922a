"""A run, whole: its conclusions, what they are drawn from, and where and how it ran."""

from pathlib import Path

from bench.model.result import Result
from bench.report.charts.catalogue import charts
from bench.report.document.captions import captions, cautions, outliers
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
from bench.report.document.ratios import against_each_other, answer
from bench.report.document.rounds import observed, rounds
from bench.report.document.settings import settings
from bench.report.palette import lane_colours
from bench.text import printable


def result_document(result: Result) -> Document:
    """The report of a result: the answer, the lanes, what stands behind them, and notes."""
    sections = [
        lanes(result),
        incomplete(result),
        against_each_other(result),
        _charts(result),
        what_ran(result),
        where_time_goes(result),
        limits(result),
        rounds(result),
        observed(result),
        Section("The run", (head(result),)),
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
        (),
        tuple(section for section in sections if section is not None),
        lane_colours(result.plan),
        answer(result),
    )


def last_line(result: Result, folder: Path) -> str:
    """What was done and where it is: the last thing a run says."""
    return printable(f"{result.status}: {states_words(result.summary)}; {folder}")


def _charts(result: Result) -> Section:
    figures = tuple(Figure(chart.name, chart.title) for chart in charts(result))
    nothing = Paragraph(line("None: no lane has a valid figure."))
    return Section("Charts", figures or (nothing,), detail=True)


def _notes(result: Result) -> Section | None:
    """What to keep in mind, what could not be had, and, weakly, what the figures are."""
    items = (
        *(Item(line(text)) for text in [*cautions(result), *result.plan.notes]),
        *(Item(line(text, "weak"), detail=True) for text in outliers(result)),
        *(Item(line(text, "weak")) for text in captions(result)),
    )
    return Section("Notes", (Bullets(items),)) if items else None
