"""Pages of HTML, as text: escaped, whole, with a policy that lets nothing in."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from bench.model.result import Result
from bench.report.charts.catalogue import charts
from bench.report.document.parts import (
    Bullets,
    Callout,
    Cell,
    Code,
    Column,
    Document,
    Entries,
    Entry,
    Facts,
    Figure,
    Files,
    Item,
    Label,
    Paragraph,
    Part,
    Section,
    Span,
    Table,
    line,
)
from bench.report.document.result import result_document
from bench.report.media.html import ROWS, TEXT, digest, environment, html, pictures_of
from tests.factories import make_result
from tests.report.hostile import TEXTS, hostile
from tests.report.scenes import four_lanes, functional_check, invalid_lane, two_stacks

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Reader(HTMLParser):
    """What elements a page has, with their attributes, and whether each is closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    @property
    def tags(self) -> list[str]:
        """The elements' names, but for words that are kept whole."""
        return [tag for tag, names in self.elements if names.get("class") != "whole"]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(document: Document, pictures: dict[str, str] | None = None) -> Reader:
    return Reader(html(document, pictures))


def page_of(result: Result) -> str:
    return html(result_document(result), pictures_of(charts(result), phone=True))


def written(part: Part) -> Reader:
    return read(Document("T", (part,)))


PARTS: dict[str, Callable[[str], Part]] = {
    "paragraph": lambda text: Paragraph((Span(text, "good"), Span(text))),
    "bullets": lambda text: Bullets((Item(line(text), (text,)),), weak=True),
    "facts": lambda text: Facts((Label(text, f"{text}\n{text}"),)),
    "table": lambda text: Table(
        (Column(text, note=text), Column(text, wraps=True), Column("x")),
        ((Cell(text, lane=True, mark=text), Cell(text, text, "bad"), Cell()),),
    ),
    "callout": lambda text: Callout(text, text),
    "code": lambda text: Code((text, text)),
    "files": lambda text: Files(((text, (text, text)),)),
    "entries": lambda text: Entries(
        (Entry((Cell(text), Cell(text)), (Paragraph(line(text)), Code((text,)))),)
    ),
}


@pytest.mark.parametrize("part", PARTS)
def test_a_strangers_text_is_text_in_every_part(part: str) -> None:
    plain = written(PARTS[part]("plain"))
    assert not plain.faults
    for text in TEXTS:
        shown = written(PARTS[part](text))
        assert shown.tags == plain.tags, text
        assert not shown.faults
        assert not any(name.startswith("on") for _, names in shown.elements for name in names)
        addresses = [names["href"] or "" for _, names in shown.elements if "href" in names]
        assert not any(":" in address.split("/")[0] for address in addresses)


@pytest.mark.parametrize("part", PARTS)
def test_a_text_is_shown_as_it_is(part: str) -> None:
    shown = " ".join(written(PARTS[part]("<b>&amp;")).texts)
    assert "<b>&amp;" in shown


def test_titles_and_answers_are_text_too() -> None:
    for text in TEXTS:
        document = Document(text, (), (Section(text, ()),) * 4, {}, line(text))
        tags = [tag for tag, _ in read(document).elements]
        assert set(tags) <= {
            *("html", "head", "meta", "title", "style", "body", "header", "h1", "p", "span"),
            *("nav", "a", "main", "section", "h2"),
        }


def test_a_hostile_result_makes_the_elements_of_a_plain_one() -> None:
    result = four_lanes(rounds=1)
    plain, changed = Reader(page_of(result)), Reader(page_of(hostile(result)))
    assert {tag for tag, _ in changed.elements} <= {tag for tag, _ in plain.elements}
    assert {x for _, names in changed.elements for x in names} <= {
        x for _, names in plain.elements for x in names
    }
    assert not changed.faults
    shown = "".join(changed.texts)
    assert "<script>alert(1)</script>" in shown
    assert not re.search("[\u202e\u2066\u200b\x00\x1b]", shown)


@pytest.mark.parametrize(
    "scene",
    [make_result, four_lanes, functional_check, invalid_lane, two_stacks,
     lambda: make_result(nothing=True)],
)  # fmt: skip
def test_every_run_makes_a_whole_page(scene: Callable[[], Result]) -> None:
    result = scene()
    shown = Reader(page_of(result))
    assert not shown.faults
    assert not shown.open
    ids = [names["id"] for _, names in shown.elements if "id" in names]
    assert len(set(ids)) == len(ids)
    tags = [tag for tag, _ in shown.elements]
    assert tags.count("figure") == len(charts(result))
    assert tags.count("desc") == 2 * len(charts(result)), "for a desk and for a phone"
    links = {names["href"] for _, names in shown.elements if "href" in names}
    assert {x for x in links if (x or "").startswith("#")} <= {f"#{each}" for each in ids}


def test_the_policy_allows_the_pages_own_style_and_nothing_else() -> None:
    text = page_of(make_result(rounds=1))
    policy = re.search('Content-Security-Policy" content="([^"]+)"', text)
    (style,) = re.findall("<style>(.*?)</style>", text, re.S)
    assert policy is not None
    assert policy[1] == (
        f"default-src 'none'; style-src {digest(style)}; base-uri 'none'; form-action 'none'"
    )
    assert not re.search("<script|<link|<img|<iframe|style=|url\\(|@import|https?:", text)


def test_a_pages_own_script_is_known_by_its_sum() -> None:
    page = environment().from_string(
        "{% extends 'page.html.j2' %}{% block title %}T{% endblock %}"
        "{% block style %}b{color:red}{% endblock %}{% block script %}let a = 1 < 2;{% endblock %}"
    )
    text = page.render()
    assert f"script-src {digest('let a = 1 < 2;')};" in text
    assert "<script>let a = 1 < 2;</script>" in text
    (style,) = re.findall("<style>(.*?)</style>", text, re.S)
    assert f"style-src {digest(style)};" in text
    assert style.endswith("b{color:red}")


def test_a_long_text_ends_and_a_long_table_too() -> None:
    rows = ((Cell("x" * 10**5),),) * (ROWS + 5)
    text = html(Document("T", (Table((Column("a"),), rows),)))
    assert "x" * TEXT + "…" in text
    assert "x" * (TEXT + 1) not in text
    assert text.count("<tr>") == ROWS + 1
    assert "5 more rows are left out here." in text


def test_a_colour_that_is_none_colours_nothing() -> None:
    table = Table((Column("lane"),), ((Cell("a", lane=True),), (Cell("b", lane=True),)))
    colours = {"a": "#56B4E9", "b": "red;}</style>"}
    shown = read(Document("T", (table,), colours=colours))
    assert [names["fill"] for tag, names in shown.elements if tag == "rect"] == ["#56B4E9", "none"]


def test_a_figure_without_a_picture_leaves_no_gap() -> None:
    assert "figure" not in {tag for tag, _ in written(Figure("speedup", "T")).elements}


def test_lanes_names_and_intervals_are_not_broken() -> None:
    text = html(Document("T", (Paragraph(line("bf16-amx in 1.60–1.74, " + "x-" * 20)),)))
    assert '<span class="whole">bf16-amx</span> in <span class="whole">1.60–1.74,</span> x-' in text


def test_nothing_is_said_that_the_other_media_do_not_say() -> None:
    """Every text of the page is in the document: it has no words of its own."""
    result = four_lanes(rounds=1)
    said = repr(result_document(result))
    figures = re.compile(r"<(style|svg|title)\b.*?</\1>", re.S)
    texts = [each.strip() for each in Reader(figures.sub("", page_of(result))).texts]
    own = [x for text in texts for x in text.splitlines() if x not in said]
    assert own == []
