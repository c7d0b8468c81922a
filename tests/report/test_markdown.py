"""How Markdown writes the parts of documents."""

import re
from collections.abc import Callable

import pytest

from bench.model.result import Result
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
    Span,
    Table,
    line,
)
from bench.report.document.result import result_document
from bench.report.media.markdown import PHONE, markdown, safe
from tests.report.scenes import disturbed_round, four_lanes, many_lanes, two_stacks


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table after a heading, split where GitHub splits them.

    What stands beneath a figure is in brackets behind it.
    """
    after = text.split(f"{heading}", 1)[1].lstrip().split("\n\n")
    lines = next(block for block in after if block.startswith("|")).splitlines()
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return [[re.sub("<br>(.+)", r" (\1)", cell) for cell in row] for row in cells]


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
        "| a | b |\n| --- | ---: |\n| 1\\| | **2**<br>1–3 |\n| **x** |  |\n\n- b: it is."
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


def shown_width(table: str) -> int:
    """Characters of a table as GitHub shows it where there is little room.

    Without marks, with figures and ranges beneath each other, and words of a title and of a long
    text too.
    """
    rows = [re.split(r"(?<!\\)\|", row)[1:-1] for row in table.splitlines()]
    plain = [[re.sub(r"\*\*|\\(.)", r"\1", cell).strip() for cell in row] for row in rows]
    widths = [
        max(
            [
                *map(len, title.split()),
                *(min(len(x), 24) for cell in cells for x in cell.split("<br>")),
            ]
        )
        for title, _, *cells in zip(*plain, strict=True)
    ]
    return sum(widths) + 3 * (len(widths) - 1)


@pytest.mark.parametrize("scene", [four_lanes, disturbed_round, two_stacks, many_lanes])
def test_no_table_is_wider_than_a_phone(scene: Callable[[], Result]) -> None:
    text = markdown(result_document(scene()))
    tables = re.findall(r"(?:^\|.*\n)+", text, re.M)
    assert len(tables) > 10
    assert [table for table in tables if shown_width(table) > PHONE] == []


def test_a_table_too_wide_is_several_with_the_rows_names_and_what_never_gives_way_first() -> None:
    columns = (
        *(Column("round"), Column("lane"), Column("a" * 20, gives_way=2)),
        *(Column("b" * 20), Column("c" * 20, gives_way=1)),
    )
    rows = tuple(
        (Cell(str(i)), Cell("fp32", lane=True), *(Cell(x + str(i)) for x in "abc"))
        for i in range(2)
    )
    blocks = written(Table(columns, rows)).split("\n\n")
    heads = [block.splitlines()[0] for block in blocks]
    assert heads == [
        f"| round | lane | {'b' * 20} | {'c' * 20} |",
        f"| round | lane | {'a' * 20} |",
    ]
    assert blocks[1].splitlines()[-1] == "| 1 | fp32 | a1 |"


def test_a_second_column_names_the_row_where_the_lane_does_not() -> None:
    columns = (Column("lane"), Column("over"), *(Column(x * 25) for x in "abc"))
    rows = tuple((Cell("x", lane=True), Cell(over), *[Cell("1")] * 3) for over in ("y", "z"))
    assert written(Table(columns, rows)).count("| x | z |") == 3


def test_a_long_table_is_folded_and_a_short_one_is_not() -> None:
    table = Table((Column("a"),), ((Cell("1"),),) * 13)
    folded = written(table)
    assert folded.startswith("<details><summary>13 rows</summary>\n\n| a |\n| --- |\n| 1 |")
    assert folded.endswith("| 1 |\n\n</details>")
    assert "<details>" not in written(Table(table.columns, table.rows[:12]))


def test_files_are_links_that_lead_into_the_folder() -> None:
    groups = (("One", ("a b.txt",)), ("Some", ("x/1.log", "x/2.log", "javascript:1")))
    assert written(Files(groups)) == (
        "- One: [a b.txt](a%20b.txt)\n"
        "- Some: [x/1.log](x/1.log) to [javascript:1](javascript%3A1), 3 files"
    )


def test_the_answer_comes_before_the_title() -> None:
    text = markdown(Document("T", (Paragraph(line("x")),), answer=(Span("yes", "good"),)))
    assert text == "**yes**\n\n# T\n\nx\n"


def test_entries_carry_what_is_beneath_them() -> None:
    entry = Entry((Cell("! warning"), Cell("turbo")), (Paragraph(line("why")), Code(("x",))))
    assert written(Entries((entry,))) == "- ! warning turbo\n\n  why\n\n  ```\n  x\n  ```"
