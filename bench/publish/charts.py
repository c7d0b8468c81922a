"""A site's charts: speed-up by generation of processors, and how far a processor's runs are apart.

They are the kit's own charts of rows, whose whiskers are here the lowest and the highest run.
"""

from itertools import groupby

import bench
from bench.publish.entry import RunEntry
from bench.publish.spread import (
    Gain,
    Group,
    Over,
    between,
    by_count,
    gains,
    over_best,
    over_fp32,
)
from bench.report.charts.chart import Bar, Chart
from bench.report.document.wording import sentence_case
from bench.text import counted, figure

LANES = 4
"""Rows of a generation: the lanes that gain most."""

GROUPS = 24
"""Rows of a processor's chart: its table has them all."""

WHISKERS = "Bars: the median run. Whiskers: the lowest and the highest run, no interval."


def generation_charts(runs: list[RunEntry]) -> list[Chart]:
    """Over the best FP32 lane, and over the lane `fp32`; [] without a run that has them."""
    workload = next(iter(by_count(runs)), None)
    if workload is None:
        return []
    kinds = (
        ("best-fp32", "the fastest FP32 lane", "BF16 over each run's fastest FP32 lane", over_best),
        (
            "fp32",
            "stock FP32",
            "each lane over fp32, PyTorch without optimization",
            over_fp32,
        ),
    )
    return [
        _by_generation(f"generations-over-{name}", workload, short, words, most)
        for name, short, words, ratio in kinds
        if (most := _most(gains(runs, workload, ratio)))
    ]


def spread_chart(name: str, runs: list[RunEntry], made: list[Group]) -> Chart | None:
    """A processor's throughput by set-up, over its runs of the workload it has most of."""
    workload = next(iter(by_count(runs)), None)
    shown = [group for group in made if group.workload == workload][:GROUPS]
    if workload is None or not shown:
        return None
    names = [f"{each.lane}, batch {each.batch}, {counted(each.cores, 'core')}" for each in shown]
    names = [x if names.count(x) == 1 else f"{x} ({n})" for n, x in enumerate(names, 1)]
    unit = shown[0].unit
    bars = [
        _bar(row, each.compute, f"{figure(each.compute.median)} {unit}/s")
        for row, each in zip(names, shown, strict=True)
    ]
    return Chart(
        name="spread",
        title=f"{workload}: compute throughput by set-up, over runs",
        axis=f"{unit}/s",
        rows=list(bars),
        colours={row: each.colour for row, each in zip(names, shown, strict=True)},
        context=[name],
        notes=[WHISKERS],
        provenance=_provenance(runs),
    )


def _by_generation(name: str, workload: str, short: str, words: str, rows: list[Gain]) -> Chart:
    labels = [f"{gain.generation}: {gain.lane}" for gain in rows]
    return Chart(
        name=name,
        title=f"{workload}: speed-up over {short}, by processor generation",
        axis="compute throughput, as a multiple",
        rows=[
            _bar(label, gain.over, f"{gain.over.median:.2f}×")
            for label, gain in zip(labels, rows, strict=True)
        ],
        colours={label: gain.colour for label, gain in zip(labels, rows, strict=True)},
        context=[f"{sentence_case(words)}, whatever the batch and the cores were"],
        notes=[WHISKERS],
        provenance=f"bench {bench.__version__}",
        reference=1.0,
    )


def _most(every: list[Gain]) -> list[Gain]:
    """Of each generation the lanes that gain most."""
    by_generation = groupby(every, key=lambda gain: gain.generation)
    return [gain for _, own in by_generation for gain in list(own)[:LANES]]


def _bar(row: str, over: Over, label: str) -> Bar:
    several = over.runs > 1
    return Bar(
        lane=row,
        value=over.median,
        low=over.low if several else None,
        high=over.high if several else None,
        label=f"{label} ({counted(over.runs, 'run')})",
    )


def _provenance(runs: list[RunEntry]) -> str:
    ranked = [run for run in runs if run.ranked]
    return f"{counted(len(ranked), 'run')}{between(ranked)}, bench {bench.__version__}"
