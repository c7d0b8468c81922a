"""Results folders that fill up, vanish or turn read-only in mid-run: what was measured is kept."""

import io
import shutil
import subprocess
import time
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import psutil
import pytest

import bench.run.running
import bench.run.session
from bench.errors import BenchError, Exit
from bench.report.progress import PlainDisplay
from bench.results.folder import read
from bench.results.verify import verify
from bench.run.session import Run
from tests.run.test_run import ROOT, _quickly, here, planned  # noqa: F401


@pytest.fixture
def small_disk(tmp_path):
    """A file system of one MiB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "bench-test", str(folder)], capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("mounting a file system needs root")
    yield folder
    while folder.is_mount():
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(autouse=True)
def _find_the_kit(monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("BENCH_FAULT_TEST", str(tmp_path))


@pytest.fixture
def data_dir(tmp_path_factory):
    return tmp_path_factory.getbasetemp() / "data"


def run(results, data_dir, sabotage, rounds=3):
    """A run whose folder is sabotaged once its first process has been saved; what it raised."""
    plan = planned(rounds=rounds, fp32="takes_turns", fp32_ipex="takes_turns")

    class Saboteur(PlainDisplay):
        def lane_ended(self, process):
            super().lane_ended(process)
            if (process.round, process.lane) == (1, under_way.result.processes[0].lane):
                sabotage(under_way.folder)

    told = Saboteur(io.StringIO(), plan)
    under_way = Run.begin(here(), plan, results, ["bench", "run"], told)
    with pytest.raises(BenchError) as caught:
        under_way.measure(data_dir)
    assert caught.value.code == Exit.CANNOT
    return under_way, caught.value


def rescued(error):
    return Path(error.remedy.split(";")[0].removeprefix("what was measured is in "))


def nobody_is_left(mark):
    end = time.monotonic() + 10
    while True:
        left = []
        for process in psutil.process_iter(["cmdline"]):
            if any("scripted.py" in word for word in process.info["cmdline"] or []):
                try:
                    marked = process.environ().get("BENCH_FAULT_TEST") == str(mark)
                except psutil.Error:
                    continue
                left += [process] if marked and process.status() != "zombie" else []
        if not left:
            return True
        assert time.monotonic() < end, left
        time.sleep(0.1)


def fill(folder):
    with (folder / "ballast").open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            return


def make_read_only(folder):
    """Through a mount on top: the one below is busy, since a log is open in it."""
    disk = next(str(p) for p in folder.parents if p.name == "disk")
    subprocess.run(["mount", "--bind", disk, disk], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", disk], check=True)


@pytest.mark.parametrize("sabotage", [fill, make_read_only])
def test_a_disk_that_can_not_be_written_any_more(sabotage, small_disk, tmp_path, data_dir):
    under_way, error = run(small_disk / "results", data_dir, sabotage)
    kept = rescued(error)
    assert "can't go on" in error.cause
    assert read(kept) == under_way.result
    assert len(read(kept).processes) >= 1
    saved = read(under_way.folder)
    assert saved.processes == under_way.result.processes[: len(saved.processes)], "whole, if older"
    assert nobody_is_left(tmp_path)
    shutil.rmtree(kept)


def test_a_folder_that_is_removed(tmp_path, data_dir):
    under_way, error = run(tmp_path / "results", data_dir, shutil.rmtree)
    kept = rescued(error)
    assert read(kept).processes == under_way.result.processes != []
    assert nobody_is_left(tmp_path)
    shutil.rmtree(kept)


def test_the_clock_may_be_stepped(tmp_path, data_dir, monkeypatch):
    """An hour back in mid-run: durations are of a clock that nobody can set."""

    class Stepped(datetime):
        """The host's clock, set back by an hour after the run's first look at it."""

        looks = count()

        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) - timedelta(hours=min(next(cls.looks), 1))

    for module in (bench.run.session, bench.run.running):
        monkeypatch.setattr(module, "datetime", Stepped)
    plan = planned(rounds=2, fp32="takes_turns", fp32_ipex="takes_turns")
    told = PlainDisplay(io.StringIO(), plan)
    under_way = Run.begin(here(), plan, tmp_path / "results", ["bench", "run"], told)
    under_way.measure(data_dir)
    result = read(under_way.folder)
    assert result.status == "completed"
    assert result.finished_at < result.started_at, "the clock was stepped"
    assert all(0 < process.wall_seconds < 60 for process in result.processes)
    assert verify(under_way.folder).problems == []
