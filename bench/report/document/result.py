"""A run, whole: its conclusions, what they are drawn from, and where and how it ran."""

from pathlib import Path

from bench.model.result import Result
from bench.report.charts.catalogue import charts
from bench.report.charts.chart import Chart
from bench.report.document.captions import captions, cautions, outliers
from bench.report.document.compilation import compilation
from bench.report.document.energy import energy
from bench.report.document.evidence import what_ran, where_time_goes
from bench.report.document.headline import cpu_brand, head
from bench.report.document.lanes import incomplete, lanes, states_words
from bench.report.document.leaving import in_a_sentence, leaving
from bench.report.document.limits import limits
from bench.report.document.losses import losses
from bench.report.document.parts import (
    Bullets,
    Document,
    Figure,
    Item,
    Paragraph,
    Section,
    line,
)
from bench.report.document.ratios import against_each_other, answer
from bench.report.document.rerun import raw_data, run_again
from bench.report.document.rounds import observed, rounds
from bench.report.document.settings import settings
from bench.report.palette import lane_colours
from bench.text import printable


def result_document(result: Result) -> Document:
    """The report of a result: the answer, the lanes, what was proved, where, and how to repeat it.

    What hurt the measurement stands before the host that it was made on.
    """
    drawn = charts(result)
    sections = [
        lanes(result),
        incomplete(result),
        against_each_other(result),
        leaving(result),
        compilation(result),
        _charts(drawn),
        what_ran(result),
        where_time_goes(result),
        limits(result),
        energy(result),
        losses(result),
        _hurt(result),
        Section("The run", (head(result),)),
        settings(result),
        observed(result),
        rounds(result),
        _notes(result),
        run_again(result),
        raw_data(result, tuple(chart.name for chart in drawn)),
    ]
    return Document(
        f"PyTorch training on {cpu_brand(result.host)}",
        (),
        tuple(section for section in sections if section is not None),
        lane_colours(result.plan),
        (*answer(result), *in_a_sentence(result)),
    )


def last_line(result: Result, folder: Path) -> str:
    """What was done and where it is: the last thing a run says."""
    return printable(f"{result.status}: {states_words(result.summary)}; {folder}")


def _charts(drawn: list[Chart]) -> Section:
    figures = tuple(Figure(chart.name, chart.title) for chart in drawn)
    nothing = Paragraph(line("None: no lane has a valid figure."))
    return Section("Charts", figures or (nothing,), detail=True)


def _hurt(result: Result) -> Section | None:
    """What was got and not planned, what disturbed rounds, and what could not be had."""
    items = tuple(Item(line(text)) for text in [*cautions(result), *result.plan.notes])
    return Section("What may have hurt the measurement", (Bullets(items),)) if items else None


def _notes(result: Result) -> Section | None:
    """Weakly, what the figures are."""
    items = (
        *(Item(line(text, "weak"), detail=True) for text in outliers(result)),
        *(Item(line(text, "weak")) for text in captions(result)),
    )
    return Section("Notes", (Bullets(items),)) if items else None
