"""Writing into a run's folder: what a killed process left is swept, and errors name the file."""

from pathlib import Path

import pytest

from bench.results import checksums
from bench.results.folder import point_latest, sweep, write_bytes
from tests.artifacts import copy_artifact


def test_what_was_left_beside_a_file_is_swept_and_nothing_else(tmp_path: Path) -> None:
    folder = copy_artifact(tmp_path / "run", rounds=1)
    (folder / "charts" / ".lanes.svg.0a1b2c3d").write_text("half")
    (folder / ".result.json.deadbeef").write_text("half")
    mine = [folder / ".notes.txt", folder / ".x.deadbeef1", folder / "y.deadbeef"]
    for each in mine:
        each.write_text("mine")
    sweep(folder)
    assert all(each.exists() for each in mine)
    for each in mine:
        each.unlink()
    assert list(checksums.check(folder)) == []


def test_nothing_is_swept_through_a_link(tmp_path: Path) -> None:
    victim = tmp_path / "home" / ".config.deadbeef"
    victim.parent.mkdir()
    victim.write_text("mine")
    run = tmp_path / "run"
    run.mkdir()
    (run / "charts").symlink_to(victim.parent)
    (run / ".x.deadbeef").symlink_to(victim)
    sweep(run)
    assert victim.read_text() == "mine"


@pytest.mark.parametrize("name", ["none/report.md", "file/report.md"])
def test_an_error_names_the_file_that_was_to_be_written(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError) as caught:  # noqa: PT011
        write_bytes(tmp_path / name, b"x")
    assert caught.value.filename == str(tmp_path / name)


@pytest.mark.parametrize("target", [".", "..", "mine", "20260101-x", "20260101T000000Z-x/logs"])
def test_a_link_that_is_not_a_runs_stays(target: str, tmp_path: Path) -> None:
    (tmp_path / "latest").symlink_to(target)
    assert "was left as it is" in (point_latest(tmp_path / "20260202T000000Z-x-quick") or "")
    assert (tmp_path / "latest").readlink() == Path(target)


@pytest.mark.parametrize("target", ["20260101T000000Z-x-quick", "./20260101T000000Z-x-smoke-2/"])
def test_a_runs_own_link_is_replaced(target: str, tmp_path: Path) -> None:
    (tmp_path / "latest").symlink_to(target)
    assert point_latest(tmp_path / "20260202T000000Z-x-quick") is None
    assert (tmp_path / "latest").readlink().name == "20260202T000000Z-x-quick"
