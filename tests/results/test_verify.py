"""Verifying a run's folder: the untouched one passes, and each kind of change is told."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.analysis.method import ANALYSIS_VERSION
from bench.model.record import Compilation, Generated
from bench.model.result import Result
from bench.results import checksums
from bench.results.folder import RESULT, write_text
from bench.results.verify import PROBLEMS, verify
from tests.artifacts import consistent_result, copy_artifact, summarize_again, write_artifact
from tests.cli.conftest import bench  # noqa: F401

Edit = Callable[[Result], object]
Bench = Callable[..., Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_artifact(tmp_path / "run")


def edited(folder: Path, edit: Edit) -> list[str]:
    """The problems after an edit whose author has thought of the checksums."""
    result = consistent_result().model_copy(deep=True)
    edit(result)
    write_text(folder / RESULT, result.model_dump_json(indent=1) + "\n")
    checksums.write(folder)
    return verify(folder).problems


def test_an_untouched_artifact_is_valid(folder: Path, bench: Bench) -> None:  # noqa: F811
    assert verify(folder).problems == []
    done = bench("verify", folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "valid: schema 2.0, checksums, the summary from the raw steps of 6 processes, "
        "kernels from oneDNN's lines\n"
    )


def test_a_link_to_the_folder_is_as_good(folder: Path) -> None:
    latest = folder.parent / "latest"
    latest.symlink_to("run")
    assert verify(latest).problems == []


@pytest.mark.parametrize("failing", [{}, {"fp32-ipex": "it died"}])
def test_other_honest_artifacts_are_valid(failing: dict[str, str], tmp_path: Path) -> None:
    result = consistent_result(rounds=3, failing=failing)
    assert verify(write_artifact(tmp_path, result)).problems == []


def test_an_interrupted_run_is_valid(folder: Path) -> None:
    def interrupt(result: Result) -> None:
        last = result.processes[-1]
        last.outcome, last.reason = "interrupted", "the run was ended meanwhile"
        last.ranks[0].kernels, last.ranks[0].evidence = [], None
        last.ranks[0].announced = []
        assert last.record is not None
        last.record.compute.samples -= 1  # it was ended in mid-step
        summarize_again(result)

    assert edited(folder, interrupt) == []


def test_json_has_the_problems(folder: Path, bench: Bench) -> None:  # noqa: F811
    (folder / "report.md").unlink()
    done = bench("verify", folder, "--json")
    assert done.returncode == 5
    told = json.loads(done.stdout)
    assert told["problems"] == ["report.md: missing"]
    assert told["valid"] is False


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda f: (f / "notes.txt").write_text("x"), "notes.txt: not in SHA256SUMS"),
        (lambda f: (f / "samples.csv").unlink(), "samples.csv: missing"),
        (
            lambda f: (f / "logs/round01-fp32.log").write_text("x"),
            "logs/round01-fp32.log: changed since it was summed",
        ),
        (lambda f: (f / "SHA256SUMS").unlink(), "SHA256SUMS: missing"),
        (
            lambda f: (f / RESULT).write_text((f / RESULT).read_text() + " "),
            "result.json: changed since it was summed",
        ),
    ],
)
def test_changed_files_are_told(
    change: Callable[[Path], object],
    told: str,
    folder: Path,
    bench: Bench,  # noqa: F811
) -> None:
    change(folder)
    done = bench("verify", folder)
    assert done.returncode == 5
    assert told in done.stdout
    assert "Traceback" not in done.stderr


def _faster_step(result: Result) -> None:
    record = result.processes[0].record
    assert record is not None
    record.compute.timed.forward = [t // 2 for t in record.compute.timed.forward]


def _faster_figure(result: Result) -> None:
    result.summary.lanes[2].compute_ratios[0].value *= 1.01


def _other_samples(result: Result) -> None:
    record = result.processes[0].record
    assert record is not None
    record.compute.samples += 1
    summarize_again(result)


def _other_turns(result: Result) -> None:
    record = result.processes[0].record
    assert record is not None
    record.end_to_end.turns[0].steps += 1
    summarize_again(result)


def _twice(result: Result) -> None:
    result.processes.append(result.processes[0])
    summarize_again(result)


def _later_round(result: Result) -> None:
    for process in result.processes:
        process.round += process.round - 1
    summarize_again(result)


def _skip(result: Result) -> None:
    """Say that the host could not run the first lane, which it did."""
    first, *rest = result.plan.lanes
    skipped = first.model_copy(update={"intention": "skipped", "reason": "no AVX"})
    result.plan = result.plan.model_copy(update={"lanes": [skipped, *rest]})
    summarize_again(result)


def _other_baseline(result: Result) -> None:
    result.plan = result.plan.model_copy(update={"baseline": "fp32-ipex"})


def _other_constants(result: Result) -> None:
    result.summary.method.constants["interval_level"] = 0.5


def _state(lane: int, state: str) -> Edit:
    return lambda result: setattr(result.summary.lanes[lane], "state", state)


def _rank(field: str, value: object) -> Edit:
    return lambda result: setattr(result.processes[0].ranks[0], field, value)


def _slow_clock(result: Result) -> None:
    result.processes[0].wall_seconds = 1.0


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (_faster_step, "summary.lanes."),
        (_faster_figure, "summary.lanes.2.compute_ratios.0.value is "),
        (_state(0, "invalid"), "summary.lanes.0.state is invalid; the raw steps give measured"),
        (_state(0, "not reached"), "summary.lanes.0.state is not reached; the raw steps give"),
        (_state(3, "measured"), "summary.lanes.3.state is measured; the raw steps give skipped"),
        (_skip, "round 1, fp32: a process of a lane that is not planned to run"),
        (_other_baseline, "summary.baseline is fp32; the raw steps give fp32-ipex"),
        (_other_constants, "summary.method.constants.interval_level is 0.5; "),
        (lambda r: r.processes[0].kernels.pop(), "number of kernels is "),
        (_rank("contradictions", ["x"]), "contradictions are not"),
        (_rank("evidence", None), "number of kernels is "),
        (_rank("record", None), "completed, but without a record"),
        (lambda r: setattr(r.processes[0], "position", 3), "position 3 of a round with 3 lanes"),
        (_other_samples, "compute: 193 samples in 12 steps of 16"),
        (_other_turns, "end_to_end: its turns have other steps than the 10 timed"),
        (_twice, "there 2 times"),
        (_later_round, "no round 2, but later ones"),
        (_slow_clock, "the whole process 1.0 s"),
        (lambda r: setattr(r, "started_at", "noon"), "started_at is no time: noon"),
        (lambda r: setattr(r, "status", "running"), "the run has not ended"),
    ],
)
def test_a_result_that_disagrees_with_itself_is_told(edit: Edit, told: str, folder: Path) -> None:
    problems = edited(folder, edit)
    assert any(told in problem for problem in problems), problems


def test_a_host_whose_clock_was_stepped_left_a_valid_artifact(folder: Path) -> None:
    assert edited(folder, lambda r: setattr(r, "finished_at", "2020-01-01T00:00:00Z")) == []


def test_both_values_of_a_figure_are_told(folder: Path) -> None:
    (problem,) = edited(folder, lambda r: setattr(r.summary, "rounds_completed", 7))
    assert problem == "summary.rounds_completed is 7; the raw steps give 2"


def _of_another_analysis(result: Result) -> None:
    """Conclusions that another version of the analysis drew, in its own way."""
    method = result.summary.method.model_copy(update={"version": "1.9"})
    result.summary.method, result.summary.rounds_completed = method, 7
    result.processes[0].ranks[0].kernels.pop()


def test_conclusions_of_another_analysis_are_stale_and_not_false(folder: Path) -> None:
    assert edited(folder, _of_another_analysis) == []
    verified = verify(folder)
    (note,) = verified.notes
    assert (verified.code, verified.differences) == (0, None)
    assert "drawn by version 1.9 of the analysis" in note
    assert verified.checked == "schema 2.0, checksums, the raw steps", "and no conclusions"


def test_redrawing_shows_what_this_analysis_concludes(folder: Path, bench: Bench) -> None:  # noqa: F811
    edited(folder, _of_another_analysis)
    done = bench("verify", folder, "--redraw")
    assert done.returncode == 0
    assert "drawn by version 1.9 of the analysis" in done.stderr
    valid, *differences = done.stdout.splitlines()
    assert valid.startswith("valid: ")
    assert all(each.startswith("by this analysis: ") for each in differences)
    for told in ("summary.rounds_completed is 7; the raw steps give 2", "number of kernels is "):
        assert any(told in each for each in differences), told


def test_redrawing_the_same_conclusions_says_so(folder: Path) -> None:
    edited(folder, lambda result: setattr(result.summary.method, "version", "1.9"))
    assert verify(folder, redraw=True).differences == [
        *("summary.method.version is 1.9; the raw steps give " + ANALYSIS_VERSION,),
    ]


def test_there_is_nothing_to_redraw_in_an_artifact_of_this_analysis(folder: Path) -> None:
    assert verify(folder, redraw=True) == verify(folder)


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (_other_samples, "compute: 193 samples in 12 steps of 16"),
        (_twice, "there 2 times"),
        (_skip, "a process of a lane that is not planned to run"),
        (_slow_clock, "the whole process 1.0 s"),
    ],
)
def test_raw_steps_are_false_whoever_drew_the_conclusions(
    edit: Edit, told: str, folder: Path
) -> None:
    def both(result: Result) -> None:
        edit(result)
        _of_another_analysis(result)

    problems = edited(folder, both)
    assert any(told in problem for problem in problems), problems


def test_evidence_that_is_gone_is_told_whoever_drew_the_conclusions(folder: Path) -> None:
    edited(folder, _of_another_analysis)
    (folder / "evidence/round01-fp32.txt").unlink()
    checksums.write(folder)
    (problem,) = verify(folder).problems
    assert problem.startswith("evidence/round01-fp32.txt can't be read")


def test_edited_evidence_is_told_even_with_new_sums(folder: Path) -> None:
    path = folder / "evidence/round01-bf16-avx512.txt"
    path.write_text(path.read_text().replace("avx512_core_bf16", "avx10_1_512_amx"))
    checksums.write(folder)
    problems = verify(folder).problems
    assert any(p.startswith("round 1, bf16-avx512: kernels.1.implementation is") for p in problems)
    assert any("contradictions are not those of its kernels" in p for p in problems)


def test_generated_code_that_contradicts_its_lane_is_told(folder: Path) -> None:
    generated = Generated(vector_set="avx2", kernels=57, instructions={"avx512_core": 9})
    made = Compilation(cold=True, first_step_seconds=61.0, graphs=1, generated=generated)
    problems = edited(folder, lambda r: setattr(r.processes[0].record, "compilation", made))
    told = "contradictions are not those of its kernels: its code was generated for avx2"
    assert any(told in problem for problem in problems)


def test_missing_evidence_is_told(folder: Path) -> None:
    (folder / "evidence/round01-fp32.txt").unlink()
    problems = verify(folder).problems
    assert "evidence/round01-fp32.txt: missing" in problems
    assert any("can't be read" in problem for problem in problems)


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda r: setattr(r.processes[0], "log", "../../etc/passwd"), "log: leads out"),
        (_rank("evidence", "/etc/passwd"), "ranks.0.evidence: leads out"),
        (_rank("rank", 1), "ranks.0.rank: ranks count from 0"),
        (lambda r: setattr(r.processes[0].record, "rank", 1), "ranks.0.record.lane, record.rank"),
        (lambda r: setattr(r.processes[0].record, "lane", "fp32-ipex"), "another's than the"),
        (lambda r: setattr(r.processes[0], "lane", "fp64"), "lane: not in the plan"),
        (lambda r: r.processes[0].record.compute.timed.data.pop(), "not equally many"),
        (lambda r: setattr(r, "schema_version", "3.0"), "follows schema 3.0; this bench reads 2.0"),
    ],
)
def test_a_result_that_nobody_can_read_is_told(edit: Edit, told: str, folder: Path) -> None:
    problems = edited(folder, edit)
    assert told in problems[0]


def test_a_folder_without_a_result_is_no_artifact(tmp_path: Path, bench: Bench) -> None:  # noqa: F811
    done = bench("verify", tmp_path)
    assert done.returncode == 3
    assert "remedy: name a run's folder" in done.stderr


def test_problems_without_end_are_cut(folder: Path) -> None:
    for i in range(PROBLEMS + 5):
        (folder / f"extra{i:03}").write_text("x")
    problems = verify(folder).problems
    assert len(problems) == PROBLEMS + 1
    assert problems[-1] == "there are more"
