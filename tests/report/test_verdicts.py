import io
import re

import pytest
from rich.console import Console

from bench.model.result import Result
from bench.model.summary import Interval
from bench.report.palette import VERDICT_STYLES
from bench.report.verdict_lines import verdict_lines
from bench.report.verdicts import Verdict, verdicts
from tests.factories import make_result
from tests.report.scenes import four_lanes, invalid_lane, one_lane, slower_bf16


def sentences(result: Result) -> list[str]:
    return [str(each) for each in verdicts(result)]


def with_interval(low: float, high: float, verdict: str) -> Result:
    """One lane against the baseline, its interval replaced."""
    result = make_result(rounds=6)
    ratio = result.summary.lanes[1].compute_ratios[0]
    ratio.interval = Interval(low=low, high=high, level=0.95, method="by hand")
    ratio.value = (low * high) ** 0.5
    ratio.verdict = verdict  # type: ignore[assignment]
    return result


def test_faster_with_its_interval_and_rounds() -> None:
    result = with_interval(1.604, 1.736, "faster")
    assert sentences(result)[0] == (
        "fp32-ipex is faster than fp32: 1.67× (95 % interval 1.60–1.74, 6 rounds)"
    )


def test_slower_with_its_interval_and_rounds() -> None:
    result = with_interval(0.7, 0.8, "slower")
    assert sentences(result)[0] == (
        "fp32-ipex is slower than fp32: 0.75× (95 % interval 0.70–0.80, 6 rounds)"
    )


def test_an_interval_that_holds_1_is_no_verdict() -> None:
    result = with_interval(0.97, 1.06, "undecided")
    assert sentences(result)[0] == (
        "fp32-ipex against fp32: no verdict, the 95 % interval 0.97–1.06 holds 1 (6 rounds)"
    )


def test_too_few_rounds_are_no_verdict_and_no_word_of_one() -> None:
    found = sentences(make_result(rounds=2))
    assert found[0] == (
        "fp32-ipex against fp32: no verdict: 2 of the 3 rounds that an interval needs"
    )
    assert not re.search("faster|slower", " ".join(found))


def test_each_lane_but_the_baseline_against_each_denominator() -> None:
    pairs = [re.match(r"(\S+) is \w+ than (\S+):", each) for each in sentences(four_lanes())]
    assert [pair.groups() for pair in pairs if pair] == [
        ("fp32-ipex", "fp32"),
        ("bf16-avx512", "fp32"),
        ("bf16-avx512", "fp32-ipex"),
        ("bf16-amx", "fp32"),
        ("bf16-amx", "fp32-ipex"),
    ]


def test_lanes_that_share_no_round_say_so() -> None:
    result = make_result()
    result.summary.lanes[1].compute_ratios = []
    assert sentences(result)[0] == (
        "fp32-ipex against fp32: no verdict, no round in which both completed"
    )


def test_a_lane_that_was_not_measured_or_is_invalid_has_no_verdict() -> None:
    assert sentences(one_lane()) == []
    assert "bf16-amx" not in " ".join(sentences(invalid_lane()))
    without = sentences(make_result(failing={"fp32": "died"}))
    assert [each.split()[0] for each in without] == ["bf16-avx512"]


def test_bf16_that_loses_to_the_best_fp32_is_explained_once() -> None:
    over_baseline, over_best = verdicts(slower_bf16())[1:]
    assert str(over_best).startswith("bf16-avx512 is slower than fp32-ipex: 0.6")
    assert over_baseline.because == ()
    assert any("matrix-product peak is 130 GFLOP/s" in each for each in over_best.because)


def test_a_second_fp32_lane_that_loses_is_not_explained_by_bf16() -> None:
    result = slower_bf16()
    result.plan.lanes[2].precision = "fp32"
    assert [each.because for each in verdicts(result)] == [(), (), ()]


@pytest.mark.parametrize("word", ["faster", "slower", "no verdict"])
def test_the_word_is_coloured_and_the_rest_is_not(word: str) -> None:
    out = io.StringIO()
    console = Console(file=out, width=80, force_terminal=True, color_system="standard")
    console.print(verdict_lines(Verdict("a is ", word, " than b", ("Because [x].",))))
    found = re.findall(r"\x1b\[([\d;]+)m([^\x1b]+)", out.getvalue())
    ((code, coloured),) = [each for each in found if each[0] != "0"]
    assert coloured == word
    assert code.startswith("1;3")
    assert len(set(VERDICT_STYLES.values())) == len(VERDICT_STYLES)
    assert out.getvalue().splitlines()[1].startswith("  Because [x].")
