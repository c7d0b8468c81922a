"""The table of lanes on the console: one row a lane, ranges and intervals beneath the figures."""

from collections.abc import Callable
from typing import TypeVar

from rich.table import Table
from rich.text import Text

from bench.analysis.ratios import ratio_against
from bench.model.result import Result
from bench.model.summary import KernelShare, LaneSummary, Ratio, Spread
from bench.report.blocks import lane_name, listing, state
from bench.report.captions import best_fp32_column
from bench.report.outcomes import Outcome
from bench.report.sureness import beneath
from bench.report.wording import epoch_unit, ratio_value, span
from bench.text import figure, percent

UNKNOWN = "–"

Over = TypeVar("Over", Spread, Ratio)


def lane_table(result: Result, states: list[Outcome]) -> Table:
    """Every lane of the plan; one without figures has the word for what became of it."""
    summary = result.summary
    denominators = [summary.baseline]
    if best := best_fp32_column(summary):
        denominators.append(best)
    table = listing("Lanes")
    table.padding = 0  # the ruler's own gap is enough: eight columns are to fit in 80
    table.add_column("lane", no_wrap=True)
    unit, seconds = epoch_unit(summary)
    for title in ("compute\nimg/s", "end to\nend img/s", f"epoch\n{unit}"):
        table.add_column(title, justify="right", no_wrap=True)
    for lane in denominators:
        table.add_column(f"×\n{lane}", justify="right", no_wrap=True)
    table.add_column("at its\nISA", justify="right", no_wrap=True)
    table.add_column("peak\nGiB", justify="right", no_wrap=True, min_width=5)
    found = {lane.lane: lane for lane in summary.lanes}
    for each in states:
        if each.state == "measured":
            table.add_row(lane_name(each.lane), *_figures(found[each.lane], denominators, seconds))
        else:
            table.add_row(lane_name(each.lane), state(each.state))
    return table


def _figures(lane: LaneSummary, denominators: list[str], seconds: float) -> list[Text]:
    """`seconds` is the unit of the epoch time."""
    memory = lane.peak_memory_bytes
    mark = "" if lane.epoch_measured else "~"
    return [
        _stacked(lane.compute_images_per_second, _rate, _rate_span),
        _stacked(lane.end_to_end_images_per_second, _rate, _rate_span),
        _stacked(
            lane.epoch_seconds,
            lambda over: mark + figure(over.median / seconds),
            lambda over: span(over, lambda value: figure(value / seconds)),
        ),
        *(_ratio(lane, against) for against in denominators),
        Text(_share(lane.kernels)),
        Text(UNKNOWN if memory is None else f"{memory / 2**30:.1f}"),
    ]


def _rate(over: Spread) -> str:
    return figure(over.median)


def _rate_span(over: Spread) -> str:
    return span(over, figure)


def _ratio(lane: LaneSummary, against: str) -> Text:
    if lane.lane == against:
        return Text("1", style="dim")
    return _stacked(ratio_against(lane.compute_ratios, against), ratio_value, beneath)


def _share(kernels: KernelShare | None) -> str:
    share = kernels.at_instruction_set if kernels is not None else None
    return UNKNOWN if share is None else percent(share)


def _stacked(
    over: Over | None, value: Callable[[Over], str], range_: Callable[[Over], str]
) -> Text:
    """The figure, with its range beneath in a weaker style if it has one."""
    if over is None:
        return Text(UNKNOWN)
    shown, under = Text(value(over), style="bold"), range_(over)
    return Text("\n").join([shown, Text(under, style="dim")]) if under else shown


def at_isa_words(result: Result) -> list[str]:
    """What the column `at its ISA` is; [] where nothing is in it."""
    if all(lane.kernels is None for lane in result.summary.lanes):
        return []
    return [
        "at its ISA: share of the convolutions' and inner products' time that ran at the lane's "
        "own instruction set, in one more step of each process under oneDNN's verbose mode."
    ]
