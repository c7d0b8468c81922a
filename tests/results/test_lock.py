"""One process works in a run's folder: the second is told who does, and a dead one is known."""

import errno
import fcntl
import json
import os
import shlex
import signal
import subprocess
import sys

import pytest

from bench.errors import BenchError, Exit
from bench.results import checksums, lock
from bench.results.lock import LOCK, Lock, of_unfinished

HOLDS = "import sys; from pathlib import Path; from bench.results.lock import Lock; " + (
    "lock = Lock(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
)


@pytest.fixture
def other(tmp_path):
    """Another process, which holds the folder's lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.communicate()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(lock, "PAUSE_SECONDS", 0.001)


def test_the_second_process_is_told_who_is_the_first(other, tmp_path):
    with pytest.raises(BenchError, match=f"process {other.pid}, begun at 2") as caught:
        Lock(tmp_path)
    assert caught.value.code == Exit.CANNOT
    assert of_unfinished(tmp_path) == "the run is under way: what is here may change"


def test_the_lock_dies_with_its_process(other, tmp_path):
    other.send_signal(signal.SIGKILL)
    other.wait()
    assert f"its process is dead (process {other.pid}, begun at" in of_unfinished(tmp_path)
    assert f"bench run --resume {tmp_path}" in of_unfinished(tmp_path)
    with Lock(tmp_path) as held:
        assert held.note is None
        assert json.loads((tmp_path / LOCK).read_text())["pid"] == os.getpid()
    assert list(tmp_path.iterdir()) == [], "nothing is left of it"
    assert "no process works in its folder" in of_unfinished(tmp_path)


def test_the_command_to_go_on_can_be_copied_whatever_the_folder_is_called(tmp_path):
    folder = tmp_path / "it's my run"
    folder.mkdir()
    said = of_unfinished(folder)
    assert shlex.split(said.partition("go on with: ")[2])[3:] == [str(folder)]


def test_looking_writes_nothing(tmp_path):
    (tmp_path / LOCK).write_text("{}")
    before = (tmp_path.stat().st_mtime_ns, (tmp_path / LOCK).stat().st_mtime_ns)
    assert "its process is dead;" in of_unfinished(tmp_path)
    assert before == (tmp_path.stat().st_mtime_ns, (tmp_path / LOCK).stat().st_mtime_ns)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x"}', '{"pid": 1e99, "started": 0}'])
def test_what_a_stranger_put_into_it_does_no_harm(content, tmp_path):
    (tmp_path / LOCK).write_text(content)
    assert "its process is dead" in of_unfinished(tmp_path)
    with Lock(tmp_path):
        pass


def test_a_link_in_its_place_is_not_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / LOCK).symlink_to(victim)
    with pytest.raises(BenchError, match="can't be written"):
        Lock(tmp_path)
    assert victim.read_text() == "mine"
    assert "is not known" in of_unfinished(tmp_path)


def test_a_file_system_without_locks_is_said(tmp_path, monkeypatch):
    def none(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", none)
    with Lock(tmp_path) as held:
        assert "has no locks (No locks available)" in held.note
        assert of_unfinished(tmp_path) == "the run is under way: what is here may change"
        with pytest.raises(BenchError, match=f"process {os.getpid()}, begun"):
            Lock(tmp_path)
    (tmp_path / LOCK).write_text("{}")
    assert "whether its process lives is not known: No locks" in of_unfinished(tmp_path)


def test_a_folder_that_is_not_there_or_can_not_be_written(tmp_path):
    with pytest.raises(BenchError, match="can't be written: No such file") as caught:
        Lock(tmp_path / "none")
    assert caught.value.code == Exit.CANNOT


def test_it_is_no_part_of_an_artifact(tmp_path):
    (tmp_path / "report.md").write_text("x")
    with Lock(tmp_path):
        checksums.write(tmp_path)
        assert list(checksums.check(tmp_path)) == []
    assert LOCK not in (tmp_path / checksums.SUMS).read_text()
