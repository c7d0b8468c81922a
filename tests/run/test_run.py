"""Whole runs of scripted workers: real processes, real files, no torch."""

import io
import json
import shutil
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from bench.errors import BenchError, Exit
from bench.model.result import Data
from bench.model.workload import DataSpec
from bench.report.progress import PlainDisplay
from bench.results.folder import read
from bench.results.verify import verify
from bench.run.session import Run
from tests.factories import make_plan
from tests.host_factory import known, make_host, make_stack
from tests.lanes import make_lane

SCRIPT = Path(__file__).parent.parent / "workers" / "scripted.py"
ROOT = SCRIPT.parent.parent.parent


def planned(rounds=1, limit=30.0, changes=None, **how):
    """A plan in which each lane named does what `how` says; `-` is written `_`."""
    lanes = [
        make_lane(
            name.replace("_", "-"),
            environment={"ONEDNN_MAX_CPU_ISA": "AVX512_CORE"},
            command=acting(act),
            preload=[],
        )
        for name, act in how.items()
    ]
    facts = {
        "data_requested": "synthetic",
        "data_samples": 40,
        "lane_limit_seconds": limit,
        "time_budget_seconds": None,
    }
    return make_plan(lanes, rounds=rounds, **(facts | (changes or {})))


def acting(act):
    """The command of a worker that does what `act` says."""
    return [sys.executable, str(SCRIPT), act, "SPEC"]


def here():
    """A host whose stack is the environment that runs the tests."""
    host = make_host()
    host.stacks = [make_stack(python=known(sys.executable))]
    return host


def going_on(result):
    """The result of a run that ended early, as it is resumed; its workers now complete."""
    lanes = [lane.model_copy(update={"command": acting("completes")}) for lane in result.plan.lanes]
    result.plan = result.plan.model_copy(update={"lanes": lanes})
    result.status, result.finished_at = "running", None
    result.host = here()  # whose paths an artifact does not tell
    return result


@pytest.fixture
def data_dir(tmp_path_factory):
    return tmp_path_factory.getbasetemp() / "data"


@pytest.fixture(autouse=True)
def _find_the_kit(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def data_at_once(_host, plan, data_dir, _work, artifact):
    """What the data's process comes to, without starting one."""
    (artifact / "logs/data.log").write_text("")
    spec = DataSpec(kind="synthetic", root=str(data_dir.resolve()), samples=plan.data_samples)
    return Data(spec=spec, reason="asked for")


@pytest.fixture(autouse=True)
def _quickly(request, monkeypatch):
    """Data are made and charts drawn in one test only: both take longer than a scripted run."""
    if request.function is not test_the_artifact_is_complete:
        monkeypatch.setattr("bench.run.session.prepare_data", data_at_once)
        monkeypatch.setattr("bench.run.saving.render_pictures", lambda result, folder: None)


def run(plan, tmp_path, data_dir):
    told = io.StringIO()
    under_way = Run.begin(
        here(), plan, tmp_path / "results", ["bench", "run"], PlainDisplay(told, plan)
    )
    under_way.measure(data_dir)
    assert "trains on synthetic data: asked for" in told.getvalue()
    assert all(note in told.getvalue() for note in plan.notes)
    assert read(under_way.folder) == under_way.result, "the file says what the run knows"
    return under_way


def in_its_own_process(plan, tmp_path, data_dir):
    """A run under way in lane fp32-ipex of its first round: its process, and that lane's log."""
    (tmp_path / "plan.json").write_text(plan.model_dump_json())
    controller = subprocess.Popen(
        [sys.executable, "-m", "tests.run.controller", str(tmp_path), str(data_dir)], cwd=ROOT
    )
    log = tmp_path / "results/latest/logs/round01-fp32-ipex.log"
    _wait_for(lambda: log.exists() and "pid" in log.read_text())
    return controller, log


def go_on(folder, before, data_dir):
    """The run in the folder, resumed till its end; its workers now complete."""
    result = going_on(before.model_copy(deep=True))
    under_way = Run(folder, result, PlainDisplay(io.StringIO(), result.plan))
    under_way.measure(data_dir)
    return under_way


def reason(under_way, lane):
    return next(x for x in under_way.result.summary.lanes if x.lane == lane).reason


def test_every_round_runs_every_lane_once_in_its_own_process(tmp_path, data_dir):
    plan = planned(rounds=3, fp32="completes", fp32_ipex="completes")
    under_way = run(plan, tmp_path, data_dir)
    result = under_way.result
    assert under_way.exit_code == Exit.DONE
    assert result.status == "completed"
    assert sorted((p.round, p.lane) for p in result.processes) == [
        (r, lane) for r in (1, 2, 3) for lane in ("fp32", "fp32-ipex")
    ]
    assert result.summary.rounds_completed == 3
    fp32 = result.summary.lanes[0]
    assert fp32.compute_samples_per_second.median == pytest.approx(160.0)


def test_the_artifact_is_complete(tmp_path, data_dir):
    folder = run(planned(fp32="completes", fp32_ipex="completes"), tmp_path, data_dir).folder
    found = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    assert {
        "result.json",
        "samples.csv",
        "report.md",
        "report.html",
        "charts/speedup.svg",
        "charts/speedup.png",
        "charts/training_time.svg",
        "charts/step_phases.png",
        "logs/round01-fp32.log",
    } <= found
    assert not [name for name in found if name.endswith(".part")]
    latest = folder.parent / "latest"
    assert latest.is_symlink()
    assert latest.resolve() == folder.resolve()
    assert verify(folder).problems == []


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("crashes", "left no record"),
        ("dies", "left no record"),
        ("fails_with_code_zero", "left no record"),
        ("talks", "left no record"),
        ("writes_nonsense", "wrote a record that can't be read"),
    ],
)
def test_a_lane_that_fails_is_told_and_the_others_go_on(how, why, tmp_path, data_dir):
    under_way = run(planned(rounds=2, fp32=how, fp32_ipex="completes"), tmp_path, data_dir)
    assert under_way.exit_code == Exit.LANE_FAILED
    assert why in reason(under_way, "fp32")
    outcomes = [(p.lane, p.outcome) for p in under_way.result.processes]
    assert outcomes.count(("fp32-ipex", "completed")) == 2
    assert outcomes.count(("fp32", "failed")) == 1, "it is not started again"


def test_a_hung_lane_is_ended_at_its_limit(tmp_path, data_dir):
    plan = planned(fp32="hangs", fp32_ipex="completes", limit=1.0)
    under_way = run(plan, tmp_path, data_dir)
    assert "time limit" in reason(under_way, "fp32")
    pid = (under_way.folder / "logs/round01-fp32.log").read_text().split()[1]
    assert not Path("/proc", pid).exists()


def test_an_orphan_is_not_left_behind_by_a_lane_that_completed(tmp_path, data_dir):
    under_way = run(planned(fp32="leaves_orphan"), tmp_path, data_dir)
    assert under_way.exit_code == Exit.DONE
    assert under_way.result.processes[0].wall_seconds < 20


def test_every_lane_failing_ends_the_run(tmp_path, data_dir):
    under_way = run(planned(rounds=5, fp32="crashes"), tmp_path, data_dir)
    assert (under_way.result.status, under_way.exit_code) == ("failed", Exit.LANE_FAILED)
    assert len(under_way.result.processes) == 1


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_saves_what_was_measured(signum, code, tmp_path, data_dir):
    """The controller is a process of its own here, signalled in the middle of its second lane."""
    plan = planned(rounds=1, fp32="completes", fp32_ipex="hangs")
    controller, log = in_its_own_process(plan, tmp_path, data_dir)
    controller.send_signal(signum)
    assert controller.wait(30) == code
    result = read(tmp_path / "results/latest")
    assert result.status == "interrupted"
    assert {p.lane: p.outcome for p in result.processes} == {
        "fp32": "completed",
        "fp32-ipex": "interrupted",
    }
    assert result.summary.lanes[0].compute_samples_per_second is not None
    assert not Path("/proc", log.read_text().split()[1]).exists()


def test_a_folder_that_cannot_be_written_is_refused_before_anything_runs(tmp_path):
    (tmp_path / "results").write_text("a file, not a folder")
    plan = planned(fp32="completes")
    with pytest.raises(BenchError) as caught:
        Run.begin(here(), plan, tmp_path / "results", [], PlainDisplay(io.StringIO(), plan))
    assert caught.value.code == Exit.CANNOT
    assert "--results" in caught.value.remedy


def test_a_folder_that_vanishes_in_mid_run_is_said_plainly(tmp_path, data_dir):
    plan = planned(fp32="completes")
    told = PlainDisplay(io.StringIO(), plan)
    under_way = Run.begin(here(), plan, tmp_path / "results", [], told)
    under_way.folder.rename(tmp_path / "elsewhere")
    with pytest.raises(BenchError, match="can't go on") as caught:
        under_way.measure(data_dir)
    kept = Path(caught.value.remedy.split(";")[0].removeprefix("what was measured is in "))
    assert read(kept) == under_way.result
    shutil.rmtree(kept)


def test_lanes_alive_together_take_turns_one_at_a_time(tmp_path, data_dir):
    plan = planned(rounds=2, fp32="takes_turns", fp32_ipex="takes_turns")
    result = run(plan, tmp_path, data_dir).result
    for number in (1, 2):
        spans = sorted(
            (turn.at, turn.at + 0.05, process.lane)
            for process in result.processes
            if process.round == number
            for turn in process.record.compute.turns
        )
        assert len(spans) == 6
        for (_, end, _), (begin, _, _) in pairwise(spans):
            assert end <= begin, "two lanes worked at once"
        cycles = [[lane for _, _, lane in spans[i : i + 2]] for i in (0, 2, 4)]
        assert all(sorted(cycle) == sorted(x.id for x in plan.lanes) for cycle in cycles)
    assert result.summary.lanes[0].compute_samples_per_second.rounds == 2


def test_lanes_apart_run_one_after_the_other(tmp_path, data_dir):
    plan = planned(fp32="takes_turns", fp32_ipex="takes_turns", changes={"together": False})
    spans = [
        (p.record.compute.turns[0].at, p.record.compute.turns[-1].at + 0.05)
        for p in run(plan, tmp_path, data_dir).result.processes
    ]
    (_, first_end), (second_begin, _) = sorted(spans)
    assert first_end <= second_begin


def test_rounds_are_added_until_the_intervals_are_narrow(tmp_path, data_dir):
    rounds = {"rounds_min": 4, "rounds_max": 9, "target_precision": 0.02}
    plan = planned(fp32="completes", fp32_ipex="completes", changes=rounds)
    result = run(plan, tmp_path, data_dir).result
    assert result.summary.rounds_completed == 4, "equal steps: the interval has no width"
    assert "within ±2.0 %" in result.stop_reason


def test_the_time_budget_ends_a_run_that_is_not_precise(tmp_path, data_dir):
    rounds = {"rounds_min": 4, "rounds_max": 9, "time_budget_seconds": 0.01}
    plan = planned(fp32="completes", fp32_ipex="completes", changes=rounds)
    result = run(plan, tmp_path, data_dir).result
    assert result.summary.rounds_completed == 1
    assert "time budget" in result.stop_reason
    assert "room for 1 round; 4 were wanted: --time-budget" in result.stop_reason


def test_a_lane_without_evidence_is_invalid_and_has_no_figures(tmp_path, data_dir):
    plan = planned(rounds=2, fp32="completes", fp32_ipex="leaves_no_evidence")
    under_way = run(plan, tmp_path, data_dir)
    assert under_way.exit_code == Exit.LANE_FAILED
    assert len([p for p in under_way.result.processes if p.lane == "fp32-ipex"]) == 1
    summary = next(x for x in under_way.result.summary.lanes if x.lane == "fp32-ipex")
    assert summary.state == "invalid"
    assert (summary.compute_samples_per_second, summary.compute_ratios) == (None, [])


def test_a_controller_killed_in_mid_round_loses_nothing_that_was_saved(tmp_path, data_dir):
    """Its workers save and end by themselves; a resumed run takes that in and goes on."""
    plan = planned(rounds=2, fp32="completes", fp32_ipex="saves_when_alone")
    controller, log = in_its_own_process(plan, tmp_path, data_dir)
    controller.kill()
    controller.wait(10)
    _wait_for(lambda: not Path("/proc", log.read_text().split()[1]).exists())
    folder = (tmp_path / "results/latest").resolve()
    before = read(folder)
    assert before.status == "running"
    go_on(folder, before, data_dir)
    result = read(folder)
    assert result.status == "completed"
    alone = next(p for p in result.processes if (p.round, p.lane) == (1, "fp32-ipex"))
    assert alone.outcome == "interrupted"
    assert len(alone.record.compute.timed) == 3
    assert {p.round for p in result.processes} == {1, 2, 3}, "a broken round is not one of the two"
    assert result.summary.rounds_completed == 2


def test_raw_steps_are_kept(tmp_path, data_dir):
    folder = run(planned(fp32="completes"), tmp_path, data_dir).folder
    record = json.loads((folder / "result.json").read_text())["processes"][0]["ranks"][0]["record"]
    assert record["compute"]["timed"]["forward"] == [40_000_000] * 3
    assert (folder / "samples.csv").read_text().count("\n") == 1 + 6


def _wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
