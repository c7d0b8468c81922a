import io
import re
import threading

import pytest
from rich.console import Console

from bench.model.spec import Progress
from bench.report.progress import Display, LiveDisplay, PlainDisplay, display
from tests.factories import make_plan, make_process
from tests.lanes import make_lane, make_workload
from tests.report.scenes import contradict
from tests.report.terminals import ORDER, Time, last_frame, seen, terminal


@pytest.fixture
def time() -> Time:
    return Time()


def play(shown: Display, time: Time) -> None:
    """Two lanes of one round by turns, of which one fails, and a note."""
    shown.round_started(1, ORDER)
    shown.lane_started("fp32-ipex", 300)
    shown.lane_started("fp32", 300)
    shown.progress("fp32-ipex", Progress(stage="import"))
    time.seconds += 5
    shown.progress(
        "fp32-ipex", Progress(stage="compute", step=7, steps=20, samples_per_second=7.26)
    )
    time.seconds += 2
    shown.progress("fp32", Progress(stage="compute", step=2, samples_per_second=6.03))
    time.seconds += 60
    shown.lane_ended(make_process("fp32-ipex", 1, 0, rate=7.3))
    shown.lane_ended(make_process("fp32", 1, 1, failure="out [bold]of[/bold] memory"))
    shown.note("the rest is skipped")


def test_plain_lines(time: Time) -> None:
    out = io.StringIO()
    with PlainDisplay(out, make_plan(), time) as shown:
        play(shown, time)
    assert out.getvalue().splitlines() == [
        "round 1 of 3: fp32-ipex, fp32, bf16-avx512, by turns (about 9 min left)",
        "fp32-ipex: starting, time limit 5 min",
        "fp32: starting, time limit 5 min",
        "fp32-ipex: starting: import",
        "fp32-ipex: compute, step 7 of 20, 7.26 img/s",
        "fp32: compute, step 2, 6.03 img/s",
        "fp32-ipex: completed in 1 min: 7.30 img/s compute",
        "fp32: failed in 7.0 s: out [bold]of[/bold] memory",
        "note: the rest is skipped",
    ]


def test_plain_progress_is_a_line_a_stage_and_else_one_in_ten_seconds(time: Time) -> None:
    out = io.StringIO()
    shown = PlainDisplay(out, make_plan(), time)
    shown.lane_started("fp32", 300)
    shown.progress("fp32", Progress(stage="compile"))
    for step in range(1, 25):
        shown.progress("fp32", Progress(stage="warm-up", step=step))
        time.seconds += 1
    shown.progress("fp32", Progress(stage="compute", step=1))
    shown.lane_started("fp32-ipex", 300)
    shown.progress("fp32-ipex", Progress(stage="compute", step=1))
    assert out.getvalue().splitlines()[1:] == [
        "fp32: compiling",
        "fp32: warm-up, step 1",
        "fp32: warm-up, step 11 (about 9 min left)",
        "fp32: warm-up, step 21 (about 8 min 30 s left)",
        "fp32: compute, step 1",
        "fp32-ipex: starting, time limit 5 min",
        "fp32-ipex: compute, step 1",
    ]


def test_plain_lanes_that_take_turns_share_the_ten_seconds(time: Time) -> None:
    out = io.StringIO()
    shown = PlainDisplay(out, make_plan(), time)
    for step in range(1, 13):
        for lane in ORDER:
            shown.progress(lane, Progress(stage="compute", step=step))
            time.seconds += 1
    # Each lane's stage once, and then one line in ten seconds, whoever has the turn.
    assert out.getvalue().splitlines() == [
        "fp32-ipex: compute, step 1",
        "fp32: compute, step 1",
        "bf16-avx512: compute, step 1",
        "fp32-ipex: compute, step 5 (about 9 min left)",
        "fp32: compute, step 8 (about 8 min 30 s left)",
        "bf16-avx512: compute, step 11 (about 8 min 30 s left)",
    ]


def test_plain_says_that_lanes_run_one_after_the_other() -> None:
    out = io.StringIO()
    shown = PlainDisplay(out, make_plan(together=False))
    shown.round_started(1, ORDER)
    shown.round_started(2, ["fp32"])
    first, second = out.getvalue().splitlines()
    assert first.startswith("round 1 of 3: fp32-ipex, fp32, bf16-avx512, one after the other (")
    assert second.startswith("round 2 of 3: fp32 (")


def test_a_run_that_may_end_early_says_up_to() -> None:
    out = io.StringIO()
    PlainDisplay(out, make_plan(rounds_min=3, rounds_max=10)).round_started(1, ORDER)
    assert "round 1 of at most 10: " in out.getvalue()
    assert out.getvalue().endswith("(up to 9 min left)\n")


def test_live_shows_the_lanes_alive_and_keeps_the_finished(time: Time) -> None:
    console, out = terminal(no_color=True)
    with LiveDisplay(console, make_plan(), time) as shown:
        play(shown, time)
    text = seen(out)
    assert re.search(r"round 1 of 3 ░{40} 5.0 s gone\s+about 9 min left", text)
    assert "  ■ fp32         starting, time limit 5 min" in text
    assert "▸ ■ fp32-ipex    compute, step 7 of 20, 7.26 img/s" in text
    assert "round 1  ■ fp32-ipex    completed in 1 min: 7.30 img/s compute" in text
    assert "round 1  ■ fp32         failed in 7.0 s: out [bold]of[/bold] memory" in text
    assert "note the rest is skipped" in text


def test_live_marks_the_lane_that_has_the_turn(time: Time) -> None:
    console, out = terminal(no_color=True)
    with LiveDisplay(console, make_plan(), time) as shown:
        shown.round_started(1, ORDER)
        for lane in ORDER:
            shown.lane_started(lane, 300)
        starts = last_frame(out, lambda: shown.progress("fp32-ipex", Progress(stage="model")))
        assert starts[2:] == [
            "  ■ fp32-ipex    starting: model",
            "  ■ fp32         starting, time limit 5 min",
            "  ■ bf16-avx512  starting, time limit 5 min",
        ]
        shown.progress("fp32", Progress(stage="warm-up", step=3, samples_per_second=5.5))
        turns = last_frame(
            out, lambda: shown.progress("fp32-ipex", Progress(stage="warm-up", step=1))
        )
        assert turns[2:] == [
            "▸ ■ fp32-ipex    warm-up, step 1",
            "  ■ fp32         warm-up, step 3, 5.50 img/s",
            "  ■ bf16-avx512  starting, time limit 5 min",
        ]
        ends = last_frame(out, lambda: shown.lane_ended(make_process("fp32-ipex", 1)))
        assert ends[-2:] == [
            "  ■ fp32         warm-up, step 3, 5.50 img/s",
            "  ■ bf16-avx512  starting, time limit 5 min",
        ]


@pytest.mark.parametrize("kind", ["live", "plain"])
def test_an_invalid_process_shows_what_contradicts_it_and_no_rate(kind: str, time: Time) -> None:
    process = make_process("bf16-avx512", 1)
    contradict(process, "12 of 320 calls emulated BF16")
    console, out = terminal(no_color=True)
    shown = (
        LiveDisplay(console, make_plan(), time)
        if kind == "live"
        else PlainDisplay(out, make_plan(), time)
    )
    with shown:
        shown.lane_ended(process)
    assert "bf16-avx512" in seen(out)
    assert "invalid in 1 min: 12 of 320 calls emulated BF16" in seen(out)
    assert "img/s" not in seen(out)


@pytest.mark.parametrize("kind", ["live", "plain"])
def test_a_rate_is_in_the_lanes_own_unit(kind: str, time: Time) -> None:
    plan = make_plan([make_lane("fp32", workload=make_workload(unit="seq"))])
    console, out = terminal(no_color=True)
    shown = LiveDisplay(console, plan, time) if kind == "live" else PlainDisplay(out, plan, time)
    with shown:
        shown.progress("fp32", Progress(stage="compute", step=2, samples_per_second=6.03))
        shown.lane_ended(make_process("fp32", 1, rate=7.3))
    assert "compute, step 2, 6.03 seq/s" in seen(out)
    assert "completed in 1 min: 7.30 seq/s compute" in seen(out)


def test_live_draws_only_when_told_and_without_a_thread(time: Time) -> None:
    console, out = terminal()
    threads = threading.active_count()
    with LiveDisplay(console, make_plan(), time) as shown:
        shown.round_started(1, ORDER)
        shown.lane_started("fp32", 300)
        drawn = out.getvalue()
        assert threading.active_count() == threads
        time.seconds += 3600
        assert out.getvalue() == drawn
        shown.progress("fp32", Progress(stage="import"))
        assert out.getvalue() != drawn


def test_live_status_lines_never_wrap(time: Time) -> None:
    console, out = terminal(no_color=True)
    with LiveDisplay(console, make_plan(), time) as shown:
        shown.lane_started("x" * 200, 300)
    lines = [line for line in out.getvalue().splitlines() if "xx" in line]
    # One drawing for the event and a last one on closing, each of them one line.
    assert [line.split("…")[0].count("x") for line in lines] == [75, 75]


def test_live_gives_the_cursor_back() -> None:
    console, out = terminal()
    with LiveDisplay(console, make_plan()) as shown:
        shown.lane_started("fp32", 300)
        assert out.getvalue().count("\x1b[?25l") == 1
        assert out.getvalue().count("\x1b[?25h") == 0
    assert out.getvalue().count("\x1b[?25h") == 1


def test_closing_what_was_never_told_anything_prints_nothing() -> None:
    console, out = terminal()
    LiveDisplay(console, make_plan()).close()
    assert out.getvalue() == ""


def test_live_on_a_terminal_and_plain_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    assert isinstance(display(terminal()[0], make_plan()), LiveDisplay)
    assert isinstance(display(Console(file=io.StringIO()), make_plan()), PlainDisplay)
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(display(terminal()[0], make_plan()), PlainDisplay)


def test_plain_writes_where_the_console_does() -> None:
    out = io.StringIO()
    display(Console(file=out), make_plan()).note("here")
    assert out.getvalue() == "note: here\n"


class _Gone(io.StringIO):
    """A stream that nobody can read of any more: a full disk, a pipe or a terminal that is gone."""

    terminal = False

    def isatty(self) -> bool:
        return self.terminal

    def write(self, text: str) -> int:
        raise BrokenPipeError(text)

    def flush(self) -> None:
        raise OSError("No space left on device")


@pytest.mark.parametrize("terminal", [False, True])
def test_a_run_goes_on_when_nobody_can_read_of_it(terminal: bool, time: Time) -> None:
    stream = _Gone()
    stream.terminal = terminal
    console = Console(file=stream, _environ={"TERM": "xterm"})
    with display(console, make_plan()) as shown:
        assert isinstance(shown, LiveDisplay if terminal else PlainDisplay)
        play(shown, time)
