"""A sheet as PNG, painted by matplotlib's renderer.

Its figures, axes and layout are left out, since they cost more than all the painting. It is
imported inside functions: that takes most of a second and loads numpy, which only those who draw
are to pay.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

from bench.report.charts.sheet import ROLES, Shape, Sheet, Words, font

if TYPE_CHECKING:
    from matplotlib.backend_bases import GraphicsContextBase, RendererBase

DPI = 144
STYLE: Any = {"text.hinting": "none"}


def png(sheet: Sheet, title: str, description: str) -> bytes:
    """The sheet as PNG, on white: no page tells such a picture what it is on."""
    from matplotlib.backends.backend_agg import RendererAgg
    from PIL.Image import frombuffer
    from PIL.PngImagePlugin import PngInfo

    width, height = round(sheet.width * DPI), round(sheet.height * DPI)
    renderer = RendererAgg(width, height, DPI)  # type: ignore[no-untyped-call]
    with style():
        _paint(sheet, renderer)
    pixels = renderer.buffer_rgba()  # type: ignore[no-untyped-call]
    picture = frombuffer("RGBA", (width, height), pixels).convert("RGB")
    about = PngInfo()
    about.add_itxt("Title", title)
    about.add_itxt("Description", description)
    content = BytesIO()
    picture.save(content, "png", dpi=(DPI, DPI), pnginfo=about, compress_level=3)
    return content.getvalue()


@contextmanager
def style() -> Iterator[None]:
    """This file's settings instead of the user's matplotlibrc, and the user's back after it."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        yield


def _paint(sheet: Sheet, renderer: "RendererBase") -> None:
    whole = Sheet(sheet.width, sheet.height)
    whole.box(0, 0, sheet.width, sheet.height, "paper")
    for mark in [*whole.marks, *sheet.marks]:
        context = renderer.new_gc()
        if isinstance(mark, Words):
            context.set_foreground(_colour(mark.colour))
            place = mark.x * DPI, (sheet.height - mark.y) * DPI
            renderer.draw_text(context, *place, mark.text, font(mark.size, mark.bold), 0)
        else:
            _paint_shape(renderer, context, mark)
        context.restore()


def _paint_shape(renderer: "RendererBase", context: "GraphicsContextBase", shape: Shape) -> None:
    from matplotlib.colors import to_rgb
    from matplotlib.path import Path as Corners
    from matplotlib.transforms import Affine2D

    context.set_linewidth(shape.width if shape.edge else 0)
    context.set_foreground(_colour(shape.edge or "paper"))
    context.set_capstyle("butt")
    if shape.dashed:
        context.set_dashes(0, [4, 3])
    fill = to_rgb(_colour(shape.fill)) if shape.fill else None
    renderer.draw_path(context, Corners(shape.corners), Affine2D().scale(DPI), fill)


def _colour(colour: str) -> str:
    return ROLES[colour][0] if colour in ROLES else colour
