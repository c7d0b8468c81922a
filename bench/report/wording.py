"""How figures and readings are written, the same in every report."""

from collections.abc import Callable
from typing import TypeVar

from bench.model.base import Reading
from bench.model.summary import Ratio, Spread, Summary

T = TypeVar("T")


def ratio_value(ratio: Ratio) -> str:
    """The mean ratio, `1.87×`."""
    return f"{ratio.value:.2f}×"


def span(over: Spread | Ratio, write: Callable[[float], str]) -> str:
    """Lowest and highest round, `5.98–6.10`; empty for a single round, which has no range."""
    return f"{write(over.low)}–{write(over.high)}" if over.rounds > 1 else ""


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


def reading(read: Reading[T], write: Callable[[T], str] = str) -> str:
    """The value; without one a dash, and the reason in brackets."""
    return f"– ({read.reason})" if read.value is None else write(read.value)


def yes_no(value: bool) -> str:
    """`yes` or `no`."""
    return "yes" if value else "no"


def on_off(value: bool) -> str:
    """`on` or `off`."""
    return "on" if value else "off"
