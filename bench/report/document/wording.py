"""How figures, readings and ratios are written, the same in every document and chart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from bench.text import counted, format_cpulist, parse_cpulist, percent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bench.model.base import Reading
    from bench.model.plan import Plan, PlannedLane
    from bench.model.summary import Interval, Ratio, Spread, Summary

T = TypeVar("T")

SHORT = 60
"""Characters of a reason that is said as often as there are lanes with it."""

FUNCTIONAL_CHECK = "a functional check: it shows what trains here, and is too short to measure by"
"""What a run is whose plan says so: here, in every document and in each picture."""


def ratio_value(ratio: Ratio) -> str:
    """The mean ratio, `1.87×`: with more places where a figure would else be shown as 1."""
    return f"{ratio.value:.{_places(ratio)}f}×"


def span(over: Spread | Ratio, write: Callable[[float], str]) -> str:
    """Lowest and highest round, `5.98–6.10`; empty for a single round, which has no range."""
    return f"{write(over.low)}–{write(over.high)}" if over.rounds > 1 else ""


def beneath(ratio: Ratio) -> str:
    """What stands with a ratio: its interval, `1.60–1.74`, else its range; empty for one round."""
    over = ratio.interval or ratio
    known = ratio.interval or ratio.rounds > 1
    return _ends(over.low, over.high, _places(ratio)) if known else ""


def interval_words(ratio: Ratio, interval: Interval) -> str:
    """`95 % interval 1.60–1.74`."""
    return (
        f"{percent(interval.level)} interval {_ends(interval.low, interval.high, _places(ratio))}"
    )


def in_rounds(text: str, rounds: Iterable[int] = ()) -> str:
    """A sentence behind its rounds, `rounds 1, 2, 3: …`, with them shorter: `rounds 1-3: …`.

    Without them where they are all of `rounds`.
    """

    def shorter(match: re.Match[str]) -> str:
        numbers = parse_cpulist(match[2].replace(" ", ""))
        if set(numbers) == set(rounds):
            return ""
        return f"{match[1]} {format_cpulist(numbers)}: "

    return re.sub(r"\b(rounds?) (\d{1,4}(?:(?:, ?|-)\d{1,4})*): ", shorter, text)


def methods(ratios: list[Ratio]) -> list[str]:
    """`95 % confidence interval, <method>, 6 rounds`: once for each method and level."""
    sure = [(each.interval, each.rounds) for each in ratios if each.interval is not None]
    if not sure:
        return []
    least, most = min(rounds for _, rounds in sure), max(rounds for _, rounds in sure)
    over = ("" if least == most else f"{least} to ") + counted(most, "round")
    kinds = dict.fromkeys((interval.level, interval.method) for interval, _ in sure)
    return [f"{percent(level)} confidence interval, {method}, {over}" for level, method in kinds]


def time_unit(seconds: float) -> tuple[str, float]:
    """The unit in which this time is 2 or more, with its seconds: hours, minutes or seconds."""
    for unit, length in (("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2 * length:
            return unit, length
    return "seconds", 1.0


def epoch_unit(summary: Summary) -> tuple[str, float]:
    """One unit for the epoch times of all lanes, so that they compare at sight."""
    longest = (lane.epoch_seconds.high for lane in summary.lanes if lane.epoch_seconds)
    return time_unit(max(longest, default=0.0))


def rate_unit(plan: Plan) -> str:
    """`img/s`; `samples/s` where the lanes' workloads have units of their own."""
    return f"{common_unit(lane.workload.unit for lane in plan.lanes)}/s"


def common_unit(units: Iterable[str]) -> str:
    """The unit, if all are the same, else `samples`."""
    different = set(units)
    return different.pop() if len(different) == 1 else "samples"


def by_lane(lanes: Iterable[PlannedLane], write: Callable[[PlannedLane], str]) -> str:
    """What is written of every lane: once if it is the same, else each with its lanes.

    `batch 16`, or `batch 16 (fp32, fp32-ipex); batch 32 (bf16-amx)`.
    """
    return listed((lane.id, write(lane)) for lane in lanes)


def listed(pairs: Iterable[tuple[str, str]]) -> str:
    """The texts of pairs of a name and a text: each once, with its names if there are several."""
    names: dict[str, list[str]] = {}
    for name, text in pairs:
        names.setdefault(text, []).append(name)
    if len(names) == 1:
        return next(iter(names))
    return "; ".join(f"{text} ({', '.join(dict.fromkeys(of))})" for text, of in names.items())


def reasons_once(reasons: Mapping[str, str]) -> dict[str, str]:
    """Lanes' reasons; a long one that an earlier lane has is `as bf16-amx`."""
    first: dict[str, str] = {}
    return {
        lane: reason
        if first.setdefault(reason, lane) == lane or len(reason) <= SHORT
        else f"as {first[reason]}"
        for lane, reason in reasons.items()
    }


def reading(read: Reading[T], write: Callable[[T], str] = str) -> str:
    """The value; without one a dash, and the reason in brackets."""
    return f"– ({read.reason})" if read.value is None else write(read.value)


def yes_no(value: bool) -> str:
    """`yes` or `no`."""
    return "yes" if value else "no"


def on_off(value: bool) -> str:
    """`on` or `off`."""
    return "on" if value else "off"


def sentence_case(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]


def _places(ratio: Ratio) -> int:
    """Decimal places of a ratio and its ends: two, and more where one would else be shown as 1."""
    over = ratio.interval or ratio
    shown = (ratio.value, over.low, over.high)
    telling = (n for n in (2, 3, 4) if all(each == 1 or round(each, n) != 1 for each in shown))
    return next(telling, 4)


def _ends(low: float, high: float, places: int) -> str:
    return f"{low:.{places}f}–{high:.{places}f}"
