from bench.analysis.states import NOT_REACHED, lane_states, to_run, went_wrong
from bench.model.plan import Plan, PlannedLane
from bench.model.process import Process
from tests.factories import make_lanes, make_plan, make_process, make_rounds
from tests.host_factory import NO_AMX

TOO_LARGE = "it needs about 40 GiB of 16 GiB"


def states(processes: list[Process], plan: Plan | None = None) -> dict[str, tuple[str, str | None]]:
    outcomes = lane_states(plan or make_plan(), processes)
    return {each.lane: (each.state, each.reason) for each in outcomes}


def running(processes: list[Process], plan: Plan | None = None) -> list[str]:
    return [lane.id for lane in to_run(plan or make_plan(), processes)]


def interrupted(lane: str, round: int, reason: str = "SIGINT") -> Process:
    process = make_process(lane, round, failure=reason)
    process.outcome = "interrupted"
    return process


def contradicted(lane: str, round: int, *sentences: str) -> Process:
    process = make_process(lane, round)
    process.ranks[0].contradictions = list(sentences)
    return process


def with_lane(**changes: str) -> Plan:
    """The plan, its first lane changed."""
    first, *others = make_lanes()
    return make_plan([first.model_copy(update=changes), *others])


def test_measured_and_skipped_in_the_plans_order() -> None:
    outcomes = lane_states(make_plan(), make_rounds(2, {}, measured_epochs=False))
    assert [each.lane for each in outcomes] == [lane.id for lane in make_lanes()]
    assert [each.state for each in outcomes] == ["measured"] * 3 + ["skipped"]
    assert [each.reason for each in outcomes] == [None] * 3 + [NO_AMX]


def test_a_lane_that_failed_every_time_says_why_once() -> None:
    processes = make_rounds(2, {"fp32-ipex": "no primitive"}, measured_epochs=False)
    assert states(processes)["fp32-ipex"] == ("failed", "rounds 1-2: no primitive")


def test_a_lane_that_failed_once_is_measured_and_says_when() -> None:
    processes = [make_process("fp32", 1), make_process("fp32", 2, failure="out of memory")]
    assert states(processes)["fp32"] == ("measured", "failed in round 2: out of memory")


def test_what_did_not_complete_is_told_by_outcome_and_reason() -> None:
    processes = [
        interrupted("fp32", 1, "SIGTERM"),
        make_process("fp32", 2),
        make_process("fp32", 3, failure="it died"),
        interrupted("fp32", 4, "SIGTERM"),
    ]
    expected = "interrupted in rounds 1, 4: SIGTERM; failed in round 3: it died"
    assert states(processes)["fp32"] == ("measured", expected)


def test_one_failure_among_interruptions_is_a_failure() -> None:
    processes = [interrupted("fp32", 1), make_process("fp32", 2, failure="it died")]
    expected = "interrupted in round 1: SIGINT; round 2: it died"
    assert states(processes)["fp32"] == ("failed", expected)


def test_an_interrupted_lane_and_those_never_reached() -> None:
    found = states([interrupted("fp32", 1)])
    assert found["fp32"] == ("interrupted", "round 1: SIGINT")
    assert found["fp32-ipex"] == ("not reached", NOT_REACHED)


def test_a_lane_that_is_too_large_failed_with_the_plans_reason() -> None:
    plan = with_lane(intention="too large", reason=TOO_LARGE)
    assert states([], plan)["fp32"] == ("failed", TOO_LARGE)


def test_an_invalid_lane_says_what_contradicts_it_and_when() -> None:
    processes = [make_process("fp32", 1), contradicted("fp32", 2, "emulated BF16", "amx ran")]
    assert states(processes)["fp32"] == ("invalid", "round 2: emulated BF16; round 2: amx ran")
    processes[0] = contradicted("fp32", 1, "emulated BF16")
    expected = "rounds 1-2: emulated BF16; round 2: amx ran"
    assert states(processes)["fp32"] == ("invalid", expected)


def test_what_one_rank_ran_makes_the_lane_invalid() -> None:
    process = make_process("fp32", 1)
    other = process.ranks[0].model_copy(update={"rank": 1, "contradictions": ["amx ran"]})
    process.ranks.append(other)
    assert states([process])["fp32"] == ("invalid", "round 1: amx ran")


def test_only_what_completed_contradicts() -> None:
    half = contradicted("fp32", 1, "no kernel")
    half.outcome = "interrupted"
    half.reason = "SIGINT"
    assert states([half])["fp32"][0] == "interrupted"
    assert running([half]) == ["fp32", "fp32-ipex", "bf16-avx512"]


def test_a_further_round_starts_what_did_not_fail_and_is_not_contradicted() -> None:
    everything = ["fp32", "fp32-ipex", "bf16-avx512"]
    assert running([]) == everything
    assert running(make_rounds(1, {}, measured_epochs=False)) == everything
    assert running([interrupted("fp32", 1)]) == everything
    once = [make_process("fp32", 1), make_process("fp32", 2, failure="it died")]
    assert running(once) == ["fp32-ipex", "bf16-avx512"]
    assert running([contradicted("fp32-ipex", 1, "x")]) == ["fp32", "bf16-avx512"]
    assert running([], with_lane(intention="too large", reason=TOO_LARGE)) == everything[1:]


def test_what_goes_wrong() -> None:
    assert not went_wrong(make_plan(), [])
    assert not went_wrong(make_plan(), make_rounds(1, {}, measured_epochs=False))
    assert not went_wrong(make_plan(), [interrupted("fp32", 1)])
    assert went_wrong(make_plan(), [make_process("fp32", 1), make_process("fp32", 2, failure="x")])
    assert went_wrong(make_plan(), [contradicted("fp32", 1, "x")])
    assert went_wrong(with_lane(intention="too large", reason=TOO_LARGE), [])


def test_a_lane_without_a_recorded_reason_says_so() -> None:
    def skipped(lane: PlannedLane) -> PlannedLane:
        return lane.model_copy(update={"intention": "skipped", "reason": None})

    plan = make_plan([skipped(lane) for lane in make_lanes()])
    assert states([], plan)["fp32"] == ("skipped", "no reason was recorded")
