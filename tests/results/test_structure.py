"""What a reader relies on of code that was compiled, and of what was concluded from it."""

from collections.abc import Callable
from typing import Any

import pytest

from bench.model.record import Compilation
from bench.model.result import Result
from bench.model.summary import CompileCost, Departure
from bench.results.structure import SETS, faults
from tests.report.scenes import leaving_ipex

COMPILED = 5


@pytest.fixture
def result() -> Result:
    made = leaving_ipex(rounds=1)
    assert compilation(made).generated is not None
    return made


def compilation(result: Result) -> Compilation:
    record = result.processes[COMPILED].record
    assert record is not None
    assert record.compilation is not None
    return record.compilation


def cost(result: Result) -> CompileCost:
    found = result.summary.lanes[COMPILED].compilation
    assert found is not None
    return found


def departure(result: Result) -> Departure:
    return result.summary.departures[0]


def set_to(of: Callable[[Result], Any], name: str, value: Any) -> Callable[[Result], None]:
    def edit(result: Result) -> None:
        *way, last = name.split(".")
        fact = of(result)
        for each in way:
            fact = getattr(fact, each)
        setattr(fact, last, value)

    return edit


def test_a_run_of_two_stacks_has_none(result: Result) -> None:
    assert list(faults(result)) == []


RECORD = f"processes.{COMPILED}.ranks.0.record.compilation"


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        (set_to(compilation, "first_step_seconds", -1.0), f"{RECORD}: negative"),
        (set_to(compilation, "recompiled", -1), f"{RECORD}: negative"),
        (set_to(compilation, "generated.kernels", -1), f"{RECORD}.generated: negative"),
        (
            set_to(compilation, "generated.instructions", {"avx2": -1}),
            f"{RECORD}.generated: negative",
        ),
        (
            set_to(compilation, "generated.instructions", {"<b>": 1}),
            f"{RECORD}.generated: not names of instruction sets",
        ),
        (
            set_to(compilation, "generated.vector_set", "a\nb"),
            f"{RECORD}.generated: not names of instruction sets",
        ),
        (
            set_to(compilation, "generated.instructions", {f"set{i}": 1 for i in range(SETS)}),
            f"{RECORD}.generated: not names of instruction sets",
        ),
        (
            set_to(cost, "pays_off_steps", -1.0),
            f"summary.lanes.{COMPILED}.compilation: not in order",
        ),
        (
            set_to(departure, "other", "fp64"),
            "summary.departures.0: of a lane that is not in the plan",
        ),
        (set_to(departure, "compute.low", 9.0), "summary.departures.0: a ratio is not in order"),
    ],
)
def test_what_can_not_be_is_told(
    edit: Callable[[Result], None], fault: str, result: Result
) -> None:
    edit(result)
    assert list(faults(result)) == [fault]
