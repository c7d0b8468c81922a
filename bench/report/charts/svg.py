"""A sheet as SVG: its text stays text, and has a description for those who can't see it.

Where the reader's system asks for dark pages, it takes their colours.
"""

from collections.abc import Iterator
from html import escape

from bench.report.charts.sheet import BLANKS, ROLES, SHARES, Shape, Sheet, Words
from bench.text import printable

FONTS = "'DejaVu Sans', Verdana, Geneva, sans-serif"
"""Verdana's letters are as wide as those that were measured; others' are narrower."""

ROUND = 6
"""Points: the radius of the paper's corners."""

POINTS = 72
ANCHORS = dict(zip(SHARES, ("start", "middle", "end"), strict=True))


def svg(sheet: Sheet, title: str, description: str) -> bytes:
    """The sheet as SVG. No date and no version in it: its bytes depend on what it shows."""
    width, height = _number(sheet.width), _number(sheet.height)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt" '
        f'viewBox="0 0 {width} {height}" role="img" font-family="{FONTS}">',
        f"<title>{_safe(title)}</title>",
        f"<desc>{_safe(description)}</desc>",
        f"<style>{dark_rules()}</style>",
        f'<rect width="{width}" height="{height}" rx="{ROUND}"{_colours(fill="paper")}/>',
        *_marks(sheet),
        "</svg>",
    ]
    return "\n".join(lines).encode() + b"\n"


def inline_svg(sheet: Sheet, name: str, title: str, description: str, kind: str = "") -> str:
    """The same for within a page, whose own style has `dark_rules`: `name` is unique in it.

    `kind` is a class, by which a page's style knows it.
    """
    width, height = _number(sheet.width), _number(sheet.height)
    lines = [
        f'<svg class="{kind}" viewBox="0 0 {width} {height}" role="img" font-family="{FONTS}" '
        f'aria-labelledby="{_safe(name)}-title" aria-describedby="{_safe(name)}-desc">',
        f'<title id="{_safe(name)}-title">{_safe(title)}</title>',
        f'<desc id="{_safe(name)}-desc">{_safe(description)}</desc>',
        *_marks(sheet),
        "</svg>",
    ]
    return "\n".join(lines)


def _marks(sheet: Sheet) -> Iterator[str]:
    for mark in sheet.marks:
        yield _words(sheet, mark) if isinstance(mark, Words) else _shape(sheet, mark)


def dark_rules() -> str:
    """Rules that a dark page has; without them the attributes' colours hold."""
    rules = "".join(
        f".{kind}-{role}{{{kind}:{dark}}}"
        for role, (_, dark) in ROLES.items()
        for kind in ("fill", "stroke")
    )
    return f"@media screen and (prefers-color-scheme:dark){{{rules}}}"


def _colours(**kinds: str | None) -> str:
    """The attributes `fill` and `stroke`, and for roles the classes that a dark page changes."""
    there = {kind: colour for kind, colour in kinds.items() if colour}
    light = (f' {kind}="{ROLES.get(colour, (colour,))[0]}"' for kind, colour in there.items())
    names = " ".join(f"{kind}-{colour}" for kind, colour in there.items() if colour in ROLES)
    return "".join(light) + (f' class="{names}"' if names else "")


def _words(sheet: Sheet, words: Words) -> str:
    weight = ' font-weight="bold"' if words.bold else ""
    anchor = "" if words.align == "left" else f' text-anchor="{ANCHORS[words.align]}"'
    place = _places(("x", "y"), [words.anchor, sheet.height - words.y])
    attributes = f'{place} font-size="{words.size:g}"{weight}{anchor}{_colours(fill=words.colour)}'
    return f"<text{attributes}>{_safe(words.text)}</text>"


def _shape(sheet: Sheet, shape: Shape) -> str:
    edge = f' stroke-width="{shape.width:g}"' if shape.edge else ""
    look = _colours(fill=shape.fill, stroke=shape.edge) + edge
    if shape.fill is None:
        ends = [each for x, y in shape.corners for each in (x, sheet.height - y)]
        dashes = ' stroke-dasharray="4 3"' if shape.dashed else ""
        return f"<line{_places(('x1', 'y1', 'x2', 'y2'), ends)}{look}{dashes}/>"
    (left, lower), _, (right, upper), *_ = shape.corners
    box = [left, sheet.height - upper, right - left, upper - lower]
    return f"<rect{_places(('x', 'y', 'width', 'height'), box)}{look}/>"


def _places(names: tuple[str, ...], inches: list[float]) -> str:
    return "".join(f' {name}="{_number(each)}"' for name, each in zip(names, inches, strict=True))


def _number(inches: float) -> str:
    """Inches as points, no more exact than an eye sees."""
    return f"{inches * POINTS:.2f}".rstrip("0").rstrip(".")


def _safe(text: str) -> str:
    return escape(printable(text).translate(BLANKS))
