"""Verifying a run's folder: the untouched one passes, and each kind of change is told."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.model.result import Result
from bench.results import checksums
from bench.results.folder import RESULT, write_text
from bench.results.verify import PROBLEMS, verify
from tests.artifacts import consistent_result, summarize_again, write_artifact

Edit = Callable[[Result], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_artifact(tmp_path / "run", consistent_result())


def bench_verify(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", "verify", str(folder), *options],
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )


def edited(folder: Path, edit: Edit) -> list[str]:
    """The problems after an edit whose author has thought of the checksums."""
    result = consistent_result()
    edit(result)
    write_text(folder / RESULT, result.model_dump_json(indent=1) + "\n")
    checksums.write(folder)
    return verify(folder).problems


def test_an_untouched_artifact_is_valid(folder: Path) -> None:
    assert verify(folder).problems == []
    done = bench_verify(folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "valid: schema 1.0, checksums, the summary from the raw steps of 6 processes, "
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
        last.kernels, last.evidence = [], None
        assert last.record is not None
        last.record.compute.images -= 1  # it was ended in mid-step
        summarize_again(result)

    assert edited(folder, interrupt) == []


def test_json_has_the_problems(folder: Path) -> None:
    (folder / "report.md").unlink()
    done = bench_verify(folder, "--json")
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
def test_changed_files_are_told(change: Callable[[Path], object], told: str, folder: Path) -> None:
    change(folder)
    done = bench_verify(folder)
    assert done.returncode == 5
    assert told in done.stdout
    assert "Traceback" not in done.stderr


def _faster_step(result: Result) -> None:
    record = result.processes[0].record
    assert record is not None
    record.compute.timed.forward = [t // 2 for t in record.compute.timed.forward]


def _faster_figure(result: Result) -> None:
    result.summary.lanes[2].compute_ratios[0].value *= 1.01


def _other_images(result: Result) -> None:
    record = result.processes[0].record
    assert record is not None
    record.compute.images += 1
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


def _slow_clock(result: Result) -> None:
    result.processes[0].wall_seconds = 1.0


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (_faster_step, "summary.lanes."),
        (_faster_figure, "summary.lanes.2.compute_ratios.0.value is "),
        (lambda r: setattr(r.plan.lanes[0], "status", "invalid"), "lane fp32: invalid, but"),
        (lambda r: setattr(r.plan.lanes[0], "status", "planned"), "lane fp32: planned, but"),
        (lambda r: setattr(r.plan.lanes[3], "status", "measured"), "lane bf16-amx: measured, but"),
        (lambda r: setattr(r.plan.lanes[0], "status", "skipped"), "a lane that is skipped"),
        (lambda r: r.processes[0].kernels.pop(), "number of kernels is "),
        (lambda r: setattr(r.processes[0], "contradictions", ["x"]), "contradictions are not"),
        (lambda r: setattr(r.processes[0], "evidence", None), "number of kernels is "),
        (lambda r: setattr(r.processes[0], "record", None), "completed, but without a record"),
        (lambda r: setattr(r.processes[0], "position", 3), "position 3 of a round with 3 lanes"),
        (_other_images, "compute: 193 images in 12 steps of 16"),
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


def test_the_summary_of_another_bench_is_told_as_such(folder: Path) -> None:
    def other(result: Result) -> None:
        result.kit.version, result.summary.rounds_completed = "9.8.7", 7

    (problem,) = edited(folder, other)
    assert "(bench 9.8.7 wrote it, this is " in problem


def test_edited_evidence_is_told_even_with_new_sums(folder: Path) -> None:
    path = folder / "evidence/round01-bf16-avx512.txt"
    path.write_text(path.read_text().replace("avx512_core_bf16", "avx10_1_512_amx"))
    checksums.write(folder)
    problems = verify(folder).problems
    assert any(p.startswith("round 1, bf16-avx512: kernels.1.implementation is") for p in problems)
    assert any("contradictions are not those of its kernels" in p for p in problems)


def test_missing_evidence_is_told(folder: Path) -> None:
    (folder / "evidence/round01-fp32.txt").unlink()
    problems = verify(folder).problems
    assert "evidence/round01-fp32.txt: missing" in problems
    assert any("can't be read" in problem for problem in problems)


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda r: setattr(r.processes[0], "log", "../../etc/passwd"), "log: leads out"),
        (lambda r: setattr(r.processes[0], "evidence", "/etc/passwd"), "evidence: leads out"),
        (lambda r: setattr(r.processes[0], "lane", "fp64"), "lane: not in the plan"),
        (lambda r: r.processes[0].record.compute.timed.data.pop(), "not equally many"),
        (lambda r: setattr(r, "schema_version", "2.0"), "follows schema 2.0; this bench reads 1.0"),
    ],
)
def test_a_result_that_nobody_can_read_is_told(edit: Edit, told: str, folder: Path) -> None:
    problems = edited(folder, edit)
    assert told in problems[0]


def test_a_folder_without_a_result_is_no_artifact(tmp_path: Path) -> None:
    done = bench_verify(tmp_path)
    assert done.returncode == 3
    assert "remedy: name a run's folder" in done.stderr


def test_problems_without_end_are_cut(folder: Path) -> None:
    for i in range(PROBLEMS + 5):
        (folder / f"extra{i:03}").write_text("x")
    problems = verify(folder).problems
    assert len(problems) == PROBLEMS + 1
    assert problems[-1] == "there are more"
