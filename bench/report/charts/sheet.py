"""A sheet to draw on: boxes, lines and words, placed in inches from the top left.

Matplotlib's renderers paint it, once as SVG and once as PNG; its figures, axes and layout are left
out, since they cost more than all the painting. It is imported inside functions: that takes most of
a second and loads numpy, which only those who draw are to pay.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bench.report.palette import INK
from bench.results.folder import write_bytes

if TYPE_CHECKING:
    from matplotlib.backend_bases import GraphicsContextBase, RendererBase
    from matplotlib.font_manager import FontProperties
    from matplotlib.ft2font import FT2Font

SVG_DPI, PNG_DPI = 72, 144
SMALL, NORMAL, LARGE = 8.5, 9.5, 13.0
"""Points."""

CAPITAL = 0.729 / 72
"""Inches a point: how high DejaVu Sans's capitals and figures are."""

STYLE: Any = {"svg.fonttype": "path", "svg.hashsalt": "bench", "text.hinting": "none"}


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
    """A text: where its baseline begins, in inches, y upwards."""

    x: float
    y: float
    text: str
    size: float
    bold: bool
    colour: str


@dataclass
class Sheet:
    """A white sheet of so many inches, and what was drawn on it, in that order."""

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
        colour: str = INK,
        align: Literal["left", "center", "right"] = "left",
    ) -> None:
        """Words on one line whose middle is `top` inches below the upper edge."""
        share = {"left": 0.0, "center": 0.5, "right": 1.0}[align]
        x = at - share * inches(text, size, bold=bold)
        y = self.height - top - CAPITAL * size / 2
        self.marks.append(Words(x, y, text, size, bold, colour))

    def save(self, folder: Path, name: str, title: str) -> list[Path]:
        """Write `<name>.svg` and `<name>.png`; the paths written."""
        svg, png = folder / f"{name}.svg", folder / f"{name}.png"
        with style():
            write_bytes(svg, self.svg(title))
            write_bytes(png, self.png(title))
        return [svg, png]

    def svg(self, title: str) -> bytes:
        """The sheet as SVG. No date and no version in it: its bytes depend on what it shows."""
        from matplotlib.backends.backend_svg import RendererSVG

        content = BytesIO()
        writer = TextIOWrapper(content, "utf-8", newline="\n", write_through=True)
        about = {"Date": None, "Creator": None, "Title": title}
        size = (self.width * SVG_DPI, self.height * SVG_DPI)
        renderer = RendererSVG(*size, writer, image_dpi=SVG_DPI, metadata=about)  # type: ignore[no-untyped-call]
        self._paint(renderer, SVG_DPI)
        renderer.finalize()  # type: ignore[no-untyped-call]
        return content.getvalue()

    def png(self, title: str) -> bytes:
        """The sheet as PNG, the same way."""
        from matplotlib.backends.backend_agg import RendererAgg
        from PIL.Image import frombuffer
        from PIL.PngImagePlugin import PngInfo

        width, height = round(self.width * PNG_DPI), round(self.height * PNG_DPI)
        renderer = RendererAgg(width, height, PNG_DPI)  # type: ignore[no-untyped-call]
        self._paint(renderer, PNG_DPI)
        pixels = renderer.buffer_rgba()  # type: ignore[no-untyped-call]
        picture = frombuffer("RGBA", (width, height), pixels).convert("RGB")
        about = PngInfo()
        about.add_itxt("Title", title)
        content = BytesIO()
        picture.save(content, "png", dpi=(PNG_DPI, PNG_DPI), pnginfo=about, compress_level=3)
        return content.getvalue()

    def _paint(self, renderer: "RendererBase", dpi: int) -> None:
        whole = Sheet(self.width, self.height)
        whole.box(0, 0, self.width, self.height, "white")
        for mark in [*whole.marks, *self.marks]:
            context = renderer.new_gc()
            if isinstance(mark, Words):
                context.set_foreground(mark.colour)
                place = mark.x * dpi, (self.height - mark.y) * dpi
                renderer.draw_text(context, *place, mark.text, _font(mark.size, mark.bold), 0)
            else:
                _paint_shape(renderer, context, mark, dpi)
            context.restore()


@contextmanager
def style() -> Iterator[None]:
    """This file's settings instead of the user's matplotlibrc, and the user's back after it."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        yield


def inches(text: str, size: float, *, bold: bool = False) -> float:
    """How wide the text is at that size in points. Letters that fit are drawn closer."""
    return sum(_advance(letter, bold) for letter in text) * size


def _paint_shape(
    renderer: "RendererBase", context: "GraphicsContextBase", shape: Shape, dpi: int
) -> None:
    from matplotlib.colors import to_rgb
    from matplotlib.path import Path as Corners
    from matplotlib.transforms import Affine2D

    context.set_linewidth(shape.width if shape.edge else 0)
    context.set_foreground(shape.edge or "white")
    context.set_capstyle("butt")
    if shape.dashed:
        context.set_dashes(0, [4, 3])
    fill = to_rgb(shape.fill) if shape.fill else None
    renderer.draw_path(context, Corners(shape.corners), Affine2D().scale(dpi), fill)


@lru_cache
def _font(size: float, bold: bool) -> "FontProperties":
    from matplotlib.font_manager import FontProperties

    return FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal", size=size)


@lru_cache
def _face(bold: bool) -> "FT2Font":
    from matplotlib.font_manager import findfont
    from matplotlib.ft2font import FT2Font

    face = FT2Font(findfont(_font(NORMAL, bold)))
    face.set_size(100, 72)
    return face


@lru_cache(maxsize=4096)
def _advance(letter: str, bold: bool) -> float:
    """Inches of one letter at one point, the space about it included."""
    from matplotlib.ft2font import LoadFlags

    glyph = _face(bold).load_char(ord(letter), flags=LoadFlags.NO_HINTING)
    return glyph.linearHoriAdvance / 65536 / 100 / 72
