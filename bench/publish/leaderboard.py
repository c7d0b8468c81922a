"""The leaderboard: a row a measured lane of a run, as the cells of a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.publish.entry import LaneEntry, RunEntry, SpeedUp
from bench.publish.prices import Prices
from bench.publish.spread import by_count, over_fp32, pairs
from bench.publish.tables import samples_a_dollar
from bench.report.document.parts import UNKNOWN
from bench.report.document.wording import common_unit, span
from bench.text import figure

ROWS = 4000
"""Rows of the page, which a phone has to hold; processors' pages and `index.csv` have them all."""


@dataclass(frozen=True)
class Head:
    """A column: `filters` if a reader may want to choose among its values."""

    title: str
    right: bool = False
    filters: bool = False
    note: str = ""


@dataclass(frozen=True)
class Row:
    """A run's lane: the id of the page it leads to, then for each column its text and range."""

    run: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Leaderboard:
    """Heads and rows, the fastest first within a workload; and how many rows are left out."""

    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    left_out: int


def leaderboard(runs: Sequence[RunEntry], prices: Prices) -> Leaderboard:
    """Of the runs that are ranked; a column that would say the same in every row is left out."""
    workloads = {workload: i for i, workload in enumerate(by_count(runs))}
    every = sorted(
        pairs(runs),
        key=lambda pair: (workloads[pair[1].workload], -pair[1].compute.median, pair[0].id),
    )
    priced = any(prices.of(run) for run in runs)
    unit = common_unit(lane.unit for _, lane in every)
    heads = _heads(unit, several=len(workloads) > 1, priced=priced)
    rows = tuple(
        Row(run.id, _cells(run, lane, prices.of(run), several=len(workloads) > 1, priced=priced))
        for run, lane in every[:ROWS]
    )
    return Leaderboard(heads, rows, max(0, len(every) - ROWS))


def _heads(unit: str, *, several: bool, priced: bool) -> tuple[Head, ...]:
    return (
        Head("Processor", filters=True),
        Head("Lane", filters=True),
        *([Head("Workload", filters=True)] if several else []),
        Head("Batch", right=True, filters=True),
        Head("Cores", right=True, filters=True),
        Head(f"{unit}/s", right=True, note="the range is that of the rounds"),
        Head(
            f"{unit}/s a socket",
            right=True,
            note="only where a lane had every core of its sockets, as the host shows them",
        ),
        Head(f"{unit}/s a core", right=True),
        Head("× fp32", right=True, note="over stock FP32, with its 95 % interval if there is one"),
        Head("× best FP32", right=True, note="over the run's fastest FP32 lane"),
        *([Head(f"{unit} a dollar", right=True, note=PRICED)] if priced else []),
        Head("Date"),
    )


PRICED = "by the price that was given for an hour of the whole host, at compute throughput"


def _cells(
    run: RunEntry, lane: LaneEntry, price: float | None, *, several: bool, priced: bool
) -> tuple[tuple[str, str], ...]:
    compute, socket = lane.compute, lane.per_socket
    dollar = samples_a_dollar(lane, price)
    return (
        (run.processor, ""),
        (lane.lane, ""),
        *([(lane.workload, "")] if several else []),
        (str(lane.batch), ""),
        (str(lane.cores), ""),
        (figure(compute.median), span(compute, figure)),
        (UNKNOWN if socket is None else figure(socket), ""),
        (figure(lane.per_core), ""),
        _ratio(lane, over_fp32(lane), run.baseline),
        _ratio(lane, lane.over_best_fp32, run.best_fp32),
        *([(UNKNOWN if dollar is None else f"{dollar:,.0f}", "")] if priced else []),
        (run.date, ""),
    )


def _ratio(lane: LaneEntry, ratio: SpeedUp | None, against: str | None) -> tuple[str, str]:
    """The ratio and its interval; 1 for the lane itself."""
    if lane.lane == against:
        return ("1", "")
    if ratio is None:
        return (UNKNOWN, "")
    ends = f"{ratio.low:.2f}–{ratio.high:.2f}" if ratio.interval else ""
    return (f"{ratio.value:.2f}", ends)
