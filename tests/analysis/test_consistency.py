"""Whether a result agrees with itself; what a folder adds to that is told in tests/results."""

from collections.abc import Callable

import pytest

from bench.analysis.consistency import (
    drawn_by_another,
    evidence_problems,
    result_problems,
    summary_differences,
)
from bench.analysis.method import ANALYSIS_VERSION
from bench.analysis.summary import summarize
from bench.model.result import Result
from tests.factories import make_result
from tests.recorded_onednn import lines

Edit = Callable[[Result], object]


def consistent(rounds: int = 2) -> Result:
    """A result whose times add up."""
    result = make_result(rounds=rounds)
    for process in result.processes:
        process.wall_seconds = 90.0
    return result


def summarized(result: Result) -> Result:
    assert result.data is not None
    result.summary = summarize(result.plan, result.processes, result.data.spec.samples)
    return result


def test_a_consistent_result_has_no_problem() -> None:
    assert list(result_problems(consistent())) == []
    assert list(summary_differences(consistent())) == []
    assert drawn_by_another(consistent()) is None


def _other_samples(result: Result) -> None:
    record = result.processes[0].record
    assert record is not None
    record.compute.samples += 1
    summarized(result)


def _not_planned(result: Result) -> None:
    lanes = [
        lane.model_copy(update={"intention": "too large", "reason": "x"}) if i == 0 else lane
        for i, lane in enumerate(result.plan.lanes)
    ]
    result.plan = result.plan.model_copy(update={"lanes": lanes})
    summarized(result)


def _no_record(result: Result) -> None:
    result.processes[0].ranks[0].record = None
    summarized(result)


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (lambda r: setattr(r.summary.lanes[0], "state", "failed"), "summary.lanes.0.state is "),
        (lambda r: setattr(r.summary.lanes[0], "cautions", ["x"]), "number of summary.lanes.0.cau"),
        (lambda r: r.summary.method.constants.update(own_share_min=0.1), "own_share_min is 0.1"),
        (_other_samples, "compute: 193 samples in 12 steps of 16"),
        (_not_planned, "a process of a lane that is not planned to run"),
        (_no_record, "completed, but without a record"),
        (lambda r: setattr(r.processes[0], "position", 3), "position 3 of a round with 3 lanes"),
        (lambda r: setattr(r.processes[0], "wall_seconds", 1.0), "the whole process 1.0 s"),
        (lambda r: setattr(r, "status", "running"), "the run has not ended"),
    ],
)
def test_what_disagrees_is_told(edit: Edit, problem: str) -> None:
    result = consistent()
    edit(result)
    assert any(problem in each for each in result_problems(result))


def test_samples_are_held_against_the_lanes_own_batch() -> None:
    result = consistent()
    lanes = [
        lane.model_copy(update={"setup": lane.setup.model_copy(update={"batch_size": 8})})
        if lane.id == "fp32"
        else lane
        for lane in result.plan.lanes
    ]
    result.plan = result.plan.model_copy(update={"lanes": lanes})
    problems = list(result_problems(summarized(result)))
    assert len(problems) == 4, "both parts in both rounds"
    assert all("fp32: " in each and "steps of 8" in each for each in problems)


def test_conclusions_of_another_analysis_are_stale_and_no_problem() -> None:
    result = consistent()
    result.summary.method.version = "1.7"
    result.summary.lanes[0].state = "failed"
    assert drawn_by_another(result) == (
        f"its conclusions were drawn by version 1.7 of the analysis, not {ANALYSIS_VERSION}"
    )
    assert list(result_problems(result)) == []
    differences = list(summary_differences(result))
    assert "summary.lanes.0.state is failed; the raw steps give measured" in differences
    assert any(each.startswith("summary.method.version is 1.7") for each in differences)


def test_what_is_no_conclusion_is_checked_whoever_drew_them() -> None:
    result = consistent()
    result.summary.method.version = "1.7"
    result.processes[0].wall_seconds = 1.0
    (problem,) = result_problems(result)
    assert "the whole process 1.0 s" in problem


def test_the_lines_of_each_rank_are_held_against_its_kernels() -> None:
    result = consistent()
    process = result.processes[0]
    rank, lane = process.ranks[0], result.plan.lane(process.lane)
    kernels, contradicted = evidence_problems(process, rank, lane, "")
    assert f"number of kernels is {len(rank.kernels)}; {rank.evidence} gives 0" in kernels
    assert "contradictions are not those of its kernels: oneDNN printed no kernel" in contradicted
    process.outcome = "interrupted"
    rank.kernels = []
    assert list(evidence_problems(process, rank, lane, "")) == []
    changed, sets = evidence_problems(process, rank, lane, lines("3.7-ipex-fp32"))
    assert "number of kernels is 0" in changed
    assert "announced is []; " in sets
