from bench.model.result import Result
from bench.report.outcomes import invalid_lanes, measured_rounds, outcomes
from tests.factories import make_process, make_result
from tests.host_factory import NO_AMX


def states(result: Result) -> dict[str, tuple[str, str]]:
    return {each.lane: (each.state, each.reason) for each in outcomes(result)}


def test_measured_and_skipped() -> None:
    found = states(make_result())
    assert found["fp32"] == ("measured", "")
    assert found["bf16-amx"] == ("skipped", NO_AMX)


def test_a_lane_that_failed_every_time_says_why_once() -> None:
    found = states(make_result(rounds=2, failing={"fp32-ipex": "no primitive"}))
    assert found["fp32-ipex"] == ("failed", "rounds 1, 2: no primitive")


def test_a_lane_that_failed_once_is_measured_and_says_when() -> None:
    result = make_result(rounds=1)
    result.processes.append(make_process("fp32", 2, failure="out of memory"))
    assert states(result)["fp32"] == ("measured", "failed in round 2: out of memory")


def test_an_interrupted_lane_and_those_never_reached() -> None:
    result = make_result(nothing=True)
    result.processes = [make_process("fp32", 1, failure="SIGINT")]
    result.processes[0].outcome = "interrupted"
    found = states(result)
    assert found["fp32"] == ("interrupted", "round 1: SIGINT")
    assert found["fp32-ipex"][0] == "not reached"


def test_a_lane_the_plan_gave_up_keeps_the_plans_reason() -> None:
    result = make_result(nothing=True)
    result.plan.lanes[0].status, result.plan.lanes[0].reason = "failed", "needs 40 GiB"
    assert states(result)["fp32"] == ("failed", "needs 40 GiB")


def test_an_invalid_lane_says_what_contradicts_it_and_when() -> None:
    result = make_result(rounds=2)
    lane = result.plan.lanes[2]
    lane.status, lane.reason = "invalid", "emulated BF16"
    own = [each for each in result.processes if each.lane == lane.id]
    own[1].contradictions = ["emulated BF16", "amx ran"]
    assert states(result)[lane.id] == (
        "invalid",
        "round 2: emulated BF16; round 2: amx ran",
    )
    own[0].contradictions = ["emulated BF16"]
    assert states(result)[lane.id][1] == "rounds 1, 2: emulated BF16; round 2: amx ran"
    assert invalid_lanes(result) == {lane.id}


def test_rounds_count_if_one_lane_completed() -> None:
    assert measured_rounds(make_result(rounds=2, failing={"fp32": "died"})) == 2
    assert measured_rounds(make_result(nothing=True)) == 0
