from collections.abc import Callable, Sequence

import pytest

from bench.analysis.disturbed import round_states
from bench.model.process import Process
from bench.model.summary import RoundState
from tests.factories import make_lanes, make_noise, make_plan, make_process
from tests.host_factory import unknown

LANES = ("fp32", "fp32-ipex", "bf16-avx512")


def quiet(rounds: int) -> list[Process]:
    """All rounds of all lanes; each lane's processes are as fast as each other."""
    return [
        make_process(lane, n, place)
        for n in range(1, rounds + 1)
        for place, lane in enumerate(LANES)
    ]


def states(processes: Sequence[Process], **intentions: str) -> list[RoundState]:
    lanes = [
        lane.model_copy(
            update={"intention": intentions.get(lane.id.replace("-", "_"), lane.intention)}
        )
        for lane in make_lanes()
    ]
    return round_states(make_plan(lanes), list(processes))


def of(processes: list[Process], lane: str, n: int) -> Process:
    return next(each for each in processes if (each.lane, each.round) == (lane, n))


def disturbed(lane: str = "fp32", **noise: float) -> list[str]:
    """What is said of the second of three rounds in which a lane saw that noise."""
    processes = quiet(3)
    of(processes, lane, 2).noise = make_noise(**noise)
    found = states(processes)
    assert [each.disturbed for each in found if each.round != 2] == [[], []]
    return found[1].disturbed


def test_quiet_rounds_count_in_full():
    found = states(quiet(4))
    assert [each.round for each in found] == [1, 2, 3, 4]
    assert all(each.complete and each.disturbed == [] for each in found)
    assert [each.weight for each in found] == [0.25] * 4


def test_each_kind_of_noise_is_said_with_its_lane():
    # 40 s on two CPUs, in the factory.
    assert disturbed(others_cpu_seconds=9.6) == ["fp32: others used 12 % of its CPU time"]
    assert disturbed(steal_seconds=6.2) == ["fp32: 6.2 s stolen in 40 s"]
    assert disturbed(throttled_periods=5, throttled_seconds=0.2) == ["fp32: throttled in 5 periods"]
    assert disturbed(throttled_periods=1) == ["fp32: throttled in 1 period"]
    assert disturbed("bf16-avx512", steal_seconds=6.2, others_cpu_seconds=9.6) == [
        "bf16-avx512: others used 12 % of its CPU time",
        "bf16-avx512: 6.2 s stolen in 40 s",
    ]


def test_major_faults_count_by_the_time_they_take():
    processes = quiet(1)
    record = processes[0].record
    assert record is not None
    assert record.observed is not None
    record.observed.major_faults = 1999
    assert states(processes)[0].disturbed == []
    record.observed.major_faults = 2400
    assert states(processes)[0].disturbed == ["fp32: 2,400 major faults, loading included"]


@pytest.mark.parametrize("name", ["others_cpu_seconds", "steal_seconds"])
def test_a_twentieth_of_the_cpu_time_is_the_threshold(name: str):
    assert disturbed(**{name: 3.99}) == []
    assert len(disturbed(**{name: 4.01})) == 1


def test_with_many_cpus_a_quarter_of_one_is_enough():
    processes = quiet(1)
    record = processes[0].record
    assert record is not None
    assert record.observed is not None
    record.observed.affinity_at_start = list(range(56))
    processes[0].noise = make_noise(others_cpu_seconds=9.9)
    assert states(processes)[0].disturbed == []
    processes[0].noise = make_noise(others_cpu_seconds=12.5)
    assert states(processes)[0].disturbed == ["fp32: others used 0.6 % of its CPU time"]


def test_in_a_short_time_less_than_the_counters_can_tell_is_nothing():
    processes = quiet(1)
    processes[0].noise = make_noise(steal_seconds=0.4).model_copy(update={"watched_seconds": 1.0})
    assert states(processes)[0].disturbed == []
    processes[0].noise = make_noise(steal_seconds=0.6).model_copy(update={"watched_seconds": 1.0})
    assert states(processes)[0].disturbed == ["fp32: 0.6 s stolen in 1 s"]


def test_what_is_unknown_disturbs_nothing():
    processes = quiet(1)
    nothing = unknown("the controller had been killed")
    names = ("steal_seconds", "others_cpu_seconds", "throttled_periods", "throttled_seconds")
    processes[0].noise = make_noise().model_copy(
        update=dict.fromkeys(names, nothing) | {"watched_seconds": 0.0}
    )
    assert states(processes)[0].disturbed == []


def fp32_at(rates: Sequence[float]) -> list[Process]:
    """Quiet rounds in which fp32 ran at exactly these rates."""
    processes = [p for p in quiet(len(rates)) if p.lane != "fp32"]
    for n, rate in enumerate(rates, 1):
        process = make_process("fp32", n, 0, rate)
        assert process.record is not None
        steps = process.record.compute.timed
        # The factory's jitter would blur the figures.
        steps.data, steps.optimizer = [0] * 12, [0] * 12
        steps.forward, steps.backward = [round(8e9 / rate)] * 12, [round(8e9 / rate)] * 12
        processes.append(process)
    return processes


def test_a_lane_slower_than_in_its_other_rounds():
    found = states(fp32_at([5.8, 6.0, 6.2, 3.0, 6.4]))
    # Its other rounds' median is 6.1.
    assert [each.disturbed for each in found] == [
        *([], [], []),
        ["fp32: slower than its other rounds by 51 %"],
        [],
    ]
    assert [each.weight for each in found] == [1 / 5] * 5


@pytest.mark.parametrize(
    "rates",
    [
        # Too few rounds; faster; by less than anybody would mind; a host that is always so.
        [6.0, 6.03, 5.98, 4.8],
        [6.0, 6.03, 5.98, 6.01, 7.2],
        [6.0, 6.0, 6.0, 6.0, 6.0, 5.9],
        [6.0, 5.0, 5.5, 6.5, 4.8],
    ],
)
def test_what_is_not_called_slower(rates: list[float]):
    assert [each.disturbed for each in states(fp32_at(rates))] == [[]] * len(rates)


def test_an_incomplete_round_weighs_nothing_and_is_still_told():
    processes = [p for p in quiet(3) if (p.lane, p.round) != ("fp32-ipex", 2)]
    of(processes, "fp32", 2).noise = make_noise(throttled_periods=3)
    found = states(processes)
    assert [each.complete for each in found] == [True, False, True]
    assert [each.weight for each in found] == [0.5, 0.0, 0.5]
    assert found[1].disturbed == ["fp32: throttled in 3 periods"]


@pytest.mark.parametrize(
    ("outcome", "weights"),
    # A lane that failed is out, and its round complete without it.
    [("failed", [0.5, 0.5]), ("interrupted", [1.0, 0.0])],
)
def test_a_process_that_did_not_complete_completes_no_round(outcome: str, weights: list[float]):
    processes = quiet(2)
    broken = of(processes, "bf16-avx512", 2)
    broken.outcome = outcome  # type: ignore[assignment]
    broken.noise = make_noise(steal_seconds=30.0)
    found = states(processes)
    assert [each.weight for each in found] == weights
    assert found[1].disturbed == []


def fails(process: Process) -> None:
    process.outcome = "failed"


def is_contradicted(process: Process) -> None:
    process.ranks[0].contradictions = ["emulated BF16"]


@pytest.mark.parametrize("goes_out", [fails, is_contradicted])
def test_a_lane_that_is_out_is_not_waited_for(goes_out: Callable[[Process], None]):
    processes = [p for p in quiet(2) if (p.lane, p.round) != ("fp32-ipex", 2)]
    assert [each.complete for each in states(processes)] == [True, False]
    goes_out(of(processes, "fp32-ipex", 1))
    assert [each.complete for each in states(processes)] == [True, True]


@pytest.mark.parametrize("intention", ["skipped", "too large"])
def test_a_lane_that_is_not_planned_is_not_waited_for(intention: str):
    processes = [p for p in quiet(2) if p.lane != "fp32-ipex"]
    assert [each.complete for each in states(processes)] == [False, False]
    assert [each.complete for each in states(processes, fp32_ipex=intention)] == [True, True]


def test_an_invalid_lane_is_not_judged():
    processes = quiet(1)
    of(processes, "fp32", 1).noise = make_noise(steal_seconds=30.0)
    assert states(processes)[0].disturbed == ["fp32: 30.0 s stolen in 40 s"]
    is_contradicted(of(processes, "fp32", 1))
    assert states(processes)[0].disturbed == []


def test_no_lane_left_is_no_complete_round():
    dead = [make_process(lane, 1, failure="it died") for lane in LANES]
    found = states(dead)
    assert [(each.complete, each.weight) for each in found] == [(False, 0.0)]
    assert states([]) == []
