"""A site's pages: the index, a run's, a processor's. Each is one file; links are relative."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from bench.model.result import Result
from bench.publish.charts import generation_charts, spread_chart
from bench.publish.entry import RunEntry, digest_of
from bench.publish.folder import PROCESSORS
from bench.publish.leaderboard import leaderboard
from bench.publish.prices import Prices
from bench.publish.spread import (
    Gain,
    between,
    by_count,
    by_processor,
    gains,
    groups,
    over_best,
)
from bench.publish.spread_table import spread_table
from bench.report.charts.catalogue import charts
from bench.report.document.parts import Document, Files
from bench.report.document.result import result_document
from bench.report.media.html import environment, pictures_of
from bench.text import counted

if TYPE_CHECKING:
    from jinja2 import Environment

TITLE = "PyTorch training on server processors"

NAMED = 3
"""Generations that the index's first sentence names: the newest."""


def run_page(result: Result, run: RunEntry, notes: Sequence[str]) -> str:
    """A run's page: its document, rendered anew, with its downloads and what was verified."""
    return _render(
        "run.html.j2",
        run=run,
        notes=notes,
        document=_without_files(result_document(result)),
        pictures=pictures_of(charts(result)),
        processor_page=processor_page_name(run.processor),
        archive_name=f"{re.sub(r'[^A-Za-z0-9._-]+', '-', run.run).strip('.-')[:80] or 'run'}.zip",
    )


def _without_files(document: Document) -> Document:
    """The document without the section that leads to files of a run's folder: they are packed."""
    kept = (s for s in document.sections if not any(isinstance(part, Files) for part in s.parts))
    return replace(document, sections=tuple(kept))


def processor_page(name: str, runs: Sequence[RunEntry]) -> str:
    """The page of a processor: how far its runs are apart, and each of them."""
    every = sorted(runs, key=lambda run: (run.date, run.id), reverse=True)
    made = groups(every)
    chart = spread_chart(name, every, made)
    return _render(
        "processor.html.j2",
        name=name,
        generation=every[0].generation,
        runs=every,
        hosts=len({run.host for run in every}),
        table=spread_table(made) if made else None,
        colours={group.lane: group.colour for group in made},
        pictures=list(pictures_of([chart] if chart else [], phone=True).values()),
    )


def processor_page_name(name: str) -> str:
    """`processors/intel-xeon-gold-6430-1a2b3c4d.html`: no two processors share one."""
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:50] or "processor"
    return f"{PROCESSORS}/{words}-{digest_of(name.encode())[:8]}.html"


def index_page(runs: Sequence[RunEntry], prices: Prices) -> str:
    """The first page: what the runs come to, processors, the leaderboard."""
    drawn = generation_charts(list(runs))
    ranked = [run for run in runs if run.ranked]
    return _render(
        "index.html.j2",
        title=TITLE,
        answer=_answer(runs),
        counts=_counts(ranked),
        charts=list(pictures_of(drawn, phone=True).values()),
        chart_titles=[chart.title for chart in drawn],
        processors=[
            (name, processor_page_name(name), own[0].generation, own)
            for name, own in sorted(by_processor(runs).items())
        ],
        board=leaderboard(runs, prices),
        unranked=sorted(
            (run for run in runs if not run.ranked), key=lambda run: run.date, reverse=True
        ),
    )


def _counts(ranked: Sequence[RunEntry]) -> str:
    """`998 runs on 412 hosts with 34 processors, 2026-01-03 to 2026-11-23`."""
    hosts, processors = len({run.host for run in ranked}), len({run.processor for run in ranked})
    return (
        f"{counted(len(ranked), 'run')} on {counted(hosts, 'host')} with "
        f"{counted(processors, 'kind')} of processor{between(ranked)}"
    )


def _answer(runs: Sequence[RunEntry]) -> str:
    """What BF16 gains over the fastest FP32 lane, on the newest generations; '' if nobody knows."""
    workload = next(iter(by_count(runs)), None)
    best: dict[str, Gain] = {}
    for gain in gains(runs, workload, over_best) if workload else ():
        best.setdefault(gain.generation, gain)
    newest = list(best.values())[-NAMED:][::-1]
    if not newest:
        return ""
    said = [f"{each.over.median:.2f}× on {each.generation} ({each.lane})" for each in newest]
    return (
        f"{workload} trained in BF16, against the fastest FP32 lane of the same run: "
        f"{', '.join(said)}."
    )


def _render(template: str, **values: object) -> str:
    return _environment().get_template(template).render(**values)


@lru_cache
def _environment() -> "Environment":
    """The kit's own for HTML, with this room's templates before it."""
    from jinja2 import ChoiceLoader, PackageLoader

    base = environment()
    assert base.loader is not None
    return base.overlay(loader=ChoiceLoader([PackageLoader("bench.publish", "media"), base.loader]))
