"""A sheet to draw on: boxes, lines and words, placed in inches from the top left.

Its colours are hexadecimal, or the name of a role such as `ink`, which a dark page changes.
`bench.report.charts.svg` and `bench.report.charts.png` write it.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from bench.text import printable

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties
    from matplotlib.ft2font import FT2Font

TINY, SMALL, NORMAL, LARGE = 7.5, 8.5, 9.5, 13.0
"""Points."""

CAPITAL = 0.729 / 72
"""Inches a point: how high DejaVu Sans's capitals and figures are."""

Align = Literal["left", "center", "right"]
SHARES: dict[Align, float] = {"left": 0.0, "center": 0.5, "right": 1.0}

ROLES = {
    "paper": ("#ffffff", "#0d1117"),
    "ink": ("#222222", "#e6e6e6"),
    "faint": ("#595959", "#a6adb5"),
    "edge": ("#444444", "#c4cad1"),
    "grid": ("#dddddd", "#343b44"),
    "shade": ("#eeeeee", "#212830"),
    "alarm": ("#b3261e", "#ff8a80"),
}
"""What each role's colour is on a white page and on a dark one: that of GitHub's."""


BLANKS = {ord("\n"): " ", ord("\t"): " ", 0xFFFE: " ", 0xFFFF: " "}
"""What `printable` leaves, and one line of XML can't hold."""


@dataclass(frozen=True)
class Shape:
    """A line or, filled, a box: its corners in inches, y upwards; `width` of its edge in points."""

    corners: tuple[tuple[float, float], ...]
    edge: str | None
    fill: str | None = None
    width: float = 0.5
    dashed: bool = False


@dataclass(frozen=True)
class Words:
    """A text: where its baseline begins, in inches, y upwards; and what of it stays in place.

    `align` is what does in a medium whose letters are not as wide as those that were measured.
    """

    x: float
    y: float
    text: str
    size: float
    bold: bool
    colour: str
    align: Align = "left"

    @property
    def anchor(self) -> float:
        """Where its left end, middle or right end is, by its alignment."""
        return self.x + SHARES[self.align] * inches(self.text, self.size, bold=self.bold)


@dataclass
class Sheet:
    """A sheet of so many inches, and what was drawn on it, in that order."""

    width: float
    height: float
    marks: list[Shape | Words] = field(default_factory=list)

    def box(
        self,
        left: float,
        top: float,
        width: float,
        height: float,
        fill: str,
        edge: str | None = None,
    ) -> None:
        """A filled box."""
        right, upper, lower = left + width, self.height - top, self.height - top - height
        corners = ((left, lower), (right, lower), (right, upper), (left, upper), (left, lower))
        self.marks.append(Shape(corners, edge, fill))

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        colour: str,
        width: float = 0.8,
        *,
        dashed: bool = False,
    ) -> None:
        """A line from one place to another."""
        corners = tuple((x, self.height - y) for x, y in (start, end))
        self.marks.append(Shape(corners, colour, width=width, dashed=dashed))

    def text(
        self,
        at: float,
        top: float,
        text: str,
        size: float = NORMAL,
        *,
        bold: bool = False,
        colour: str = "ink",
        align: Align = "left",
    ) -> None:
        """Words on one line whose middle is `top` inches below the upper edge."""
        text = printable(text).translate(BLANKS)
        x = at - SHARES[align] * inches(text, size, bold=bold)
        y = self.height - top - CAPITAL * size / 2
        self.marks.append(Words(x, y, text, size, bold, colour, align))


def inches(text: str, size: float, *, bold: bool = False) -> float:
    """How wide the text is at that size in points. Letters that fit are drawn closer."""
    return sum(_advance(letter, bold) for letter in text) * size


def fitting(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """The text, cut at its end where it is wider than so many inches."""
    if inches(text[:1000], size, bold=bold) <= width and len(text) <= 1000:
        return text
    kept = ""
    for letter in text:
        if inches(f"{kept}{letter}…", size, bold=bold) > width:
            break
        kept += letter
    return f"{kept.rstrip()}…"


@lru_cache
def font(size: float, bold: bool) -> "FontProperties":
    """The font of that size in points, as matplotlib describes one."""
    from matplotlib.font_manager import FontProperties

    return FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal", size=size)


@lru_cache
def _face(bold: bool) -> "FT2Font":
    from matplotlib.font_manager import findfont
    from matplotlib.ft2font import FT2Font

    face = FT2Font(findfont(font(NORMAL, bold)))
    face.set_size(100, 72)
    return face


@lru_cache(maxsize=4096)
def _advance(letter: str, bold: bool) -> float:
    """Inches of one letter at one point, the space about it included."""
    from matplotlib.ft2font import LoadFlags

    glyph = _face(bold).load_char(ord(letter), flags=LoadFlags.NO_HINTING)
    return glyph.linearHoriAdvance / 65536 / 100 / 72
