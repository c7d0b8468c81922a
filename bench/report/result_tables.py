"""A run's conclusions on the console: one row a lane, and what did not come to a number."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bench.analysis.ratios import ratio_against
from bench.report.blocks import bullets, heading, lane_name, listing, state, words
from bench.report.captions import best_fp32_column, captions
from bench.report.headline import cores_used, cpu_brand, rounds_words, system, workload
from bench.report.outcomes import Outcome, outcomes
from bench.report.wording import counted, epoch_unit, figure, ratio_value, span
from bench.results.schema import LaneSummary, Ratio, Result, Spread

UNKNOWN = "–"

Over = TypeVar("Over", Spread, Ratio)


def result_view(result: Result) -> Group:
    """The whole result for a console of 80 columns or more."""
    states = outcomes(result)
    parts: list[RenderableType] = [_head(result), Text(), _lanes(result, states), Text()]
    parts += [words(sentence, "dim") for sentence in captions(result)]
    incomplete = [each for each in states if each.reason]
    if incomplete:
        parts += [Text(), _incomplete(incomplete)]
    if result.plan.notes:
        parts += [Text(), bullets("Notes", result.plan.notes)]
    return Group(*parts)


def last_line(result: Result, folder: Path) -> Text:
    """What was done and where it is: the last thing a run says."""
    states = [each.state for each in outcomes(result)]
    done = f"{counted(states.count('measured'), 'lane')} measured"
    others = [f"{states.count(s)} {s}" for s in ("failed", "interrupted", "skipped", "not reached")]
    told = ", ".join([done, *(text for text in others if not text.startswith("0 "))])
    return words(f"{result.status}: {told}; {folder}")


def _head(result: Result) -> Text:
    lines = [
        heading(cpu_brand(result)),
        words(f"{cores_used(result.plan)} of {system(result)}"),
        words(workload(result.plan, result.data)),
        words(
            f"profile {result.plan.profile}, {rounds_words(result)}; "
            f"{result.status}: {result.stop_reason}"
        ),
    ]
    return Text("\n").join(lines)


def _lanes(result: Result, states: list[Outcome]) -> Table:
    summary = result.summary
    denominators = [summary.baseline]
    if best := best_fp32_column(summary):
        denominators.append(best)
    table = listing("Lanes")
    table.add_column("lane", no_wrap=True)
    unit, seconds = epoch_unit(summary)
    for title in ("compute\nimg/s", "end to\nend img/s", f"epoch\n{unit}"):
        table.add_column(title, justify="right", no_wrap=True)
    for lane in denominators:
        table.add_column(f"×\n{lane}", justify="right", no_wrap=True)
    table.add_column("peak\nGiB", justify="right", no_wrap=True)
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
        Text(UNKNOWN if memory is None else f"{memory / 2**30:.1f}"),
    ]


def _rate(over: Spread) -> str:
    return figure(over.median)


def _rate_span(over: Spread) -> str:
    return span(over, figure)


def _ratio(lane: LaneSummary, against: str) -> Text:
    if lane.lane == against:
        return Text("1", style="dim")
    found = ratio_against(lane.compute_ratios, against)
    return _stacked(found, ratio_value, lambda each: span(each, "{:.2f}".format))


def _stacked(
    over: Over | None, value: Callable[[Over], str], range_: Callable[[Over], str]
) -> Text:
    """The figure, with its range beneath in a weaker style if it has one."""
    if over is None:
        return Text(UNKNOWN)
    shown, beneath = Text(value(over), style="bold"), range_(over)
    return Text("\n").join([shown, Text(beneath, style="dim")]) if beneath else shown


def _incomplete(states: list[Outcome]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.title, table.title_justify = heading("Not measured, or not in every round"), "left"
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for each in states:
        table.add_row(lane_name(each.lane), state(each.state), words(each.reason))
    return table
