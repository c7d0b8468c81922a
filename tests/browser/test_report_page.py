"""`report.html` in a real Chromium: at any width, light, dark, printed, and of hostile runs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bench.model.result import Result
from bench.report.charts.catalogue import charts
from bench.report.document.result import result_document
from bench.report.media.html import html, pictures_of
from tests.browser.pages import WIDTHS, Opened
from tests.factories import make_result
from tests.report.hostile import hostile
from tests.report.scenes import (
    disturbed_round,
    four_lanes,
    functional_check,
    invalid_lane,
    leaving_ipex,
)

pytestmark = pytest.mark.browser

SCENES: dict[str, Callable[[], Result]] = {
    "four lanes": four_lanes,
    "an invalid lane": invalid_lane,
    "a functional check": functional_check,
    "two stacks": leaving_ipex,
    "nothing measured": lambda: make_result(nothing=True),
    "hostile": lambda: hostile(disturbed_round()),
}

Browse = Callable[..., Opened]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of each scene."""
    folder = tmp_path_factory.mktemp("pages")
    made = {}
    for number, (name, scene) in enumerate(SCENES.items()):
        result = scene()
        made[name] = folder / f"{number}.html"
        made[name].write_text(
            html(result_document(result), pictures_of(charts(result), phone=True))
        )
    return made


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("width", WIDTHS)
def test_it_loads_alone_and_fits(
    pages: dict[str, Path], browse: Browse, scene: str, width: int
) -> None:
    seen = browse(pages[scene], width)
    assert seen.quiet, (seen.errors, seen.requests, seen.dialogs)
    assert seen.overflowing() == []
    assert seen.overlapping() == []


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    ("scene", "width"), [("four lanes", 360), ("an invalid lane", 1440), ("two stacks", 768)]
)
def test_everybody_can_read_it(
    pages: dict[str, Path], browse: Browse, scene: str, width: int, dark: bool
) -> None:
    """Contrast, names of pictures, headings, tables: axe-core's rules, all of them."""
    seen = browse(pages[scene], width, dark=dark)
    assert seen.violations() == []


def test_axe_would_find_what_can_not_be_read(browse: Browse, tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    page.write_text("<title>x</title><p style='color:#bbb'>pale</p><svg role=img></svg>")
    rules = " ".join(browse(page).violations())
    assert "color-contrast" in rules
    assert "svg-img-alt" in rules


def test_what_overflows_and_overlaps_would_be_seen(browse: Browse, tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    page.write_text(
        "<p style='width:500px'>wide</p><b style='position:absolute;top:50px'>one</b>"
        "<i style='position:absolute;top:54px'>other</i><img src=x onerror=alert(1)>"
    )
    seen = browse(page, 360)
    assert seen.overflowing()
    assert seen.overlapping() == ["one / other"]
    assert (seen.dialogs, len(seen.requests), seen.quiet) == (["1"], 1, False)


def test_every_picture_has_a_title_and_a_description(
    pages: dict[str, Path], browse: Browse
) -> None:
    seen = browse(pages["four lanes"])
    pictures = seen.page.get_by_role("img").all()
    assert len(pictures) == len(charts(four_lanes()))
    for picture in pictures:
        for role in ("labelledby", "describedby"):
            named = picture.get_attribute(f"aria-{role}")
            assert seen.page.locator(f"#{named}").inner_html()


@pytest.mark.parametrize(("width", "kind"), [(360, "phone"), (1440, "desk")])
def test_a_chart_is_drawn_for_the_width_there_is(
    pages: dict[str, Path], browse: Browse, width: int, kind: str
) -> None:
    seen = browse(pages["four lanes"], width)
    shown = seen.page.locator("figure svg").filter(visible=True).all()
    assert {each.get_attribute("class") for each in shown} == {kind}
    scrolled = "[...document.querySelectorAll('figure')].some(x => x.scrollWidth > x.clientWidth)"
    assert not seen.page.evaluate(scrolled)
    # What is small in a picture can still be read: a step's note is 8.5 points there.
    sizes = [
        x.bounding_box()["height"]
        for x in seen.page.locator("svg text").filter(visible=True).all()[:40]
    ]
    assert min(sizes) > 7


def colours(seen: Opened) -> list[str]:
    """The paper's, the words', and those of a chart's words."""
    return [
        seen.page.evaluate("getComputedStyle(document.body).backgroundColor"),
        seen.page.evaluate("getComputedStyle(document.body).color"),
        seen.page.evaluate("getComputedStyle(document.querySelector('svg text')).fill"),
    ]


def test_a_dark_page_is_dark_its_charts_too_and_paper_never(
    pages: dict[str, Path], browse: Browse
) -> None:
    light = colours(browse(pages["four lanes"]))
    seen = browse(pages["four lanes"], dark=True)
    dark = colours(seen)
    assert light == ["rgb(255, 255, 255)", "rgb(31, 35, 40)", "rgb(34, 34, 34)"]
    assert dark == ["rgb(13, 17, 23)", "rgb(230, 237, 243)", "rgb(230, 230, 230)"]
    seen.page.emulate_media(media="print")
    assert colours(seen) == light


def test_a_table_is_cards_on_a_phone_and_columns_on_a_desk(
    pages: dict[str, Path], browse: Browse
) -> None:
    first = "document.querySelector('.cards tbody tr')"
    heights = [
        browse(pages["four lanes"], width).page.evaluate(f"{first}.getBoundingClientRect().height")
        for width in (360, 1440)
    ]
    assert heights[0] > 3 * heights[1]
    label = "getComputedStyle(document.querySelector('.cards td'), '::before').content"
    assert browse(pages["four lanes"], 360).page.evaluate(label) == '"compute img/s"'


def test_it_prints_on_pages_that_cut_nothing_off(
    pages: dict[str, Path], browse: Browse, tmp_path: Path
) -> None:
    seen = browse(pages["four lanes"])
    seen.page.emulate_media(media="print")
    seen.page.set_viewport_size({"width": 703, "height": 1000})  # A4 less its margins, 96 dpi
    assert seen.overflowing() == []
    assert seen.overlapping() == []
    printed = seen.page.pdf(path=tmp_path / "report.pdf", format="A4")
    assert printed.startswith(b"%PDF-")
    assert 3 <= printed.count(b"/Type /Page\n") <= 12


def test_a_hostile_text_is_text_and_makes_no_element(
    pages: dict[str, Path], browse: Browse
) -> None:
    seen = browse(pages["hostile"])
    assert seen.quiet, (seen.errors, seen.requests, seen.dialogs)
    body = seen.page.locator("body")
    assert "<script>alert(1)</script>" in body.inner_text()
    assert body.locator("script, img, iframe, style, link, form, input").count() == 0
    assert body.locator("[onload], [onmouseover], [onerror], [style]").count() == 0
    addresses = seen.page.evaluate("[...document.links].map(x => x.protocol)")
    assert set(addresses) == {"file:"}


def test_without_javascript_it_is_the_same(pages: dict[str, Path], browse: Browse) -> None:
    seen = browse(pages["four lanes"], javascript=False)
    assert seen.page.locator("figure svg.desk").count() == len(charts(four_lanes()))
