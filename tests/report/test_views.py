"""What documents say on a console, and that they fit: from 60 columns on, with every digit."""

import io
import re
from collections.abc import Callable

import pytest
from rich.console import Console

from bench.model.result import Result
from bench.plan.cores import LaneCores
from bench.report.document.host import host_document
from bench.report.document.parts import Cell, Code, Column, Document, Paragraph, Table, line
from bench.report.document.plan import plan_document
from bench.report.document.result import result_document
from bench.report.media.console import show
from tests.factories import make_lanes, make_plan, make_result
from tests.host_factory import LONG_BRAND, NO_AMX, make_host
from tests.report.scenes import (
    disturbed_round,
    four_lanes,
    invalid_lane,
    long_names,
    many_lanes,
    nothing_valid,
    one_lane,
    slower_bf16,
    two_stacks,
)

BIG = make_host(LONG_BRAND, amx=True, big=True)
LANES = {"fp32": None, "bf16-amx": NO_AMX}
DOCUMENTS = {
    "host": host_document(make_host(), LaneCores([0, 1], 0, "both cores"), LANES),
    "big host": host_document(BIG, LaneCores(list(range(56)), 0, "one thread a core"), LANES),
    "plan": plan_document(make_plan()),
    "plan of one lane": plan_document(make_plan(make_lanes()[:1])),
    "result": result_document(make_result()),
    "one round": result_document(make_result(rounds=1)),
    "big result": result_document(make_result(host=BIG, measured_epochs=True)),
    "failed": result_document(make_result(failing={"fp32-ipex": "no primitive " * 20})),
    "nothing": result_document(make_result(nothing=True)),
    "four lanes": result_document(four_lanes()),
    "one lane": result_document(one_lane()),
    "invalid": result_document(invalid_lane()),
    "long names": result_document(long_names()),
    "many lanes": result_document(many_lanes()),
    "two stacks": result_document(two_stacks()),
    "disturbed": result_document(disturbed_round()),
    "slower": result_document(slower_bf16()),
    "nothing valid": result_document(nothing_valid()),
}


def shown(document: Document, width: int = 80) -> str:
    out = io.StringIO()
    show(document, Console(width=width, file=out, highlight=False))
    return out.getvalue()


def words(result: Result, width: int = 80) -> str:
    """What is shown, in one line: wrapping is not what these tests are about."""
    return " ".join(shown(result_document(result), width).split())


def row(text: str, lane: str) -> list[str]:
    (first,) = [each for each in text.splitlines() if each.startswith(f"■ {lane} ")][:1]
    return first.split()[2:]


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
@pytest.mark.parametrize("name", list(DOCUMENTS))
def test_nothing_is_cut_or_too_wide(name: str, width: int) -> None:
    text = shown(DOCUMENTS[name], width)
    assert "…" not in text.replace("5f5f5f5f5f5f…", "")
    assert max(map(len, text.splitlines())) <= width


FIGURE = re.compile(r"~?\d[\d.,]*(?:–\d[\d.]*)?×?")


@pytest.mark.parametrize("width", range(44, 121, 4))
@pytest.mark.parametrize("scene", [four_lanes, long_names, many_lanes])
def test_every_figure_of_a_table_is_whole_at_any_width(
    scene: Callable[[], Result], width: int
) -> None:
    document = result_document(scene())
    table = document.sections[0].parts[0]
    assert isinstance(table, Table)
    whole = {
        figure
        for cells in table.rows
        for cell in cells[1:]
        for figure in FIGURE.findall(f"{cell.text} {cell.beneath}")
    }
    names = re.compile("|".join(sorted((re.escape(x.text) for x, *_ in table.rows), reverse=True)))
    text = names.sub("", shown(Document("", (table,), (), document.colours), width))
    drawn = re.findall(r"(?<![\w.–])~?\d[^\s)]*", text)
    assert len(drawn) >= len(table.rows)
    assert set(drawn) <= whole


def test_a_narrow_console_leaves_out_what_matters_least_and_says_so() -> None:
    wide, narrow = (shown(result_document(four_lanes()), width) for width in (80, 60))
    assert "No room here" not in wide
    assert "No room here for: epoch, hours; at its ISA; peak GiB." in narrow
    assert len(row(wide, "bf16-amx")) == len(row(narrow, "bf16-amx")) + 4  # `100 %` is two words
    assert row(wide, "bf16-amx")[0] == row(narrow, "bf16-amx")[0]


def test_a_table_that_still_does_not_fit_is_a_list_for_each_row() -> None:
    columns = (Column("lane"), Column("compute img/s", right=True), Column("reason", wraps=True))
    rows = ((Cell("fp32", lane=True), Cell("6.03", "5.93–6.13"), Cell("because of it")),)
    document = Document("", (Table(columns, rows),), (), {"fp32": "#56B4E9"})
    text = shown(document, 27)
    assert max(map(len, text.splitlines())) <= 27
    assert text.split() == (
        ["■", "fp32", "compute", "6.03", "img/s", "(5.93–6.13)", "reason", "because", "of", "it"]
    )


def test_a_detail_is_for_full_reports_alone() -> None:
    parts = (Paragraph(line("shown")), Paragraph(line("left out"), detail=True))
    assert "left out" not in shown(Document("", parts))
    columns = (Column("a"), Column("b", detail=True))
    table = Table(columns, ((Cell("1"), Cell("2")),))
    assert "2" not in shown(Document("", (table,)))


def test_a_line_to_copy_is_never_broken() -> None:
    code = "echo " + "x" * 200
    assert code in shown(Document("", (Code((code,)),)), 60).splitlines()


def test_no_markup_and_no_control_characters_of_a_reason_reach_the_terminal() -> None:
    result = make_result(failing={"fp32-ipex": "no \x1b[31mprimitive [/x] [bold]left[/bold]"})
    text = words(result)
    assert "failed rounds 1, 2, 3: no �[31mprimitive [/x] [bold]left[/bold]" in text
    assert "\x1b" not in text


def test_an_invalid_lane_is_loud_and_has_no_figure() -> None:
    document = result_document(invalid_lane())
    assert row(shown(document), "bf16-amx") == ["INVALID"]
    text = words(invalid_lane())
    assert text.count("bf16-amx") == 2
    assert (
        "INVALID: bf16-amx has no figure, what ran contradicts its name: rounds 1, 2, 3: 0.0% of"
    ) in text
    out = io.StringIO()
    show(document, Console(width=80, file=out, force_terminal=True, color_system="truecolor"))
    assert "\x1b[1;31mINVALID: bf16-amx" in out.getvalue()


@pytest.mark.parametrize("word", ["faster", "slower", "no verdict"])
def test_a_verdicts_word_is_coloured_and_the_rest_is_not(word: str) -> None:
    scene = {"faster": four_lanes(), "slower": slower_bf16(), "no verdict": make_result(rounds=1)}
    section = next(x for x in result_document(scene[word]).sections if x.title == "Verdicts")
    out = io.StringIO()
    console = Console(file=out, width=200, force_terminal=True, color_system="truecolor")
    show(Document("", section.parts), console)
    coloured = {text for _, text in re.findall(r"\x1b\[(3\d)m([^\x1b]+)", out.getvalue())}
    assert word in coloured <= {"faster", "slower", "no verdict"}


def test_verdicts_stand_with_what_explains_them() -> None:
    lines = [each.strip() for each in shown(result_document(slower_bf16())).splitlines()]
    first = lines.index("Verdicts") + 1
    assert lines[first].startswith("• fp32-ipex is faster than fp32: 1.2")
    assert lines[first + 2].startswith("• bf16-avx512 is slower than fp32-ipex: 0.6")
    assert "Its matrix-product peak is 130 GFLOP/s" in " ".join(lines[first + 3 :])


def test_the_same_lane_has_its_colour_before_its_name() -> None:
    document = result_document(four_lanes())
    console = Console(file=io.StringIO(), width=100, record=True)
    show(document, console)
    html = console.export_html(inline_styles=True)
    for lane, colour in document.colours.items():
        block = rf'<span style="color: (#\w+)[^>]*>■ </span>{re.escape(lane)} '
        assert {each.upper() for each in re.findall(block, html)} == {colour}
