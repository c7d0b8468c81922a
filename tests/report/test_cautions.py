from bench.model.result import Result
from bench.model.summary import RoundState
from bench.report.charts.catalogue import charts
from bench.report.charts.drawing import compose
from bench.report.charts.sheet import Words
from bench.report.document.captions import cautions, disturbances, outliers
from bench.report.document.result import result_document
from tests.factories import make_result
from tests.report.reading import report, section, shown
from tests.report.scenes import disturbed_round, invalid_lane, one_lane, record_of, summarized


def quiet(result: Result) -> Result:
    for lane in result.summary.lanes:
        lane.outliers = lane.unsteady_warmups = 0
        lane.cautions = []
    return result


def test_nothing_to_say_of_a_quiet_run() -> None:
    assert cautions(quiet(make_result())) == []


def test_outliers_are_counted_by_lane_and_said_to_count() -> None:
    result = quiet(make_result(rounds=2))
    result.summary.lanes[0].outliers, result.summary.lanes[2].outliers = 8, 4
    # Two rounds of three lanes with 12 timed compute steps each.
    assert outliers(result) == [
        "12 of 72 timed compute steps are outliers (modified z-score over 3.5): "
        "8 in fp32, 4 in bf16-avx512; all count."
    ]


def test_one_outlier_is_one() -> None:
    result = quiet(make_result(rounds=1))
    result.summary.lanes[0].outliers = 1
    assert outliers(result)[0].startswith("1 of 36 timed compute steps is an outlier (")


def test_steps_of_invalid_lanes_are_not_among_those_counted() -> None:
    result = quiet(invalid_lane(rounds=3))
    result.summary.lanes[0].outliers = 2
    assert outliers(result)[0].startswith("2 of 108 timed")


def test_warmups_that_never_became_steady() -> None:
    result = make_result(rounds=2)
    for process in result.processes[:2]:
        record_of(process).warmup.steady = False
    summarized(result)
    names = sorted(process.lane for process in result.processes[:2])
    (sentence,) = (each for each in cautions(result) if "warm-up" in each)
    assert sentence.startswith("The warm-up never became steady in 2 of 6 processes: 1 in ")
    assert all(name in sentence for name in names)


def test_one_process_and_one_round_are_no_plural() -> None:
    result = one_lane()
    result.processes = result.processes[:1]
    record_of(result.processes[0]).warmup.steady = False
    summarized(result)
    assert "The warm-up of fp32 never became steady; its steps count." in cautions(result)
    only = RoundState(round=1, complete=True, disturbed=["fp32: 3.0 s stolen"], weight=1.0)
    result.summary.rounds = [only]
    assert disturbances(result.summary) == [
        "Round 1 was disturbed: fp32: 3.0 s stolen; it counts in full."
    ]


def test_a_disturbed_round_says_what_disturbed_it_and_its_weight() -> None:
    (sentence,) = disturbances(disturbed_round(rounds=5, number=3).summary)
    assert sentence == (
        "Round 3 was disturbed: fp32-ipex: others used 12 % of its CPU time; "
        "it counts in full, as 1 of 5 rounds."
    )


def test_a_disturbed_round_that_is_not_complete_has_no_weight() -> None:
    result = make_result(rounds=2)
    result.summary.rounds = [
        RoundState(round=2, complete=False, disturbed=["fp32: 3.0 s stolen in 40 s"], weight=0.0)
    ]
    assert disturbances(result.summary) == [
        "Round 2 was disturbed: fp32: 3.0 s stolen in 40 s; it is not complete, and counts for "
        "the pairs of lanes that it has."
    ]


def test_the_cutoff_is_the_one_that_the_summary_was_drawn_with() -> None:
    result = quiet(make_result(rounds=1))
    result.summary.lanes[0].outliers = 1
    result.summary.method.constants["outlier_cutoff"] = 4.25
    assert "(modified z-score over 4.25)" in outliers(result)[0]
    result.summary.method.constants = {}
    assert "(modified z-score)" in outliers(result)[0]


def test_what_was_not_planned_is_told_with_its_lane_and_mark() -> None:
    result = quiet(make_result())
    result.summary.lanes[1].cautions = ["round 2: it was started on CPUs 0, planned were 0-1"]
    assert cautions(result) == ["! fp32-ipex: round 2: it was started on CPUs 0, planned were 0-1"]


def test_what_came_in_every_round_names_none() -> None:
    result = quiet(make_result(rounds=3))
    result.summary.lanes[0].cautions = ["rounds 1, 2, 3: no clock", "rounds 1, 2: one thread"]
    assert cautions(result) == ["! fp32: no clock", "! fp32: rounds 1-2: one thread"]


def test_a_caution_is_a_mark_at_its_lane_and_a_note() -> None:
    result = quiet(make_result())
    result.summary.lanes[2].cautions = ["PyTorch had 4 threads for 2 cores"]
    text = report(result)
    assert "\n| bf16-avx512 ! | **" in section(text, "Lanes")
    assert "\n| fp32 | **" in section(text, "Lanes")
    note = "! bf16-avx512: PyTorch had 4 threads for 2 cores"
    assert section(text, "What may have hurt the measurement").startswith(f"- {note}\n")
    assert f"• {note}" in shown(result_document(result), 100)
    for chart in charts(result):
        names = [x.text for x in compose(chart).marks if isinstance(x, Words)]
        assert "bf16-avx512 !" in names
        assert "fp32" in names
        assert chart.notes[-1] == "! The report has a caution of this lane."


def test_outliers_all_count_so_that_a_full_report_alone_has_them() -> None:
    result = make_result(rounds=2)
    result.summary.lanes[0].outliers = 8
    assert "outliers" in section(report(result), "Notes")
    assert "outliers" not in shown(result_document(result), 100)
