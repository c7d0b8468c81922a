"""How precise a run is by now and how long it may take, as both displays show it."""

import io
import re

import pytest
from rich.console import Console

from bench.model.spec import Progress
from bench.model.standing import Standing
from bench.report.progress import Display, LiveDisplay, PlainDisplay
from tests.factories import make_plan, make_process
from tests.report.terminals import ORDER, Time, last_frame, seen, terminal


@pytest.fixture
def time() -> Time:
    return Time()


def standing(done: int = 3, to_go: int | None = 4, width: float | None = 0.031) -> Standing:
    return Standing(
        rounds_done=done,
        rounds_least=5,
        rounds_most=20,
        half_width=width,
        target=0.02,
        rounds_to_go=to_go,
    )


def a_long_run(shown: Display, time: Time) -> None:
    """Three rounds of a minute each, and ten seconds of the fourth."""
    for number in (1, 2, 3):
        shown.round_started(number, ORDER)
        time.seconds += 60
        shown.standing(standing(number, None, None) if number < 3 else standing())
    shown.round_started(4, ORDER)
    time.seconds += 10
    shown.progress("fp32", Progress(stage="compute", step=7, steps=20, samples_per_second=123.4))


LONG = {"rounds_min": 5, "rounds_max": 20, "time_budget_seconds": 1200}


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (
            120,
            [
                f"round 4 of at most 20 {'█' * 18}{'░' * 22} 3 min 10 s gone",
                "now ±3.1 %, target ±2.0 %, about 4 rounds to go, about 4 min left",
                "▸ ■ fp32         compute, step 7 of 20, 123 img/s",
            ],
        ),
        (
            60,
            [
                f"round 4 of at most 20 {'█' * 9}{'░' * 13} 3 min 10 s gone",
                "now ±3.1 %, target ±2.0 %, about 4 rounds to go",
                "about 4 min left",
                "▸ ■ fp32         compute, step 7 of 20, 123 img/s",
            ],
        ),
        (
            40,
            [
                "round 4 of at most 20, 3 min 10 s gone",
                "now ±3.1 %, target ±2.0 %",
                "about 4 rounds to go, about 4 min left",
                "▸ ■ fp32         compute, step 7 of 20",
            ],
        ),
    ],
)
def test_live_has_a_bar_with_rounds_the_interval_now_and_the_target(
    width: int, lines: list[str], time: Time
) -> None:
    console, out = terminal(width, no_color=True)
    with LiveDisplay(console, make_plan(**LONG), time) as shown:
        drawn = last_frame(out, lambda: a_long_run(shown, time))
    assert drawn[-len(lines) :] == lines


@pytest.mark.parametrize("width", range(20, 90, 3))
def test_live_never_cuts_a_figure(width: int, time: Time) -> None:
    console, out = terminal(width, no_color=True)
    with LiveDisplay(console, make_plan(**LONG), time) as shown:
        drawn = last_frame(out, lambda: a_long_run(shown, time))
        drawn += last_frame(out, lambda: shown.lane_started("fp32-ipex", 720))
    assert not [line for line in drawn if re.search(r"\d…", line)]


def test_live_bar_is_ascii_where_nothing_else_can_be_written(time: Time) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="replace")
    console = Console(file=out, force_terminal=True, width=80, no_color=True)
    with LiveDisplay(console, make_plan(**LONG), time) as shown:
        a_long_run(shown, time)
    out.seek(0)
    assert f"round 4 of at most 20 {'#' * 18}{'-' * 22} 3 min 10 s gone" in out.read()


def test_plain_says_the_interval_now_and_the_target_after_each_round(time: Time) -> None:
    out = io.StringIO()
    a_long_run(PlainDisplay(out, make_plan(**LONG), time), time)
    assert out.getvalue().splitlines() == [
        "round 1 of at most 20: fp32-ipex, fp32, bf16-avx512, by turns (up to 9 min left)",
        "1 round done, no interval yet, target ±2.0 %, at least 4 rounds to go (up to 19 min left)",
        "round 2 of at most 20: fp32-ipex, fp32, bf16-avx512, by turns (up to 19 min left)",
        "2 rounds done, no interval yet, target ±2.0 %, at least 3 rounds to go "
        "(up to 18 min left)",
        "round 3 of at most 20: fp32-ipex, fp32, bf16-avx512, by turns (up to 18 min left)",
        "3 rounds done, now ±3.1 %, target ±2.0 %, about 4 rounds to go (about 4 min left)",
        "round 4 of at most 20: fp32-ipex, fp32, bf16-avx512, by turns (about 4 min left)",
        "fp32: compute, step 7 of 20, 123 img/s",
    ]


@pytest.mark.parametrize("kind", ["live", "plain"])
def test_a_run_over_its_estimate_says_so_and_no_time(kind: str, time: Time) -> None:
    plan = make_plan(rounds=1, estimate_seconds=20, time_budget_seconds=None)
    console, out = terminal(no_color=True)
    shown = LiveDisplay(console, plan, time) if kind == "live" else PlainDisplay(out, plan, time)
    with shown:
        shown.round_started(1, ["fp32"])
        shown.progress("fp32", Progress(stage="compute", step=1))
        drawn = []
        for seconds in (10.0, 8.5, 10, 40):
            time.seconds += seconds
            out.truncate(out.seek(0))
            shown.progress("fp32", Progress(stage="compute", step=2))
            drawn.append(seen(out))
    assert "about 10 s left" in drawn[0]
    assert "nearly done by the estimate" in drawn[1] or kind == "plain"
    assert "longer than estimated" in drawn[2]
    assert "longer than estimated" in drawn[3]
    assert not any("left" in each for each in drawn[1:])


def test_plain_says_at_a_lanes_end_what_is_left_only_while_lanes_of_the_round_are(
    time: Time,
) -> None:
    out = io.StringIO()
    shown = PlainDisplay(out, make_plan(together=False, rounds=1, time_budget_seconds=None), time)
    shown.round_started(1, ["fp32", "fp32-ipex"])
    for lane in ("fp32", "fp32-ipex"):
        time.seconds += 60
        shown.lane_ended(make_process(lane, 1))
    shown.standing(
        Standing(
            rounds_done=1,
            rounds_least=1,
            rounds_most=1,
            half_width=None,
            target=None,
            rounds_to_go=0,
        )
    )
    assert out.getvalue().splitlines()[1:] == [
        "fp32: completed in 1 min: 6.00 img/s compute (about 8 min left)",
        "fp32-ipex: completed in 1 min: 7.30 img/s compute",
        "1 round done, no round to go",
    ]
