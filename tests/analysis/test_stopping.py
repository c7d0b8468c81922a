import pytest

from bench.analysis.stopping import enough, standing
from bench.analysis.summary import summarize
from bench.model.plan import Plan
from bench.model.summary import Departure, Summary
from tests.factories import make_plan, make_process

WIDE, NARROW = [1.0, 1.5, 0.7], [1.0, 1.001, 0.999]


def plan(**changes: object) -> Plan:
    facts = {"rounds_min": 3, "rounds_max": 8, "time_budget_seconds": 600.0}
    return make_plan(**(facts | changes))


def measured(ratios: list[float], **changes: object) -> Summary:
    """Rounds in which each lane was so many times as fast as fp32."""
    processes = [
        make_process(lane, n, i, 6.0 * (ratio if lane != "fp32" else 1))
        for n, ratio in enumerate(ratios, 1)
        for i, lane in enumerate(("fp32", "fp32-ipex", "bf16-avx512"))
    ]
    for process in processes:  # exactly that rate, without the factory's jitter
        assert process.record is not None
        steps = process.record.compute.timed
        rate = 6.0 * (ratios[process.round - 1] if process.lane != "fp32" else 1)
        steps.data, steps.backward, steps.optimizer = [0] * 12, [0] * 12, [0] * 12
        steps.forward = [round(16e9 / rate)] * 12
    return summarize(plan(**changes), processes, None)


@pytest.mark.parametrize(
    ("rounds", "most", "expected"),
    [([1.0], 1, "the one round done"), (WIDE, 3, "all 3 rounds done"), (WIDE, 4, None)],
)
def test_the_most_rounds(rounds: list[float], most: int, expected: str | None) -> None:
    assert enough(plan(rounds_min=1, rounds_max=most), measured(rounds), [10.0], 30) == expected


def test_precise_enough() -> None:
    assert enough(plan(), measured(NARROW), [10.0] * 3, 30) == (
        "every interval is within ±2.0 %, after 3 rounds"
    )
    assert enough(plan(), measured(WIDE), [10.0] * 3, 30) is None
    assert enough(plan(target_precision=0.0001), measured(NARROW), [10.0] * 3, 30) is None
    assert enough(plan(rounds_min=4), measured(NARROW), [10.0] * 3, 30) is None


def test_what_is_said_of_leaving_an_engine_must_be_precise_too() -> None:
    summary, wide = measured(NARROW), measured(WIDE).lanes[1].compute_ratios[0]
    left = Departure(lane="fp32-ipex", other="fp32", compute=wide, end_to_end=None)
    summary.departures = [left]
    assert enough(plan(), summary, [10.0] * 3, 30) is None
    assert standing(plan(), summary).rounds_to_go == 5


def test_without_an_interval_nothing_is_precise() -> None:
    assert enough(plan(rounds_min=1), measured([1.0, 1.0]), [10.0] * 2, 20) is None


def test_the_time_budget_holds_for_the_longest_round_so_far() -> None:
    summary = measured(WIDE)
    assert enough(plan(), summary, [20.0, 200.0, 100.0], 400.0) is None
    why = enough(plan(), summary, [20.0, 200.0, 100.0], 401.0)
    assert why is not None
    assert why.startswith(
        "the time budget of 600 s had room for 3 rounds; the widest interval is ±"
    )


def test_what_only_a_first_round_has_to_do_does_not_end_a_run() -> None:
    summary = measured(WIDE)
    assert enough(plan(), summary, [300.0], 301.0) is not None
    assert enough(plan(), summary, [300.0, 100.0], 400.0) is None


def test_a_budget_too_small_names_the_remedy() -> None:
    assert enough(plan(), measured([1.0]), [500.0], 500.0) == (
        "the time budget of 600 s had room for 1 round; 3 were wanted: --time-budget gives more "
        "time; profile quick has shorter rounds"
    )


def test_one_round_is_begun_whatever_the_budget() -> None:
    assert enough(plan(), measured([]), [], 10_000.0) is None
    assert enough(plan(time_budget_seconds=None), measured(WIDE), [1e9], 1e9) is None


def test_a_functional_check_does_not_wait_for_precision() -> None:
    check = plan(functional_check=True, rounds_min=2, rounds_max=8, time_budget_seconds=None)
    assert enough(check, measured([1.0], functional_check=True), [10.0], 10) is None
    assert enough(check, measured(WIDE[:2], functional_check=True), [10.0] * 2, 20) == (
        "a functional check: 2 rounds done"
    )


def test_where_a_run_stands() -> None:
    now = standing(plan(rounds_max=20), measured([1.0, 1.03, 0.98]))
    assert (now.rounds_done, now.rounds_least, now.rounds_most) == (3, 3, 20)
    assert now.target == 0.02
    assert now.half_width is not None
    assert 0.05 < now.half_width < 0.1
    assert now.rounds_to_go is not None
    # The logarithms' spread is 0.025: of three lanes' pairs the quantile over √n is 0.80 after 11
    # rounds, and 0.76 after 12.
    assert now.rounds_to_go == 9


@pytest.mark.parametrize(
    ("changes", "ratios", "to_go"),
    [
        ({}, NARROW, 0),
        ({"rounds_min": 5}, NARROW, 2),
        ({"rounds_min": 5, "rounds_max": 5}, WIDE, 2),
        ({"rounds_min": 5, "rounds_max": 5}, [1.0], 4),
        ({}, WIDE, 5),
        ({}, [1.0, 1.1], None),
        ({}, [], None),
        ({"rounds_min": 1, "rounds_max": 1}, [], 1),
        ({"rounds_max": 3}, WIDE, 0),
        ({"rounds_max": 2}, WIDE, 0),
        ({"functional_check": True}, [1.0], 2),
        ({"functional_check": True, "rounds_min": 1, "rounds_max": 1}, [1.0], 0),
    ],
)
def test_how_many_rounds_are_to_go(
    changes: dict[str, object], ratios: list[float], to_go: int | None
) -> None:
    assert standing(plan(**changes), measured(ratios, **changes)).rounds_to_go == to_go


def test_no_target_is_said_where_none_is_waited_for() -> None:
    fixed = {"rounds_min": 5, "rounds_max": 5}
    assert standing(plan(**fixed), measured(WIDE, **fixed)).target is None
    check = {"functional_check": True}
    assert standing(plan(**check), measured(WIDE, **check)).target is None


def test_a_run_that_it_says_is_done_is_done() -> None:
    for ratios in (NARROW, WIDE):
        summary = measured(ratios)
        done = standing(plan(), summary).rounds_to_go == 0
        assert done == (enough(plan(), summary, [], 0.0) is not None)
