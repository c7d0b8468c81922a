"""How text, figures, sizes and lists of CPUs are written and read, the same everywhere."""

import codecs
import re
from collections.abc import Collection, Iterable

MIB, GIB = 2**20, 2**30

PLAIN_CHARACTERS = "bench.plain-characters"
"""An error handler of codecs, for output that can't carry every character: ± becomes +-."""

_PLAIN = str.maketrans(
    {"±": "+-", "×": "x", "–": "-", "−": "-", "…": "...", "·": "*", "•": "*"}
    | {"▸": ">", "█": "#", "■": "#", "░": ".", "✓": "+", "✗": "x", "─": "-", "│": "|"}
)

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


def _plain(error: UnicodeError) -> tuple[str, int]:
    """What an encoding has not, in ASCII: something like it, else a question mark."""
    assert isinstance(error, UnicodeEncodeError)
    text = error.object[error.start : error.end].translate(_PLAIN)
    return "".join(each if each.isascii() else "?" for each in text), error.end


codecs.register_error(PLAIN_CHARACTERS, _plain)


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


def percent(share: float) -> str:
    """`57 %`; with one place where it would else be rounded to nothing or to all: `99.7 %`."""
    places = 1 if 0 < share < 0.01 or 0.99 < share < 1 else 0
    return f"{100 * share:.{places}f} %"


_CPUS_MOST = 2**20
"""Of Linux's 8192 a broken file is told by a number above this."""


def parse_cpulist(text: str) -> list[int]:
    """The numbers of a list such as `0-3,8`, ascending. Raises ValueError for anything else."""
    numbers: set[int] = set()
    for part in text.strip().split(","):
        first, dash, last = part.partition("-")
        if part:
            least, most = int(first), int(last if dash else first)
            if not least <= most < _CPUS_MOST:
                raise ValueError(f"{part[:40]!r} is no range of CPUs")
            numbers.update(range(least, most + 1))
    return sorted(numbers)


def format_cpulist(cpus: Iterable[int]) -> str:
    """The shortest list of these numbers: `format_cpulist([0, 1, 2, 5]) == "0-2,5"`."""
    ranges: list[list[int]] = []
    for cpu in sorted(set(cpus)):
        if ranges and cpu == ranges[-1][1] + 1:
            ranges[-1][1] = cpu
        else:
            ranges.append([cpu, cpu])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges)


def cpus_words(cpus: Collection[int]) -> str:
    """`CPU 5`, `CPUs 0-3`."""
    return f"CPU{'' if len(cpus) == 1 else 's'} {format_cpulist(cpus)}"
