from collections.abc import Sequence

import pytest

from bench.analysis.rates import (
    compute_rate,
    compute_turns,
    end_to_end_rate,
    end_to_end_turns,
    measured_epoch_seconds,
    phase_medians,
    turns,
)
from bench.model.record import Measurement, RankRecord, StepTimes, Turn, Warmup

SECOND = 10**9


def record(
    compute: Sequence[float] = (), loaded: Sequence[float] = (), **changes: object
) -> RankRecord:
    return RankRecord(
        lane="fp32",
        outcome="completed",
        compute=Measurement(timed=steps(compute), samples=16 * len(compute)),
        end_to_end=Measurement(timed=steps(loaded), samples=16 * len(loaded)),
        **changes,
    )


def steps(seconds: Sequence[float]) -> StepTimes:
    """Steps split into data 10%, forward 30%, backward 50%, optimizer 10%."""
    shares = {"data": 0.1, "forward": 0.3, "backward": 0.5, "optimizer": 0.1}
    return StepTimes(**{p: [round(s * x * SECOND) for s in seconds] for p, x in shares.items()})


def test_compute_rate_is_of_the_median_step() -> None:
    assert compute_rate(record(compute=[2.0, 2.0, 50.0])) == pytest.approx(8.0)


def test_end_to_end_rate_is_over_the_whole_time() -> None:
    # A loader that waits once for eight steps: the median step would claim 16 samples/s.
    assert end_to_end_rate(record(loaded=[1.0, 1.0, 8.0, 1.0, 1.0])) == pytest.approx(80 / 12)


def test_warmup_steps_do_not_count() -> None:
    found = record(compute=[2.0], loaded=[2.0], warmup=Warmup(steps=steps([100.0])))
    assert compute_rate(found) == pytest.approx(8.0)
    assert end_to_end_rate(found) == pytest.approx(8.0)


def test_turns_split_the_steps_and_leave_out_those_without_one() -> None:
    counts = [Turn(at=i, steps=n) for i, n in enumerate((2, 0, 1))]
    measured = Measurement(timed=steps([1.0, 2.0, 4.0]), turns=counts, samples=48)
    assert turns(measured) == [[10**9, 2 * 10**9], [4 * 10**9]]


def test_an_end_to_end_turn_is_its_mean_step() -> None:
    measured = Measurement(timed=steps([1.0, 5.0]), turns=[Turn(at=0, steps=2)], samples=32)
    found = RankRecord(lane="fp32", outcome="completed", end_to_end=measured)
    assert end_to_end_turns(found) == [3e9 / 16]


def test_turns_are_times_of_a_sample_whatever_the_batch() -> None:
    turns = [Turn(at=0, steps=1), Turn(at=9, steps=1)]
    small = Measurement(timed=steps([1.0, 2.0]), turns=turns, samples=2 * 4)
    large = Measurement(timed=steps([8.0, 16.0]), turns=turns, samples=2 * 32)
    for part in (small, large):
        both = RankRecord(lane="fp32", outcome="completed", compute=part, end_to_end=part)
        assert compute_turns(both) == end_to_end_turns(both) == [0.25e9, 0.5e9]


def test_without_a_sample_there_is_no_time_of_one() -> None:
    nothing = Measurement(timed=steps([1.0]), turns=[Turn(at=0, steps=1)], samples=0)
    assert compute_turns(RankRecord(lane="fp32", outcome="completed", compute=nothing)) == []


@pytest.mark.parametrize("seconds", [[], [0.0, 0.0, 0.0]])
def test_without_time_there_is_no_rate(seconds: list[float]) -> None:
    assert compute_rate(record(compute=seconds)) is None
    assert end_to_end_rate(record(loaded=seconds)) is None


def test_epoch_seconds_are_the_median_of_those_run() -> None:
    assert measured_epoch_seconds(record(epoch_seconds=[90.0, 100.0, 500.0])) == 100.0
    assert measured_epoch_seconds(record()) is None


def test_phase_medians_are_seconds_of_each_phase() -> None:
    found = phase_medians(steps([2.0, 4.0, 60.0]))
    expected = {"data": 0.4, "forward": 1.2, "backward": 2.0, "optimizer": 0.4}
    assert found == pytest.approx(expected)
    assert phase_medians(StepTimes()) == {}


def test_a_step_cut_short_by_an_interrupt_is_dropped() -> None:
    broken = StepTimes(data=[1, 2], forward=[1, 2], backward=[1], optimizer=[1])
    broken.cut()
    assert broken == StepTimes(data=[1], forward=[1], backward=[1], optimizer=[1])
