"""What compiling costs, and when it is earned back."""

import pytest

from bench.analysis.summary import summarize
from bench.model.process import Process
from bench.model.record import Compilation
from bench.model.summary import CompileCost, LaneSummary
from tests.factories import make_plan, make_process
from tests.lanes import make_lane
from tests.report.scenes import contradict, record_of

LANES = ["fp32", "fp32-torch", "fp32-compile"]
BATCH = 16


def process(lane: str, number: int, rate: float, cold: bool | None = None) -> Process:
    made = make_process(lane, number, LANES.index(lane), rate=rate)
    if lane == "fp32-compile":
        cold = number == 1 if cold is None else cold
        first = (60.0 if cold else 5.0) + BATCH / rate / 0.94
        compilation = Compilation(cold=cold, first_step_seconds=first, graphs=1)
        record_of(made).compilation = compilation
    return made


def run(rounds: int = 5, compiled: float = 8.8, **changes: object) -> dict[str, LaneSummary]:
    """Eager at 6 and 8 samples/s, and compiled."""
    rates = {"fp32": 6.0, "fp32-torch": 8.0, "fp32-compile": compiled}
    processes = [
        process(lane, i, rate * (1 + 0.002 * (-1) ** (i * (1 + place))), **changes)
        for i in range(1, rounds + 1)
        for place, (lane, rate) in enumerate(rates.items())
    ]
    plan = make_plan([make_lane(each) for each in LANES], rounds=rounds)
    return {each.lane: each for each in summarize(plan, processes, 50_000).lanes}


def cost(lanes: dict[str, LaneSummary]) -> CompileCost:
    found = lanes["fp32-compile"].compilation
    assert found is not None
    return found


def test_it_is_what_the_first_step_took_beyond_a_usual_one_cold_and_warm() -> None:
    found = cost(run())
    assert found.cold_seconds == pytest.approx(60, rel=0.01)
    assert found.warm_seconds is not None
    assert found.warm_seconds.median == pytest.approx(5, rel=0.05)
    assert found.warm_seconds.rounds == 4


def test_it_pays_off_against_the_fastest_eager_lane_when_the_cold_seconds_are_earned() -> None:
    found = cost(run())
    assert (found.against, found.never) == ("fp32-torch", None)
    saved = BATCH / 8.0 - BATCH / 8.8
    assert found.pays_off_steps == pytest.approx(60 / saved, rel=0.05)
    assert found.pays_off_steps is not None
    assert found.pays_off_seconds == pytest.approx(found.pays_off_steps * BATCH / 8.0, rel=0.02)
    low, high = found.pays_off_steps_low, found.pays_off_steps_high
    assert low is not None
    assert high is not None
    assert low < found.pays_off_steps < high


@pytest.mark.parametrize(
    ("compiled", "why"),
    [
        (7.0, "it is slower than fp32-torch"),
        (8.0, "it is not proved to be faster than fp32-torch"),
    ],
)
def test_it_never_pays_off_without_a_proved_gain(compiled: float, why: str) -> None:
    found = cost(run(compiled=compiled))
    assert (found.never, found.pays_off_steps, found.pays_off_seconds) == (why, None, None)
    assert found.cold_seconds == pytest.approx(60, rel=0.01)


def test_without_an_interval_nothing_is_said_of_it() -> None:
    found = cost(run(rounds=2))
    assert found.never == "2 of the 3 rounds that an interval needs"
    assert found.pays_off_steps is None


def test_without_a_cold_process_it_is_not_known() -> None:
    found = cost(run(cold=False))
    assert found.cold_seconds is None
    assert found.never == "no process compiled with nothing to find again"


def test_lanes_that_compile_nothing_have_none() -> None:
    lanes = run()
    assert lanes["fp32"].compilation is None
    assert lanes["fp32-torch"].compilation is None


@pytest.mark.parametrize(
    "changes",
    [{"precision": "bf16"}, {"fp32_math": "bf16"}, {"ceiling": "AVX2"}, {"batch_size": 32}],
    ids=str,
)
def test_only_a_lane_with_the_same_arithmetic_and_batch_is_a_measure(
    changes: dict[str, object],
) -> None:
    plan = make_plan([make_lane("fp32-torch", **changes), make_lane("fp32-compile")], rounds=3)
    processes = [
        process(lane, i, rate)
        for i in (1, 2, 3)
        for lane, rate in (("fp32-torch", 8.0), ("fp32-compile", 8.8))
    ]
    found = summarize(plan, processes, None).lanes[1].compilation
    assert found is not None
    assert (found.against, found.never) == (
        None,
        "no lane that does the same uncompiled was measured",
    )


def test_an_invalid_lane_has_none() -> None:
    plan = make_plan([make_lane(each) for each in LANES], rounds=1)
    processes = [process(each, 1, 6.0) for each in LANES]
    contradict(processes[2], "it ran on another set")
    assert summarize(plan, processes, None).lanes[2].compilation is None
