"""The chart of steps over time."""

import pytest

from bench.model.record import StepTimes, Turn
from bench.model.result import Result
from bench.report.charts.chart import Chart, Course
from bench.report.charts.drawing import compose
from bench.report.charts.sheet import Shape
from bench.report.charts.steps import MARKS, ROUNDS, steps
from tests.factories import make_process, make_result
from tests.report.reading import absent
from tests.report.scenes import (
    change_lane,
    contradict,
    disturbed_round,
    four_lanes,
    record_of,
    summarized,
)


def courses(chart: Chart | None) -> dict[str, Course]:
    assert chart is not None
    return {row.lane: row for row in chart.rows if isinstance(row, Course)}


def timed(result: Result, lane: str, number: int, turns: dict[float, list[float]]) -> None:
    """Give a process these turns: when each began, and its steps' seconds."""
    (process,) = [x for x in result.processes if (x.lane, x.round) == (lane, number)]
    part = record_of(process).compute
    part.turns = [Turn(at=at, steps=len(own)) for at, own in turns.items()]
    times = [round(each * 1e9) for own in turns.values() for each in own]
    zeros = [0] * len(times)
    part.timed = StepTimes(data=zeros, forward=times, backward=zeros, optimizer=zeros)


def test_a_step_stands_where_it_was_in_its_round_and_at_its_share_of_the_median() -> None:
    result = make_result(rounds=2)
    change_lane(result, "bf16-avx512", intention="skipped", reason="no")
    result.processes = [x for x in result.processes if x.lane in ("fp32", "fp32-ipex")]
    timed(result, "fp32", 1, {100.0: [1.0, 1.0]})
    timed(result, "fp32-ipex", 1, {102.0: [2.0, 2.0], 108.0: [2.0]})
    timed(result, "fp32", 2, {500.0: [1.0, 3.0]})
    timed(result, "fp32-ipex", 2, {504.0: [4.0]})
    own = courses(steps(summarized(result)))
    assert [x.at for x in own["fp32"].marks] == pytest.approx([0.05, 0.15, 1.0625, 1.3125])
    assert [x.high for x in own["fp32"].marks] == [1, 1, 1, 3]
    assert [x.at for x in own["fp32-ipex"].marks] == pytest.approx([0.3, 0.5, 0.9, 1.75])
    assert own["fp32"].label == "median 1000 ms, from +0 % to +200 %"


def test_disturbed_rounds_are_shaded_and_said() -> None:
    chart = steps(disturbed_round(rounds=5, number=3))
    assert chart is not None
    assert chart.shaded == ((2, "round 3 was disturbed"),)
    assert "Round 3 was disturbed. " in chart.description
    assert "Shaded: disturbed round 3." in chart.notes
    sheet = compose(chart)
    (band,) = [x for x in sheet.marks if isinstance(x, Shape) and x.fill == "shade"]
    marks = [x for x in sheet.marks if isinstance(x, Shape) and x.fill == chart.colours["fp32"]]
    left, right = band.corners[0][0], band.corners[1][0]
    inside = [x for x in marks if left <= (x.corners[0][0] + x.corners[1][0]) / 2 <= right]
    assert (len(marks), len(inside)) == (60, 12)


def test_a_slow_step_stands_above_and_the_slowest_at_the_edge() -> None:
    result = make_result(rounds=1)
    timed(result, "fp32", 1, {0.0: [1.0, 1.0, 1.2, 60.0, 1.0]})
    chart = steps(summarized(result))
    assert chart is not None
    sheet = compose(chart)
    marks = [x for x in sheet.marks if isinstance(x, Shape) and x.fill == chart.colours["fp32"]]
    middles = [(x.corners[0][1] + x.corners[2][1]) / 2 for x in marks]
    assert middles[0] < middles[2] < middles[3] < middles[0] + 0.6
    assert middles[0] == middles[4]


def test_many_steps_are_gathered_and_none_of_the_slow_ones_is_lost() -> None:
    result = make_result(rounds=2)
    for number in (1, 2):
        for lane in ("fp32", "fp32-ipex", "bf16-avx512"):
            timed(result, lane, number, {0.0: [1.0] * 5000 + [2.0] + [1.0] * 4999})
    chart = steps(summarized(result))
    own = courses(chart)
    assert sum(len(each.marks) for each in own.values()) <= MARKS
    assert max(mark.high for mark in own["fp32"].marks) == 2
    assert chart is not None
    assert "one or more consecutive steps" in chart.notes[0]


def test_many_rounds_are_cut_and_it_says_so() -> None:
    result = make_result(rounds=1)
    result.processes = [make_process("fp32", i) for i in range(1, ROUNDS + 3)]
    chart = steps(summarized(result))
    assert chart is not None
    assert len(chart.units) == ROUNDS
    assert f"The first {ROUNDS} of {ROUNDS + 2} rounds." in chart.notes


def test_only_what_figures_are_drawn_from_is_drawn() -> None:
    result = four_lanes(rounds=2)
    for each in result.processes:
        if each.lane == "bf16-amx":
            contradict(each, "it ran elsewhere")
        if each.lane == "fp32" and each.round == 2:
            each.outcome = "interrupted"
    chart = steps(summarized(result))
    assert set(absent(chart)) == {"bf16-amx"}
    assert max(mark.at for mark in courses(chart)["fp32"].marks) <= 1
    assert steps(make_result(nothing=True)) is None
