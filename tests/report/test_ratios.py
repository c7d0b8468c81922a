import re

from bench.model.result import Result
from bench.model.summary import Interval, Verdict
from bench.report.document.parts import Bullets
from bench.report.document.ratios import against_each_other, judgements, sentences
from tests.factories import make_result
from tests.report.scenes import (
    change_lane,
    four_lanes,
    invalid_lane,
    one_lane,
    over_avx512,
    slower_bf16,
)


def said(result: Result) -> list[str]:
    """The sentence on each judgement alone."""
    return ["".join(span.text for span in sentences([each])) for each in judgements(result)]


def with_interval(low: float, high: float, verdict: Verdict) -> Result:
    """One lane against the baseline, its interval replaced."""
    result = make_result(rounds=6)
    ratio = result.summary.lanes[1].compute_ratios[0]
    ratio.interval = Interval(low=low, high=high, level=0.95, method="by hand")
    ratio.value = (low * high) ** 0.5
    ratio.verdict = verdict
    return result


def beneath_the_table(result: Result) -> list[str]:
    bullets = [part for part in against_each_other(result).parts if isinstance(part, Bullets)]
    return ["".join(span.text for span in item.line) for part in bullets for item in part.items]


def test_many_verdicts_are_said_to_hold_together() -> None:
    together = "The verdicts hold together: 95 % of runs with 3 lanes have no false one."
    assert together in beneath_the_table(make_result(rounds=6))
    assert together not in beneath_the_table(make_result(rounds=2)), "there is no interval"


def test_one_verdict_stands_alone() -> None:
    result = make_result(rounds=6)
    result.summary.family = 2
    assert not any("hold together" in text for text in beneath_the_table(result))


def test_faster_with_its_interval_and_rounds() -> None:
    result = with_interval(1.604, 1.736, "faster")
    assert said(result)[0] == (
        "fp32-ipex is faster than fp32: 1.67× (95 % interval 1.60–1.74, 6 rounds)."
    )


def test_slower_with_its_interval_and_rounds() -> None:
    result = with_interval(0.7, 0.8, "slower")
    assert said(result)[0] == (
        "fp32-ipex is slower than fp32: 0.75× (95 % interval 0.70–0.80, 6 rounds)."
    )


def test_an_interval_that_holds_1_is_no_verdict() -> None:
    result = with_interval(0.97, 1.06, "undecided")
    assert said(result)[0] == (
        "fp32-ipex against fp32: no verdict, the 95 % interval 0.97–1.06 holds 1 (6 rounds)."
    )


def test_too_few_rounds_are_no_verdict_and_no_word_of_one() -> None:
    texts = said(make_result(rounds=2))
    assert texts[0] == (
        "fp32-ipex against fp32: no verdict, 2 of the 3 rounds that an interval needs."
    )
    assert not re.search("faster|slower", " ".join(texts))


def test_each_lane_but_the_baseline_against_each_denominator() -> None:
    pairs = [re.match(r"(\S+) is \w+ than (\S+):", x) for x in said(over_avx512(four_lanes()))]
    assert [pair.groups() for pair in pairs if pair] == [
        ("fp32-ipex", "fp32"),
        ("bf16-avx512", "fp32"),
        ("bf16-avx512", "fp32-ipex"),
        ("bf16-amx", "fp32"),
        ("bf16-amx", "fp32-ipex"),
        ("bf16-amx", "bf16-avx512"),
    ]


def test_lanes_that_share_no_round_say_so() -> None:
    result = make_result()
    result.summary.lanes[1].compute_ratios = []
    assert said(result)[0] == (
        "fp32-ipex against fp32: no verdict, no round in which both completed."
    )


def test_a_lane_that_was_not_measured_or_is_invalid_has_no_verdict() -> None:
    assert said(one_lane()) == []
    assert "bf16-amx" not in " ".join(said(invalid_lane()))
    without = said(make_result(failing={"fp32": "died"}))
    assert [each.split()[0] for each in without] == ["bf16-avx512"]


def test_bf16_that_loses_to_the_best_fp32_is_explained_once() -> None:
    over_baseline, over_best = judgements(slower_bf16())[1:]
    assert (over_best.lane, over_best.against) == ("bf16-avx512", "fp32-ipex")
    assert over_best.word == "slower"
    assert over_baseline.because == ()
    assert any("matrix-product peak is 130 GFLOP/s" in each for each in over_best.because)


def test_a_second_fp32_lane_that_loses_is_not_explained_by_bf16() -> None:
    result = slower_bf16()
    change_lane(result, "bf16-avx512", precision="fp32")
    assert [each.because for each in judgements(result)] == [(), (), ()]
