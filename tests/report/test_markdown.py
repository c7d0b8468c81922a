"""How Markdown writes the parts of documents."""

import re

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
    Item,
    Label,
    Paragraph,
    Part,
    Span,
    Table,
    line,
)
from bench.report.media.markdown import markdown, safe


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table after a heading, split where GitHub splits them."""
    after = text.split(f"{heading}", 1)[1].lstrip().split("\n\n")
    lines = next(block for block in after if block.startswith("|")).splitlines()
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def written(part: Part) -> str:
    return markdown(Document("T", (part,))).removeprefix("# T\n\n").removesuffix("\n")


def test_text_is_safe() -> None:
    assert safe("a|b\n c") == r"a\|b c"
    assert safe("<b> `x` *y* [z](u)") == r"&lt;b> \`x\` \*y\* \[z\](u)"
    assert safe("back\\|slash") == r"back\\\|slash"


def test_a_table_with_ranges_and_notes() -> None:
    columns = (Column("a"), Column("b", right=True, detail=True, note="b: it is."))
    cells = ((Cell("1|"), Cell("2", "1–3", "strong")), (Cell("x", tone="bad"), Cell()))
    assert written(Table(columns, cells)) == (
        "| a | b |\n| --- | ---: |\n| 1\\| | **2** (1–3) |\n| **x** |  |\n\n- b: it is."
    )


def test_words_that_stand_out_are_bold_and_keep_their_spaces() -> None:
    spans = (Span("a is "), Span("faster", "good"), Span(" than b, "), Span("quite *", "weak"))
    assert written(Paragraph(spans)) == r"a is **faster** than b, quite \*"


def test_lists_facts_callouts_figures() -> None:
    items = (Item(line("one"), ("because",)), Item(line("two")))
    assert written(Bullets(items)) == "- one\n  - because\n- two"
    assert written(Facts((Label("a", "1\n2"), Label("b", "3")))) == "- **a:** 1; 2\n- **b:** 3"
    assert written(Callout("Mind", "the gap.")) == "> [!CAUTION]\n> **Mind** the gap."
    assert written(Figure("x", "A [title]")) == "![A \\[title\\]](charts/x.svg)"


def test_empty_parts_leave_no_gap() -> None:
    assert markdown(Document("T", (Bullets(()), Paragraph(line("x"))))) == "# T\n\nx\n"


def test_code_cannot_end_its_own_fence() -> None:
    assert written(Code(("a", "``` b"))) == "````\na\n``` b\n````"


def test_entries_carry_what_is_beneath_them() -> None:
    entry = Entry((Cell("! warning"), Cell("turbo")), (Paragraph(line("why")), Code(("x",))))
    assert written(Entries((entry,))) == "- ! warning turbo\n\n  why\n\n  ```\n  x\n  ```"
