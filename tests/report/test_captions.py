from bench.model.result import Result
from bench.report.document.captions import captions
from tests.factories import make_process, make_result
from tests.report.scenes import summarized


def said(result: Result) -> str:
    return "\n".join(captions(result))


def test_ranges_and_intervals_are_told_apart() -> None:
    text = said(make_result(rounds=6))
    assert "img/s and epoch are medians over 6 rounds; their ranges are the lowest" in text
    method = "studentized range of 3 lanes over the logarithms of the rounds' ratios"
    assert f"With × stands its 95 % confidence interval, {method}" in text
    assert "6 rounds." in text.split(method)[1]
    assert "These intervals hold together, for all pairs of the run's 3 lanes." in text
    assert "The range with ×" not in text


def test_two_rounds_have_a_range_that_is_no_interval() -> None:
    text = said(make_result(rounds=2))
    assert (
        "The range with × is the lowest and the highest round and no confidence interval: "
        "2 of the 3 rounds that an interval needs."
    ) in text
    assert text.count("The range with ×") == 1
    assert "With × stands" not in text


def test_a_lane_with_fewer_rounds_than_the_others_is_named() -> None:
    result = make_result(rounds=3)
    last = next(each for each in result.processes if (each.lane, each.round) == ("fp32-ipex", 3))
    result.processes.remove(last)
    text = said(summarized(result))
    assert "With × stands its 95 % confidence interval" in text
    assert (
        "The range with × of fp32-ipex over fp32 is the lowest and the highest round and no "
        "confidence interval: 2 of the 3 rounds that an interval needs."
    ) in text
    assert "of bf16-avx512 over fp32 is" not in text


def test_one_round_has_neither() -> None:
    text = said(make_result(rounds=1))
    assert "One round: there is no range" in text
    assert "interval" not in text
    assert "geometric mean" not in text


def test_plus_minus_says_what_it_is_where_it_is_used() -> None:
    result = make_result()
    assert "±" not in said(result)
    result.stop_reason = "every interval is within ±2.0%, after 5 rounds"
    assert "± is half an interval's width, as a share of its middle." in said(result)


def test_an_interrupted_rounds_lane_does_not_change_them() -> None:
    result = make_result()
    before = captions(result)
    stopped = make_process("fp32", 4)
    stopped.outcome, stopped.reason = "interrupted", "SIGINT"
    result.processes.append(stopped)
    assert captions(summarized(result)) == before
