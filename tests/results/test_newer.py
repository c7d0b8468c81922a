"""A newer minor version has fields that this kit does not know: the rest is read."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from bench.errors import BenchError, Exit
from bench.model.result import SCHEMA_VERSION, Result
from bench.results.newer import NAMED, drop_unknown
from bench.results.schema import Opened, parse_result
from bench.results.upgrade import upgrade

RECORDED = Path(__file__).parent.parent / "recorded" / "artifacts"
WHOLE = upgrade(json.loads((RECORDED / "1.0-four-lanes.json").read_text()))
MAJOR, MINOR = map(int, SCHEMA_VERSION.split("."))
NEWER = f"{MAJOR}.{MINOR + 1}"


def opened(tree: Any, version: str = NEWER) -> Opened:
    content = json.dumps(tree | {"schema_version": version}).encode()
    return parse_result(content, Path("result.json"))


def extended() -> Any:
    """With new fields in an object, in objects of a list, and in those of a dictionary."""
    tree = copy.deepcopy(WHOLE)
    tree["weather"] = {"sun": [1, 2]}
    tree["host"]["cpu"]["colour"] = "red"
    for process in tree["processes"]:
        process["ranks"][0]["joules"] = 3.5
    for reading in tree["host"]["stacks"][0]["packages"].values():
        reading["since"] = 2020
    return tree


def test_what_is_known_is_read_and_what_is_not_is_named_once() -> None:
    read, plain = opened(extended()), opened(WHOLE, SCHEMA_VERSION)
    assert plain.notes == []
    assert read.schema == read.result.schema_version == NEWER
    assert read.result.model_copy(update={"schema_version": SCHEMA_VERSION}) == plain.result
    (note,) = read.notes
    assert note == (
        f"it follows schema {NEWER}, which is newer than this bench's {SCHEMA_VERSION}; not known "
        "here, and left out: weather, host.cpu.colour, host.stacks.*.packages.*.since, "
        "processes.*.ranks.*.joules"
    )


def test_a_newer_version_without_new_fields_is_read_with_a_note() -> None:
    (note,) = opened(WHOLE).notes
    assert note.endswith(f"newer than this bench's {SCHEMA_VERSION}")


def test_of_this_version_a_field_that_is_not_known_is_an_error() -> None:
    with pytest.raises(BenchError, match="Extra inputs are not permitted") as caught:
        opened(extended(), SCHEMA_VERSION)
    assert caught.value.code == Exit.INVALID_ARTIFACT


@pytest.mark.parametrize("version", ["3.0", f"{MAJOR + 1}.{MINOR}", "0.9"])
def test_another_major_version_is_refused(version: str) -> None:
    with pytest.raises(BenchError, match=f"follows schema {version}; this bench reads"):
        opened(WHOLE, version)


def test_what_is_known_must_still_be_right() -> None:
    tree = extended()
    tree["processes"][0]["round"] = "first"
    with pytest.raises(BenchError, match=r"processes\.0\.round"):
        opened(tree)


def test_of_many_unknown_fields_some_are_named() -> None:
    tree = copy.deepcopy(WHOLE)
    tree["host"] |= {f"extra{i}": i for i in range(10_000)}
    (note,) = opened(tree).notes
    assert note.count("host.extra") == NAMED
    assert note.endswith(" and others")


def test_a_name_is_harmless_wherever_it_comes_from() -> None:
    (note,) = opened(WHOLE | {"\x1b[31m" + "x" * 9_000: 1}).notes
    assert "\x1b" not in note
    assert len(note) < 400


@pytest.mark.parametrize("tree", [None, 3, "x", [], [{}], {"plan": [{"lanes": 3}], "host": []}])
def test_what_is_no_result_at_all_is_left_to_the_schema(tree: object) -> None:
    assert drop_unknown(copy.deepcopy(tree), Result) == []
