import pytest

from bench.model.standing import Standing
from bench.report.progress.time_left import Left, RunClock
from bench.report.progress.words import fitted, left_words, standing_words
from tests.factories import make_plan
from tests.lanes import make_lane
from tests.report.terminals import Time


@pytest.fixture
def time() -> Time:
    return Time()


def standing(done: int, to_go: int | None, **changes: object) -> Standing:
    values: dict[str, object] = {
        "rounds_done": done,
        "rounds_least": 5,
        "rounds_most": 20,
        "half_width": 0.031,
        "target": 0.02,
        "rounds_to_go": to_go,
    }
    return Standing.model_validate(values | changes)


def clock(time: Time, **plan: object) -> RunClock:
    return RunClock(make_plan(**plan), time)  # type: ignore[arg-type]


def seconds_left(running: RunClock) -> float:
    left = running.left()
    assert left is not None
    return left.seconds


def said(running: RunClock) -> str:
    left = running.left()
    return left_words(left) if left else ""


def test_it_starts_at_the_plans_estimate(time: Time) -> None:
    running = clock(time, estimate_seconds=100.0)
    time.seconds += 30
    assert (running.elapsed(), seconds_left(running)) == (30.0, 70.0)
    time.seconds += 3000
    assert said(running) == "longer than estimated"


def test_it_is_the_mean_time_of_the_rounds_to_come(time: Time) -> None:
    running = clock(time, rounds=6, time_budget_seconds=None)
    running.round_started(1)
    time.seconds += 500  # in the first round there is more to do
    running.round_started(2)
    time.seconds += 50
    running.round_started(3)
    time.seconds += 70
    running.round_started(4)
    # This round and two more, a minute each.
    assert seconds_left(running) == pytest.approx(3 * 60)
    time.seconds += 20
    assert seconds_left(running) == pytest.approx(3 * 60 - 20)
    time.seconds += 500
    # Nobody knows when this round ends; two more are certain.
    assert said(running) == "at least 2 min left"


@pytest.mark.parametrize("over", [0, 1, 40])
def test_a_last_round_that_takes_longer_says_so(over: float, time: Time) -> None:
    running = clock(time, rounds=2, time_budget_seconds=None)
    running.round_started(1)
    time.seconds += 50
    running.round_started(2)
    time.seconds += 47
    assert said(running) == "nearly done by the estimate"
    time.seconds += 3 + over
    assert said(running) == "longer than estimated"
    assert running.share() == pytest.approx(1.9 / 2), "not before it has ended"


def test_it_counts_on_from_the_round_a_resumed_run_is_at(time: Time) -> None:
    running = clock(time, rounds=8, time_budget_seconds=None)
    running.round_started(7)
    time.seconds += 60
    assert running.share() == pytest.approx((6 + 60 / (540 / 8)) / 8)
    running.round_started(8)
    assert seconds_left(running) == pytest.approx(60)


def test_it_is_never_past_the_budget(time: Time) -> None:
    running = clock(time, rounds=10, time_budget_seconds=100.0)
    running.round_started(1)
    time.seconds += 60
    running.round_started(2)
    assert seconds_left(running) == pytest.approx(40)


def test_it_goes_by_the_rounds_that_precision_is_expected_to_take(time: Time) -> None:
    running = clock(time, rounds_min=5, rounds_max=20, time_budget_seconds=2000)
    running.round_started(1)
    time.seconds += 60
    running.standing(standing(1, None))
    assert said(running) == "up to 19 min left"
    running.standing(standing(1, 6))
    assert said(running) == "about 6 min left"
    assert running.share() == pytest.approx(1 / 7)
    running.round_started(2)
    time.seconds += 30
    assert said(running) == "about 5 min 30 s left"
    assert running.share() == pytest.approx(1.5 / 7)


def test_the_budget_is_the_rounds_own(time: Time) -> None:
    running = clock(time, rounds_min=5, rounds_max=20, time_budget_seconds=150)
    time.seconds += 60  # data are prepared
    running.round_started(1)
    time.seconds += 70
    running.standing(standing(1, None))
    assert (running.fits, running.elapsed()) == (1, 130)
    assert said(running) == "up to 1 min 10 s left"


def test_no_more_rounds_are_expected_than_the_budget_has_room_for(time: Time) -> None:
    running = clock(time, rounds_min=5, rounds_max=20, time_budget_seconds=170)
    running.round_started(1)
    time.seconds += 60
    running.standing(standing(1, 12))
    assert (running.fits, said(running)) == (1, "about 1 min left")
    assert running.share() == pytest.approx(1 / 2)


@pytest.mark.parametrize("known", [0, None])
def test_nothing_is_left_after_the_last_round(known: int | None, time: Time) -> None:
    running = clock(time, rounds_min=1, rounds_max=1, time_budget_seconds=None)
    running.round_started(1)
    time.seconds += 60
    running.standing(standing(1, known, rounds_least=1, rounds_most=1))
    assert running.left() is None
    assert running.share() == 1


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (15000, "about 4 h 10 min left"),
        (1234, "about 21 min left"),
        (401, "about 6 min 30 s left"),
        (92, "about 1 min 30 s left"),
        (59, "about 1 min left"),
        (33, "about 35 s left"),
        (1, "about 5 s left"),
        (0.09, "nearly done by the estimate"),
        (0, "longer than estimated"),
        (-3, "longer than estimated"),
    ],
)
def test_it_is_no_finer_than_an_estimate_is(seconds: float, words: str) -> None:
    assert left_words(Left(seconds, "about", of=1)) == words


@pytest.mark.parametrize(
    ("where", "fits", "words"),
    [
        (standing(3, 4), None, "now ±3.1 %, target ±2.0 %, about 4 rounds to go"),
        (standing(3, 4), 5, "now ±3.1 %, target ±2.0 %, about 4 rounds to go"),
        (standing(3, 9), 2, "now ±3.1 %, target ±2.0 %, about 9 rounds to go, time for 2"),
        (standing(3, 9), 0, "now ±3.1 %, target ±2.0 %, about 9 rounds to go, time for no more"),
        # Not before the least, not after the most.
        (standing(3, 0), None, "now ±3.1 %, target ±2.0 %, about 2 rounds to go"),
        (standing(19, 7), None, "now ±3.1 %, target ±2.0 %, about 1 round to go"),
        (standing(2, None, half_width=None), None,
         "no interval yet, target ±2.0 %, at least 3 rounds to go"),
        (standing(6, None, half_width=None), 3, "no interval yet, target ±2.0 %, time for 3"),
        (standing(8, 0, half_width=0.018), None, "now ±1.8 %, target ±2.0 %, no round to go"),
        (standing(8, 1, half_width=0.0203), None,
         "now ±2.03 %, target ±2.00 %, about 1 round to go"),
        (standing(8, 0, half_width=0.02), None, "now ±2.0 %, target ±2.0 %, no round to go"),
        (standing(2, 3, target=None, rounds_most=5), None, "now ±3.1 %, 3 rounds to go"),
        (standing(2, 3, target=None, half_width=None, rounds_most=5), None, "3 rounds to go"),
    ],
)  # fmt: skip
def test_where_a_run_stands(where: Standing, fits: int | None, words: str) -> None:
    assert ", ".join(standing_words(where, make_plan(), fits)) == words


def test_one_lane_alone_has_no_interval_to_wait_for() -> None:
    plan = make_plan([make_lane("fp32"), make_lane("bf16-amx", intention="skipped", reason="no")])
    where = standing(1, None, half_width=None)
    assert standing_words(where, plan, 7) == ["at least 4 rounds to go"]
    assert standing_words(standing(6, None, half_width=None), plan, 7) == ["time for 7"]


def test_parts_are_put_into_lines_and_never_broken() -> None:
    parts = ["now ±3.1 %", "target ±2.0 %", "about 4 rounds to go"]
    assert fitted(parts, 30) == ["now ±3.1 %, target ±2.0 %", "about 4 rounds to go"]
    assert fitted(parts, 12) == parts
    assert fitted([], 12) == []
