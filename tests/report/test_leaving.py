"""Leaving an archived engine, in a sentence, a section and a chart; compiling and losses beside."""

import re

import pytest

from bench.analysis.losses import BF16_TOLERANCE, FP32_TOLERANCE
from bench.model.result import Result
from bench.model.summary import Interval, Ratio
from bench.report.charts.catalogue import charts
from bench.report.charts.chart import Absent, Chart, Point
from bench.report.charts.drawing import compose
from bench.report.charts.sheet import Shape
from bench.report.document.leaving import in_a_sentence
from bench.report.document.result import result_document
from tests.factories import make_result
from tests.report.reading import answer, report, section, shown
from tests.report.scenes import (
    contradict,
    leaving_ipex,
    record_of,
    summarized,
    without_lanes,
)
from tests.report.test_markdown import rows


@pytest.fixture(scope="module")
def result() -> Result:
    return leaving_ipex()


def smoke() -> Result:
    return leaving_ipex(rounds=1, functional_check=True, profile="smoke")


def sentence(result: Result) -> str:
    return "".join(span.text for span in in_a_sentence(result))


def with_ratio(value: float, low: float, high: float) -> Result:
    """One lane and one to run instead, whose ratio is that."""
    result = without_lanes(
        leaving_ipex(rounds=3), "fp32-compile", "bf16-avx512", "bf16-amx", "fp32-bf16math-amx"
    )
    (departure,) = result.summary.departures
    sure = Interval(low=low, high=high, level=0.95, method="by hand")
    verdict = "faster" if low > 1 else "slower" if high < 1 else "undecided"
    departure.compute = Ratio(
        against="fp32-ipex", value=value, low=low, high=high, rounds=3, interval=sure,
        verdict=verdict,
    )  # fmt: skip
    return result


@pytest.mark.parametrize(
    ("value", "low", "high", "said"),
    [
        (1.04, 1.02, 1.06, "gains 4 % (fp32-torch: 1.04×, 95 % interval 1.02–1.06)"),
        (0.96, 0.94, 0.98, "costs 4 % (fp32-torch: 0.96×, 95 % interval 0.94–0.98)"),
        (
            1.01, 0.98, 1.04,
            "costs nothing that can be shown, 2 % at most "
            "(fp32-torch: 1.01×, 95 % interval 0.98–1.04)",
        ),
    ],
)  # fmt: skip
def test_the_sentence_is_about_a_gain_a_loss_or_neither(
    value: float, low: float, high: float, said: str
) -> None:
    assert sentence(with_ratio(value, low, high)) == f" Leaving IPEX: FP32 {said}."


def test_the_sentence_stands_at_the_end_of_the_answer_with_what_is_best_in_each_place(
    result: Result,
) -> None:
    said = answer(result).replace("**", "")
    sure = r"×, 95 % interval [\d.–]+\)"
    assert re.search(
        rf"rounds\)\. Leaving IPEX, at best: FP32 gains 8 % \(fp32-compile: 1\.08{sure}; "
        rf"BF16 on AVX-512 gains 5 % \(bf16-avx512-torch: 1\.05{sure}; "
        rf"BF16 on AMX gains 8 % \(bf16-amx-compile: 1\.08{sure}\.$",
        said,
    )


def test_what_is_not_proved_comes_before_what_is_proved_to_cost() -> None:
    result = leaving_ipex(rounds=4)
    torch, compiled = result.summary.departures[:2]
    assert torch.compute is not None
    assert compiled.compute is not None
    compiled.compute.verdict, compiled.compute.value = "slower", 0.9
    assert "FP32 costs nothing that can be shown, " in sentence(result)


def test_without_an_interval_there_is_no_verdict() -> None:
    said = sentence(leaving_ipex(rounds=2))
    assert said == " Leaving IPEX: no verdict, 2 of the 3 rounds that an interval needs."


@pytest.mark.parametrize("scene", [smoke, make_result], ids=["functional check", "one stack"])
def test_a_functional_check_and_a_run_of_one_stack_have_no_sentence(scene) -> None:
    assert in_a_sentence(scene()) == ()


def test_a_row_a_pair_and_beneath_what_differs(result: Result) -> None:
    table = rows(report(result), "## Leaving IPEX")
    assert table[0][:5] == ["lane", "instead of", "compute", "95 % interval", "verdict"]
    assert [row[:2] for row in table[2:]] == [
        [each.other, each.lane] for each in result.summary.departures
    ]
    assert table[2][4] == "no verdict: the interval holds 1"
    text = section(report(result), "Leaving IPEX")
    assert "- Of a step, bf16-avx512-torch against bf16-avx512:\n  - reorders: 275 ms" in text
    assert text.index("Of a step, fp32-compile") < text.index("Of a step, bf16-avx512-torch")


def test_a_functional_check_has_ratios_and_no_verdict() -> None:
    text = section(report(smoke()), "Leaving IPEX")
    assert text.startswith("A functional check: ")
    assert not re.search(r"\b(faster|slower|verdict|no verdict)\b", text)
    assert "Leaving IPEX" not in shown(result_document(smoke()))


def test_why_a_pair_was_not_held_together_is_told_once() -> None:
    result = leaving_ipex(rounds=1)
    for each in result.processes:
        if each.lane == "fp32-ipex":
            contradict(each, "it ran on another set")
    text = section(report(summarized(result)), "Leaving IPEX")
    assert (
        "- Not held together: fp32-torch instead of fp32-ipex, fp32-compile instead of fp32-ipex: "
        "fp32-ipex is invalid." in text
    )


def test_a_run_without_the_archived_engine_says_nothing_of_it() -> None:
    result = without_lanes(leaving_ipex(rounds=1), "fp32-ipex", "bf16-avx512", "bf16-amx")
    assert "Leaving" not in report(result)
    assert [x for x in charts(result) if x.name == "leaving"] == []


def chart_of(result: Result) -> Chart:
    return next(each for each in charts(result) if each.name == "leaving")


def test_the_chart_has_each_of_its_lanes_and_beneath_it_those_instead(result: Result) -> None:
    chart = chart_of(result)
    assert [row.lane for row in chart.rows] == [
        *("fp32-ipex", "fp32-torch", "fp32-compile"),
        *("bf16-avx512", "bf16-avx512-torch", "bf16-avx512-compile"),
        *("bf16-amx", "bf16-amx-torch", "bf16-amx-compile"),
    ]
    assert chart.reference == 1.0
    first, second, *_ = chart.rows
    assert isinstance(first, Point)
    assert (first.value, first.low, first.label) == (1.0, None, "1 (IPEX)")
    assert isinstance(second, Point)
    departure = result.summary.departures[0].compute
    assert departure is not None
    assert departure.interval is not None
    assert (second.value, second.low) == (departure.value, departure.interval.low)
    assert "the axis does not begin at 0. fp32-ipex: 1 (IPEX); fp32-torch: 1.0" in chart.description
    assert f"whiskers from {departure.interval.low:.3f}" in chart.description


@pytest.mark.parametrize("narrow", [False, True])
def test_its_points_stand_where_their_values_are_on_an_axis_that_begins_below_them(
    result: Result, narrow: bool
) -> None:
    chart = chart_of(result)
    values = [row.value for row in chart.rows if isinstance(row, Point)]
    assert 0 < chart.begin < min(values)
    boxes = [
        x for x in compose(chart, narrow=narrow).marks if isinstance(x, Shape) and x.edge and x.fill
    ]
    places = [sum(x for x, _ in box.corners[:4]) / 4 for box in boxes]
    assert [box.fill for box in boxes] == [chart.colours[row.lane] for row in chart.rows]
    scale = (places[2] - places[0]) / (values[2] - values[0])
    assert places == pytest.approx([places[0] + scale * (x - values[0]) for x in values])


def test_a_lane_without_a_ratio_stands_in_its_place_with_the_reason() -> None:
    result = leaving_ipex(rounds=1)
    for each in result.processes:
        if each.lane == "fp32-compile":
            contradict(each, "it ran on another set")
    row = chart_of(summarized(result)).rows[2]
    assert isinstance(row, Absent)
    assert (row.lane, row.state) == ("fp32-compile", "invalid")


def test_of_many_lanes_a_chart_has_those_of_one_arithmetic_together(result: Result) -> None:
    speedup = charts(result)[0]
    assert [row.lane for row in speedup.rows] == [
        *("fp32", "fp32-ipex", "fp32-torch", "fp32-compile"),
        *("bf16-avx512", "bf16-avx512-torch", "bf16-avx512-compile"),
        *("bf16-amx", "bf16-amx-torch", "bf16-amx-compile", "fp32-bf16math-amx"),
    ]


def test_compiling_has_a_row_a_lane_with_when_it_pays_off(result: Result) -> None:
    table = {row[0]: row[1:] for row in rows(report(result), "## Compilation")}
    assert table["lane"] == ["cold, s", "warm, s", "graphs", "against", "pays off"]
    cold, warm, graphs, against, pays = table["fp32-compile"]
    assert (cold, graphs, against) == ("60.9", "1", "fp32-torch")
    assert re.fullmatch(r"5\.87 \(5\.\d+–5\.\d+\)", warm)
    assert re.fullmatch(r"\*\*after \d+ steps, \d+ min \d\d s\*\* \(\d+–\d+ steps\)", pays)
    assert table["bf16-avx512-compile"][-1] == "no: it is slower than bf16-avx512-torch"


def test_graphs_that_broke_and_what_was_compiled_again_are_told() -> None:
    result = leaving_ipex(rounds=1)
    for each in result.processes:
        if (made := record_of(each).compilation) is not None:
            made.graphs, made.graph_breaks, made.recompiled = 3, 2, 1
    table = {row[0]: row[1:] for row in rows(report(summarized(result)), "## Compilation")}
    assert table["fp32-compile"][2] == "3, 2 breaks, 1 compiled later"


def test_a_functional_check_does_not_say_when_compiling_pays_off() -> None:
    assert rows(report(smoke()), "## Compilation")[0] == ["lane", "cold, s", "warm, s", "graphs"]


def test_a_run_that_compiled_nothing_and_told_of_no_loss_has_neither_section() -> None:
    text = report(make_result())
    assert "## Compilation" not in text
    assert "## Losses" not in text


def test_losses_stand_side_by_side_with_the_rule_they_are_judged_by(result: Result) -> None:
    text = report(result)
    table = {row[0]: row[1:] for row in rows(text, "## Losses")}
    assert table["lane"] == ["first loss", "loss of step 8"]
    assert table["fp32-compile"] == ["2.5320", "2.3220"]
    assert table["bf16-amx"] == ["2.5520", "2.3420"]
    said = section(text, "Losses")
    assert f"more than {FP32_TOLERANCE:g} apart" in said
    assert f"more than {BF16_TOLERANCE:g} from FP32's" in said
    result_of_another_analysis = result.model_copy(deep=True)
    result_of_another_analysis.summary.method.constants.clear()
    assert "apart" not in section(report(result_of_another_analysis), "Losses")


def test_a_loss_that_differs_is_cautioned_about() -> None:
    result = leaving_ipex(rounds=1)
    for each in result.processes:
        if each.lane == "fp32-compile":
            record_of(each).losses[0] = 2.7
    text = report(summarized(result))
    assert "fp32-compile: its first loss is 2.7000, from the same weights and batch as fp32" in text
    assert "| fp32-compile ! |" in text


def test_the_software_of_each_stack_is_told(result: Result) -> None:
    text = report(result)
    assert "stack ipex: intel-extension-for-pytorch 2.8.0, python 3.11.7, torch 2.8.0" in text
    assert "; stack torch: python 3.11.7, torch 2.14.1, torchvision 0.29.1" in text
