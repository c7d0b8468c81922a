"""A document as a page of HTML: one file that needs nothing else, whatever is in the document.

The templates beside this file are for every page of the kit. `page.html.j2` is a page: its head,
with a policy that lets nothing in but the page itself, and the blocks `title`, `head`, `style`,
`main` and `script`. `parts.html.j2` has a macro for each part of a document.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bench.report.charts.svg import dark_rules
from bench.report.document.parts import UNKNOWN, Document, Part
from bench.text import counted, printable

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

    from bench.report.charts.chart import Chart

TEXT = 4000
"""Characters of one text: what is longer is a stranger's, and ends in an ellipsis."""

WHOLE = 24
"""Characters of what is not broken where a line could be: a lane's name, an interval, `8 %`."""

_JOINED = re.compile(r"\w[–-]\w|\d %")

ROWS = 1000
"""Rows of one table: a page has to stay one that can be opened. `result.json` has all of them."""


def html(document: Document, pictures: Mapping[str, str] | None = None) -> str:
    """The document as a page. `pictures` are its figures by name, as `pictures_of` makes them."""
    page = environment().get_template("document.html.j2")
    return page.render(document=document, pictures=pictures or {})


def pictures_of(charts: Iterable["Chart"], *, phone: bool = False) -> dict[str, str]:
    """Each chart as SVG that may stand in a page, by its name.

    With `phone`, each has a second, narrow one beside it, and a page shows what fits.
    """
    from markupsafe import Markup

    return {
        each.name: Markup("\n".join(_pictures(each, (False, True) if phone else (False,))))
        for each in charts
    }


def _pictures(chart: "Chart", widths: tuple[bool, ...]) -> Iterator[str]:
    from bench.report.charts.drawing import compose
    from bench.report.charts.svg import inline_svg

    for narrow in widths:
        name = f"{chart.name}-phone" if narrow else chart.name
        kind = "phone" if narrow else "desk" if len(widths) > 1 else "chart"
        sheet = compose(chart, narrow=narrow)
        yield inline_svg(sheet, name, chart.title, chart.description, kind)


@lru_cache
def environment() -> "Environment":
    """What renders the kit's templates: every text is escaped, and an unknown name is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("bench.report.media", "html"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_plain,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"kind": _kind, "digest": digest, "hexadecimal": _hexadecimal}
    made.filters |= {"address": _address, "unbroken": _unbroken, "counted": counted}
    made.globals |= {"ROWS": ROWS, "UNKNOWN": UNKNOWN, "dark_rules": dark_rules}
    return made


def digest(text: str) -> str:
    """What a content security policy calls an inline style or script by: `'sha256-…'`."""
    sum_of = hashlib.sha256(str(text).encode()).digest()
    return f"'sha256-{base64.b64encode(sum_of).decode()}'"


def _plain(value: Any) -> Any:
    """A text without control characters, and no longer than a page can bear."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    text = printable(value[: TEXT + 1])
    return text if len(text) <= TEXT else f"{text[:TEXT]}…"


def _unbroken(text: str) -> "Markup":
    """The text, in which no line ends within a lane's name or an interval, nor before a %."""
    from markupsafe import Markup

    words = re.split(r"(\S*\d %\S*|\S+)", _plain(text))
    whole = Markup('<span class="whole">{}</span>')
    return Markup("").join(
        whole.format(word) if len(word) <= WHOLE and _JOINED.search(word) else word
        for word in words
    )


def _address(path: str) -> str:
    """A path within the folder as a link: nothing in it is a scheme or leads to another host."""
    return quote(printable(path[:TEXT]))


def _kind(part: Part) -> str:
    """The name of the macro that writes this part."""
    return type(part).__name__.lower()


def _hexadecimal(colour: str) -> str:
    """The colour if it is one, else none: nothing else gets into a style."""
    return colour if re.fullmatch(r"#[0-9A-Fa-f]{6}", colour) else "none"
