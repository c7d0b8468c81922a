"""How figures and readings are written, the same in every report."""

import re
from collections.abc import Callable
from typing import TypeVar

from bench.host.model import Reading
from bench.results.schema import Ratio, Spread, Summary

T = TypeVar("T")

# Control characters, separators of lines, what turns or hides text, and halves of characters.
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]"
)


def printable(text: str) -> str:
    """Without control characters: an artifact may be a stranger's, and a terminal obeys them."""
    return _CONTROL.sub("�", text.replace("\r\n", "\n"))


def one_line(text: str, most: int = 500) -> str:
    """Printable, in one line of at most so many characters."""
    line = " ".join(printable(text).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def figure(value: float) -> str:
    """Three significant digits, never an exponent: 0.0213, 6.03, 11.2, 1234."""
    if value == 0:
        return "0"
    for limit, places in ((99.95, 0), (9.995, 1), (0.9995, 2), (0.09995, 3)):
        if abs(value) >= limit:
            return f"{value:.{places}f}"
    return f"{value:.4f}"


def duration(seconds: float) -> str:
    """In the two largest units: 0.4 s, 41 s, 3 min 20 s, 1 h 54 min."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s" if whole % 60 else f"{whole // 60} min"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02} min"


def size(count: int) -> str:
    """Bytes in binary units: 48 KiB, 2 MiB, 3.1 GiB."""
    for unit, factor in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if count >= factor:
            return f"{count / factor:.1f}".removesuffix(".0") + f" {unit}"
    return f"{count} B"


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """`1 round`, `3 rounds`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


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
