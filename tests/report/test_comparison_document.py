import re
from collections.abc import Callable

import pytest

from bench.analysis.compare.gate import gate
from bench.analysis.compare.make import compare
from bench.analysis.compare.runs import distil
from bench.model.comparison import Comparison
from bench.model.result import Result
from bench.report.charts.chart import Absent, Bar
from bench.report.charts.compared import compared
from bench.report.charts.drawing import compose
from bench.report.charts.svg import svg
from bench.report.document.comparison import comparison_document
from bench.report.media.markdown import markdown
from tests.comparisons import faster, run
from tests.factories import make_result
from tests.report.reading import shown
from tests.report.scenes import functional_check, invalid_lane

HARMFUL = "\x1b[31m\x9b2J\u202e[red]|`*<b>\n=cmd ](http://x)<script>"


def single() -> Comparison:
    """One run each, much slower: every lane is."""
    return compare([run("a")], [run("b", 0.5, 2)])


def several() -> Comparison:
    """Three runs against three, and a run of another host whose AMX lane is invalid."""
    ours = [run(f"a{i}", f, i) for i, f in enumerate((1.0, 1.01, 0.99))]
    theirs = [run(f"b{i}", f, i + 5) for i, f in enumerate((1.06, 1.07, 1.05))]
    return compare(ours[:1], [*theirs, run("c", 1.0, 9, invalid_lane)])


def small() -> Result:
    return make_result(batch_size=32)


def text(comparison: Comparison, width: int = 120) -> str:
    return shown(comparison_document(comparison), width)


def words(comparison: Comparison) -> str:
    """The whole of it, in one line, so that a sentence may be anywhere."""
    return " ".join(text(comparison, 1000).split())


def answer(comparison: Comparison) -> str:
    return "".join(span.text for span in comparison_document(comparison).answer)


def test_the_answer_is_a_sentence_with_its_intervals_and_runs() -> None:
    assert re.fullmatch(
        r"The other side is slower than the reference in fp32: 0\.50× \(95 % interval 0\.\d\d–"
        r"0\.\d\d\), fp32-ipex: .*, bf16-avx512: .*; 1 run against 1\.",
        answer(single()),
    )


def test_no_verdict_says_why_and_nothing_says_faster() -> None:
    told = compare([run("a")], [run("b", 1.05, 2)])
    assert answer(told) == "fp32, fp32-ipex, bf16-avx512: no verdict, the interval holds 1."
    assert not re.search("faster|slower", words(told))


def test_of_one_run_each_it_says_that_the_spread_is_not_known_here() -> None:
    said = words(single())
    assert "how far runs differ here is not known" in said
    assert "Elsewhere it was 13 %" in said
    assert "widened by a spread between runs of 13 %" in said
    row = next(line for line in text(single()).splitlines() if line.startswith("fp32 "))
    low, high = map(float, re.search(r"(0\.\d+)–(0\.\d+)", row).groups())  # type: ignore[union-attr]
    below = text(single()).splitlines()[text(single()).splitlines().index(row) + 1]
    within = list(map(float, re.search(r"(0\.\d+)–(0\.\d+)", below).groups()))  # type: ignore[union-attr]
    assert low < within[0] < within[1] < high


def test_of_several_runs_it_is_their_own_spread() -> None:
    ours = [run(f"a{i}", f, i) for i, f in enumerate((1.0, 1.01, 0.99))]
    theirs = [run(f"b{i}", f, i + 5) for i, f in enumerate((1.06, 1.07, 1.05))]
    said = words(compare(ours, theirs))
    assert "is of the runs' own spread" in said
    assert "Elsewhere" not in said
    assert "3 / 3" in said


def test_several_sides_have_letters_and_their_own_sections() -> None:
    document = comparison_document(several())
    titles = [section.title for section in document.sections]
    assert titles[:4] == [
        "B against A", "What differs between A and B", "C against A", "What differs between A and C"
    ]  # fmt: skip
    assert "C, bf16-amx: no verdict, skipped on the reference, invalid on the other side" in answer(
        several()
    )


def test_differences_have_a_weight_and_the_machine_says_how_surely() -> None:
    said = words(several())
    assert "machine the same machine: id, processor, cores, caches and memory are the same" in said
    assert "machine different: not the same: the processors, the cores" in said
    assert re.search(r"processor INTEL.* large", said)
    assert "Weight: how far such a difference can move a throughput" in said
    assert "Known of one side only: governor, turbo" in said


def test_what_was_overruled_is_said_first_of_all() -> None:
    told = compare([run("a")], [run("b", 1.0, 2, small)], anyway=True)
    assert answer(told).startswith("The other side is not comparable with the reference.")
    assert "Not comparable, and compared all the same: batch of fp32: 16 against 32" in words(told)
    check = compare([run("a")], [run("b", 1.0, 2, functional_check)], anyway=True)
    assert not re.search("faster|slower", words(check))
    assert "no verdict: a functional check" in words(check)


def test_the_gate_is_told() -> None:
    told = single()
    told.gate = gate(told, 0.05)
    assert "Slower by more than 5 %: fp32, fp32-ipex, bf16-avx512." in words(told)
    told = compare([run("a")], [run("b", 0.97, 2)])
    told.gate = gate(told, 0.05)
    assert "No lane is surely slower by more than 5 %." in words(told)
    assert "Perhaps slower by more than 5 %: the interval holds the limit: fp32" in words(told)


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("make", [single, several])
def test_no_line_is_longer_than_the_console_and_no_ratio_is_cut(
    make: Callable[[], Comparison], width: int
) -> None:
    comparison = make()
    lines = text(comparison, width).splitlines()
    assert max(map(len, lines)) <= width
    body = "\n".join(lines)
    for lane in comparison.others[0].lanes:
        assert lane.compute is not None
        assert f"{lane.compute.value:.2f}" in body


def test_hostile_texts_are_text_in_every_medium() -> None:
    result = faster(1.0, 2)
    result.host.cpu.brand.value = HARMFUL * 20
    result.host.settings.kernel = HARMFUL
    result.plan = result.plan.model_copy(update={"profile": HARMFUL})
    comparison = compare([run("a")], [distil(HARMFUL * 9, result)])
    document = comparison_document(comparison)
    said = [text(comparison), markdown(document)]
    chart = compared(comparison)
    assert chart is not None
    said.append(svg(compose(chart), chart.title, chart.description).decode())
    for each in said:
        assert not set("\x1b\x9b\u202e") & set(each)
    for each in said[1:]:
        assert "<script>" not in each
        assert "<b>" not in each


def test_the_chart_has_a_bar_a_lane_with_what_decides_as_whiskers() -> None:
    comparison = single()
    chart = compared(comparison)
    assert chart is not None
    assert chart.reference == 1.0
    assert chart.lanes == ["fp32", "fp32-ipex", "bf16-avx512"]
    for row, lane in zip(chart.rows, comparison.others[0].lanes, strict=True):
        assert isinstance(row, Bar)
        assert lane.compute is not None
        assert lane.compute.decisive is not None
        decisive = lane.compute.decisive
        assert (row.value, row.low, row.high) == (lane.compute.value, decisive.low, decisive.high)
    assert chart.context[0].startswith("Reference: INTEL(R) XEON(R)")
    assert "widened by a spread between runs" in chart.notes[-1]


def test_in_the_chart_a_lane_without_a_ratio_says_why() -> None:
    chart = compared(several())
    assert chart is not None
    absent = [row for row in chart.rows if isinstance(row, Absent)]
    assert [(row.lane, row.state) for row in absent] == [("bf16-amx, C", "invalid")]
    assert absent[0].label == "skipped on the reference, invalid on the other side"


def test_without_a_ratio_there_is_no_chart() -> None:
    (against,) = compare([run("a")], [run("b", 1.0, 2)]).others
    empty = against.model_copy(
        update={"lanes": [x.model_copy(update={"compute": None}) for x in against.lanes]}
    )
    told = compare([run("a")], [run("b", 1.0, 2)]).model_copy(update={"others": [empty]})
    assert compared(told) is None
