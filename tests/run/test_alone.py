"""One run at a time: in a folder by a lock, on a host by a warning, in `latest` by its own link."""

import errno
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from bench.errors import BenchError, Exit
from bench.report.progress import PlainDisplay
from bench.results.folder import read
from bench.results.lock import LOCK, Lock, of_unfinished
from bench.results.verify import verify
from bench.run.others import others_measuring, runs_bench
from bench.run.session import Run
from bench.run.supervise import Interrupted
from tests.artifacts import states
from tests.cli.conftest import bench  # noqa: F401
from tests.run.test_run import (  # noqa: F401
    ROOT,
    _find_the_kit,
    _quickly,
    data_dir,
    go_on,
    here,
    in_its_own_process,
    planned,
    run,
)


@pytest.fixture
def controller(tmp_path, data_dir):  # noqa: F811
    """A run under way in a process of its own, and its folder."""
    plan = planned(rounds=1, fp32="completes", fp32_ipex="hangs")
    process, log = in_its_own_process(plan, tmp_path, data_dir)
    yield process, (tmp_path / "results/latest").resolve()
    process.kill()
    process.wait()
    os.kill(int(log.read_text().split()[1]), signal.SIGKILL)


def test_the_second_in_a_folder_ends_with_3_and_names_the_first(controller, bench):  # noqa: F811
    first, folder = controller
    before = (folder / "result.json").read_bytes()
    done = bench("run", "--resume", folder)
    assert done.returncode == Exit.CANNOT
    assert f"another process works in {folder}: process {first.pid}, begun at" in done.stderr
    assert (folder / "result.json").read_bytes() == before
    assert "the run is under way" in bench("report", folder).stderr

    first.send_signal(signal.SIGKILL)
    first.wait()
    said = bench("report", folder)
    assert said.returncode == 0
    assert f"its process is dead (process {first.pid}, begun at" in said.stderr
    assert f"go on with: bench run --resume {folder}" in said.stderr


def test_a_run_holds_its_folder_from_begin_to_end(tmp_path, data_dir):  # noqa: F811
    plan = planned(fp32="completes")
    told = PlainDisplay(io.StringIO(), plan)
    under_way = Run.begin(here(), plan, tmp_path / "results", ["bench"], told)
    with pytest.raises(BenchError, match="another process works in"):
        Lock(under_way.folder)
    assert of_unfinished(under_way.folder) == "the run is under way: what is here may change"
    under_way.measure(data_dir)
    assert not (under_way.folder / LOCK).exists()


def test_a_finished_run_that_is_resumed_changes_nothing(tmp_path, data_dir, bench):  # noqa: F811
    folder = run(planned(rounds=2, fp32="completes"), tmp_path, data_dir).folder
    before = states(folder)
    done = bench("run", "--resume", folder)
    assert done.returncode == Exit.DONE
    assert "nothing is left to do, and nothing was changed: all 2 rounds done" in done.stdout
    assert states(folder) == before


def test_a_failed_run_that_has_no_lane_left_is_left_alone(tmp_path, data_dir, bench):  # noqa: F811
    under_way = run(planned(rounds=2, fp32="crashes"), tmp_path, data_dir)
    before = (under_way.folder / "result.json").stat().st_mtime_ns
    done = bench("run", "--resume", under_way.folder)
    assert done.returncode == under_way.exit_code == Exit.LANE_FAILED
    assert "nothing was changed: no lane is left to run" in done.stdout
    assert (under_way.folder / "result.json").stat().st_mtime_ns == before


def test_another_run_on_the_host_is_told_before_anything_is_measured(tmp_path, data_dir):  # noqa: F811
    code = "import sys; print(1, flush=True); sys.stdin.read()"
    other = subprocess.Popen(
        [sys.executable, "-c", code, "-m", "bench", "--debug", "run", "--lane", "fp32"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    other.stdout.readline()
    plan = planned(fp32="completes")
    said = io.StringIO()
    Run.begin(here(), plan, tmp_path, [], PlainDisplay(said, plan)).measure(data_dir)
    other.communicate()
    warned, started = f"another bench run measures on this host, process {other.pid} ", "round 1"
    assert 0 <= said.getvalue().find(warned) < said.getvalue().find(started)
    assert not any(f"process {other.pid} " in each for each in others_measuring())


@pytest.mark.parametrize(
    ("command", "whether"),
    [
        ("/env/bin/python -m bench run", True),
        ("/env/bin/python3.11 /env/bin/bench --debug run --resume x", True),
        ("python -m bench report run", False),
        ("python -m bench.worker run", False),
        ("bash -c bench run", False),
        ("make run bench", False),
        ("", False),
    ],
)
def test_what_a_run_is_known_by(command, whether):
    assert runs_bench(command.split()) == whether


@pytest.mark.parametrize("what", ["file", "folder", "link elsewhere", "own", "dangling"])
def test_only_a_run_s_own_link_is_replaced(what, tmp_path, data_dir):  # noqa: F811
    results = tmp_path / "results"
    latest = results / "latest"
    results.mkdir()
    if what == "file":
        latest.write_text("mine")
    elif what == "folder":
        (latest / "mine").mkdir(parents=True)
    elif what == "link elsewhere":
        latest.symlink_to(tmp_path)
    else:
        latest.symlink_to("20260101T000000Z-x-quick")
    before = latest.lstat()
    plan = planned(fp32="completes")
    said = io.StringIO()
    under_way = Run.begin(here(), plan, results, ["bench"], PlainDisplay(said, plan))
    under_way.lock.__exit__()
    if what in ("own", "dangling"):
        assert latest.resolve() == under_way.folder.resolve()
        assert said.getvalue() == ""
    else:
        assert latest.lstat() == before
        assert f"note: {latest} is not a link to a run, and was left as it is" in said.getvalue()
        assert str(under_way.folder) in said.getvalue()


def test_a_run_that_goes_on_says_so_before_its_first_process_ends(tmp_path, data_dir, monkeypatch):  # noqa: F811
    under_way = run(planned(rounds=1, fp32="completes"), tmp_path, data_dir)
    seen = []

    def look(*_):
        seen.append(read(under_way.folder).status)
        raise BenchError("no data today")

    monkeypatch.setattr("bench.run.session.prepare_data", look)
    with pytest.raises(BenchError, match="no data today"):
        go_on(under_way.folder, under_way.result, data_dir)
    assert seen == ["running"]
    assert len(read(under_way.folder).processes) == 1, "nothing is lost"


def test_after_each_round_it_is_told_how_precise_the_run_is(tmp_path, data_dir):  # noqa: F811
    class Told(PlainDisplay):
        standings = []

        def standing(self, standing):
            self.standings.append(standing)

    plan = planned(rounds=2, fp32="completes", fp32_ipex="completes")
    told = Told(io.StringIO(), plan)
    Run.begin(here(), plan, tmp_path, [], told).measure(data_dir)
    assert [each.rounds_done for each in told.standings] == [1, 2]
    assert {each.rounds_most for each in told.standings} == {2}


def test_a_killed_run_s_logs_are_made_private_when_it_goes_on(tmp_path, data_dir):  # noqa: F811
    under_way = run(planned(rounds=1, fp32="completes"), tmp_path, data_dir)
    log = under_way.folder / "logs/round01-fp32.log"
    log.write_text("Traceback: /srv/someone/x.py\n")
    go_on(under_way.folder, under_way.result, data_dir)
    assert log.read_text() == "Traceback: {elsewhere}/x.py\n"


def test_no_artifact_tells_where_or_who(tmp_path, data_dir, monkeypatch):  # noqa: F811
    """Every file of a run whose lanes fail with paths in their words, of a user with a name."""
    home = tmp_path / "home" / "alice"
    (home / "sets").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USER", "alice")
    plan = planned(
        rounds=2,
        fp32="completes",
        fp32_ipex="tells_paths",
        changes={
            "scrubbed": {"LD_PRELOAD": f"{home}/lib/x.so"},
            "notes": [f"{home}/bin/numactl is not there"],
        },
    )
    command = ["bench", "run", "--results", str(home / "results"), f"--data-dir={home}/sets"]
    told = PlainDisplay(io.StringIO(), plan)
    under_way = Run.begin(here(), plan, home / "results", command, told)
    under_way.measure(home / "sets")
    assert under_way.exit_code == Exit.LANE_FAILED, "its words are in the artifact"
    for path in under_way.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for private in (str(tmp_path), "alice", str(ROOT), str(Path(sys.prefix))):
                assert private.encode() not in content, (path, private)
    log = (under_way.folder / "logs/round01-fp32-ipex.log").read_text()
    assert "no {data}/x in {run}" in log
    assert under_way.result.command[2:] == ["--results", "~/results", "--data-dir=~/sets"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_it_is_saved_leaves_a_whole_artifact(
    number,
    tmp_path,
    data_dir,  # noqa: F811
    monkeypatch,
):
    def draws(_result, folder):
        os.kill(os.getpid(), number)
        (folder / "charts/speedup.svg").write_text("<svg/>")

    monkeypatch.setattr("bench.run.saving.render_pictures", draws)
    under_way = run(planned(fp32="completes"), tmp_path, data_dir)
    assert (under_way.exit_code, under_way.result.status) == (Exit.DONE, "completed")
    assert verify(under_way.folder).problems == []


def test_an_interrupt_that_nobody_catches_is_an_end_and_no_crash():
    assert Interrupted(signal.SIGTERM).code == 143
    assert isinstance(Interrupted(signal.SIGINT), SystemExit)


def test_pictures_that_find_no_room_cost_nothing_that_was_measured(
    tmp_path,
    data_dir,  # noqa: F811
    monkeypatch,
):
    def full(_result, folder):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder / "charts/speedup.png"))

    monkeypatch.setattr("bench.run.saving.render_pictures", full)
    plan = planned(fp32="completes")
    under_way = Run.begin(here(), plan, tmp_path, [], PlainDisplay(io.StringIO(), plan))
    with pytest.raises(BenchError, match=r"is saved, but .*speedup.png: No space left") as caught:
        under_way.measure(data_dir)
    assert caught.value.remedy.endswith(f"bench report --write {under_way.folder}")
    assert read(under_way.folder).status == "completed"


def test_what_a_killed_run_left_half_written_is_no_part_of_the_next(tmp_path, data_dir):  # noqa: F811
    under_way = run(planned(rounds=1, fp32="completes"), tmp_path, data_dir)
    half = under_way.folder / ".result.json.0a1b2c3d"
    half.write_text("{")
    go_on(under_way.folder, under_way.result, data_dir)
    assert not half.exists()
    assert verify(under_way.folder).problems == []


def test_processes_that_are_hidden_are_no_crash(monkeypatch):
    def hidden(_):
        raise psutil.AccessDenied(1)

    monkeypatch.setattr(psutil.Process, "parents", hidden)
    assert isinstance(list(others_measuring()), list)


def test_a_lane_that_failed_in_a_finished_run_is_not_tried_again(tmp_path, data_dir, bench):  # noqa: F811
    folder = run(
        planned(rounds=1, fp32="completes", fp32_ipex="crashes"), tmp_path, data_dir
    ).folder
    before = (folder / "result.json").read_bytes()
    done = bench("run", "--resume", folder)
    assert done.returncode == Exit.LANE_FAILED
    assert "nothing was changed: the one round done" in done.stdout
    assert "is not tried again: begin a new run" in done.stdout
    as_data = bench("run", "--resume", folder, "--json")
    assert as_data.returncode == Exit.LANE_FAILED
    assert json.loads(as_data.stdout) == json.loads(before)
    assert "nothing was changed" in as_data.stderr
    assert (folder / "result.json").read_bytes() == before
