"""What documents say on a console, and that they fit: from 60 columns on, with every digit."""

import io
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable

import pytest
from rich.console import Console
from rich.text import Text

from bench.model.base import Reading
from bench.model.finding import Finding
from bench.model.result import Result
from bench.plan.cores import LaneCores
from bench.report.document.doctor import doctor_document
from bench.report.document.host import host_document
from bench.report.document.parts import Cell, Code, Column, Document, Paragraph, Table, line
from bench.report.document.plan import plan_document
from bench.report.document.result import result_document
from bench.report.media.console import show, wrapped
from tests.factories import make_lanes, make_plan, make_result
from tests.host_factory import LONG_BRAND, NO_AMX, make_host
from tests.report.reading import shown
from tests.report.scenes import (
    disturbed_round,
    four_lanes,
    functional_check,
    invalid_lane,
    leaving_ipex,
    long_names,
    many_lanes,
    nothing_valid,
    one_lane,
    slower_bf16,
    two_stacks,
)

BIG = make_host(LONG_BRAND, amx=True, big=True)
LANES = {"fp32": None, "bf16-amx": NO_AMX}
FINDINGS = [
    Finding(name="memory", state="ok", value=Reading(value="3.4 GiB available"), why=""),
    Finding(
        name="shared memory",
        state="warning",
        value=Reading(value="64 MiB, of which 63.5 MiB are free; 16384 are wanted"),
        why="DataLoader processes hand over samples of 150,528 values there.",
        fix=["# on the host, as root", "mount -o remount,size=8G /dev/shm"],
    ),
    Finding(name="steal", state="unknown", value=Reading(reason="no 9th field"), why=""),
]
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
    "functional check": result_document(functional_check()),
    "doctor": doctor_document(FINDINGS),
    "nothing valid": result_document(nothing_valid()),
    "leaving": result_document(leaving_ipex()),
}


def words(result: Result, width: int = 80) -> str:
    """What is shown, in one line: wrapping is not what these tests are about."""
    return " ".join(shown(result_document(result), width).split())


def row(text: str, lane: str) -> list[str]:
    (first,) = [each for each in text.splitlines() if each.startswith(f"■ {lane} ")][:1]
    return first.split()[2:]


NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def assert_whole(name: str, widths: Iterable[int]) -> None:
    """At each width nothing is wider, and every number is one of those at 200 columns.

    None is missing but of columns of which it is said that there is no room for them; those of
    titles come again where a table is a list for each row.
    """
    document = DOCUMENTS[name]
    whole = Counter(NUMBER.findall(shown(document, 200)))
    for width in widths:
        text = shown(document, width)
        assert max(map(len, text.splitlines())) <= width, width
        assert "…" not in text.replace("5f5f5f5f5f5f…", ""), width
        here = Counter(NUMBER.findall(text))
        assert set(here) <= set(whole), width
        if "No room here for" not in " ".join(text.split()):
            assert not whole - here, width


@pytest.mark.parametrize("name", list(DOCUMENTS))
def test_no_digit_is_cut_at_any_width(name: str) -> None:
    """Widths that people have, and every 25th: another of them for each document."""
    first = 40 + list(DOCUMENTS).index(name)
    assert_whole(name, {60, 80, 120, *range(first, 141, 25)})


@pytest.mark.integration
@pytest.mark.parametrize("name", ["big host", "plan", "doctor", "four lanes", "failed"])
def test_no_digit_is_cut_at_every_width(name: str) -> None:
    assert_whole(name, range(40, 141))


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("memory 3.4 GiB", 12, ["memory", "3.4 GiB"]),
        ("CPUs 0-55,112-167,224-279", 12, ["CPUs 0-55,", "112-167,", "224-279"]),
        ("OMP_NUM_THREADS=12 X=1", 10, ["OMP_NUM_", "THREADS=12", "X=1"]),
        ("/usr/lib/x86_64/libtcmalloc.so", 16, ["/usr/lib/x86_64/", "libtcmalloc.so"]),
        ("3f9a1c0b7d2e", 5, ["3f9a1", "c0b7d", "2e"]),
        ("one\n two  three", 9, ["one", " two", "three"]),
    ],
)
def test_long_words_are_broken_behind_what_parts_them(
    text: str, width: int, lines: list[str]
) -> None:
    assert wrapped(Text(text), width).plain.split("\n") == lines


def test_a_plans_document_loads_nothing_of_what_runs_came_to() -> None:
    code = (
        "import sys, bench.report.document.plan, bench.report.media.console; "
        "print([x for x in sys.modules if x.startswith(('bench.analysis', 'bench.model.r'))])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


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
        ["■", "fp32", "compute", "img/s", "6.03", "(5.93–6.13)", "reason", "because", "of", "it"]
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
    assert "failed rounds 1-3: no �[31mprimitive [/x] [bold]left[/bold]" in text
    assert "\x1b" not in text


def test_an_invalid_lane_is_loud_and_has_no_figure() -> None:
    document = result_document(invalid_lane())
    assert row(shown(document), "bf16-amx") == ["INVALID"]
    text = words(invalid_lane())
    assert text.count("bf16-amx") == 2
    assert (
        "INVALID: bf16-amx has no figure, what ran contradicts its name: rounds 1-3: 0.0% of"
    ) in text
    out = io.StringIO()
    show(document, Console(width=80, file=out, force_terminal=True, color_system="truecolor"))
    assert "\x1b[1;31mINVALID: bf16-amx" in out.getvalue()


@pytest.mark.parametrize("word", ["faster", "slower", "no verdict"])
def test_a_verdicts_word_is_coloured_and_the_rest_is_not(word: str) -> None:
    scene = {"faster": four_lanes(), "slower": slower_bf16(), "no verdict": make_result(rounds=1)}
    sections = result_document(scene[word]).sections
    section = next(x for x in sections if x.title == "Lane against lane")
    out = io.StringIO()
    console = Console(file=out, width=200, force_terminal=True, color_system="truecolor")
    show(Document("", section.parts), console)
    coloured = {text for _, text in re.findall(r"\x1b\[(3\d)m([^\x1b]+)", out.getvalue())}
    assert word in {text.split(":")[0].strip() for text in coloured} <= set(scene)


def test_why_a_lane_is_slower_stands_beneath_the_rows() -> None:
    lines = [each.strip() for each in shown(result_document(slower_bf16())).splitlines()]
    first = lines.index("Lane against lane")
    why = lines.index("• Why bf16-avx512 is slower than fp32-ipex:")
    assert any(re.match(r"■ bf16-avx512 +fp32-ipex +0.6", each) for each in lines[first:why])
    assert "Its matrix-product peak is 130 GFLOP/s" in " ".join(lines[why + 1 :])


def test_the_first_line_is_the_answer_and_notes_come_last() -> None:
    text = shown(result_document(four_lanes()), 100)
    assert text.startswith("bf16-amx is faster than fp32: 10.27× (95 % interval 9.")
    headings = ["Lanes", "Lane against lane", "Limits", "The run", "Notes"]
    assert [line for line in text.splitlines() if line in headings] == headings


def test_the_same_lane_has_its_colour_before_its_name() -> None:
    document = result_document(four_lanes())
    console = Console(file=io.StringIO(), width=100, record=True)
    show(document, console)
    html = console.export_html(inline_styles=True)
    for lane, colour in document.colours.items():
        block = rf'<span style="color: (#\w+)[^>]*>■ </span>{re.escape(lane)} '
        assert {each.upper() for each in re.findall(block, html)} == {colour}
