import pytest
from pydantic import ValidationError

from bench.doctor.finding import Topic, exit_code
from bench.model.base import Reading
from bench.model.finding import Finding, counts

TOPIC = Topic("turbo", "it matters")
OK, UNKNOWN = TOPIC.ok("on"), TOPIC.unknown("masked")
WARNING, FAILURE = TOPIC.warning("off", ["echo 1"]), TOPIC.failure("gone", ["echo 2"])


def test_a_finding_has_its_topics_name_and_reason():
    assert Finding(name="turbo", state="ok", value=Reading(value="on"), why="it matters") == OK
    assert UNKNOWN.value.reason == "masked"
    assert WARNING.fix == ["echo 1"]


def test_a_topic_of_one_of_several_names_it():
    assert TOPIC.of("left").ok("on") == Finding(
        name="turbo: left", state="ok", value=Reading(value="on"), why="it matters"
    )


@pytest.mark.parametrize(
    ("state", "value", "fix"),
    [
        ("ok", Reading(value="on"), ["echo 1"]),
        ("warning", Reading(value="off"), []),
        ("failure", Reading(value="gone"), []),
        ("unknown", Reading(value="on"), []),
        ("ok", Reading(reason="masked"), []),
        ("warning", Reading(reason="masked"), ["echo 1"]),
        ("so-so", Reading(value="on"), []),
    ],
)
def test_states_that_contradict_the_rest_are_refused(state, value, fix):
    with pytest.raises(ValidationError):
        Finding(name="turbo", state=state, value=value, why="it matters", fix=fix)


@pytest.mark.parametrize(
    ("findings", "code", "strict"),
    [
        ([OK, UNKNOWN], 0, 0),
        ([OK, WARNING, UNKNOWN], 0, 1),
        ([FAILURE, OK], 3, 3),
        ([WARNING, FAILURE], 3, 3),
        ([], 0, 0),
    ],
)
def test_exit_codes(findings, code, strict):
    assert exit_code(findings, strict=False) == code
    assert exit_code(findings, strict=True) == strict


def test_counts_name_every_state():
    assert counts([OK, OK, WARNING]) == {"ok": 2, "warning": 1, "failure": 0, "unknown": 0}
