"""scripts/setup.sh, as far as it goes without a registry: in a copy of the tree, never in ours."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def tree(tmp_path):
    """A copy of what the script reads, and `bin/` with Pythons that are not 3.11."""
    for folder in ("scripts", "requirements"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "bin").mkdir()
    for name in ("python3.11", "python3"):
        stand_in = tmp_path / "bin" / name
        stand_in.write_text("#!/bin/sh\nexit 1\n")
        stand_in.chmod(0o755)
    return tmp_path


def setup(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PATH": f"{tree / 'bin'}:{os.environ['PATH']}"}
    command = [tree / "scripts" / "setup.sh", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def make_current(tree: Path) -> None:
    """Gives the tree a .venv that carries the stamp of its locks."""
    (tree / ".venv" / "bin").mkdir(parents=True)
    (tree / ".venv" / "bin" / "python").symlink_to("/bin/true")
    inputs = ["scripts/setup.sh", *(f"requirements/{n}.txt" for n in ("uv", "bench", "dev"))]
    sums = subprocess.run(["sha256sum", *inputs], cwd=tree, capture_output=True, check=True).stdout
    stamp = f"{tree.resolve()}\n".encode() + sums
    (tree / ".venv" / ".bench-fast").write_bytes(stamp)


def test_without_python_3_11_it_names_the_remedy_and_leaves_the_environment(tree):
    (tree / ".venv").mkdir()
    (tree / ".venv" / "mine").touch()
    done = setup(tree, "fast")
    assert done.returncode == 3
    assert "Python 3.11 with venv is needed" in done.stderr
    assert "apt-get install python3.11-venv" in done.stderr
    assert len(done.stderr.splitlines()) == 2
    assert (tree / ".venv" / "mine").exists()


def test_an_unknown_mode_is_a_usage_error(tree):
    done = setup(tree, "medium")
    assert done.returncode == 2
    assert done.stderr == "Usage: scripts/setup.sh [fast|full]\n"


def test_an_environment_as_the_locks_say_is_left_in_silence(tree):
    make_current(tree)
    done = setup(tree, "fast")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def outdate_a_lock(tree: Path) -> None:
    with (tree / "requirements" / "dev.txt").open("a") as lock:
        lock.write("# changed\n")


def break_the_python(tree: Path) -> None:
    (tree / ".venv" / "bin" / "python").unlink()


def leave_it_half_made(tree: Path) -> None:
    (tree / ".venv" / ".bench-fast").unlink()


@pytest.mark.parametrize("change", [outdate_a_lock, break_the_python, leave_it_half_made])
def test_any_other_environment_is_made_anew(tree, change):
    make_current(tree)
    change(tree)
    # It goes looking for a Python to make it with, and there is none here.
    assert setup(tree, "fast").returncode == 3


def test_a_moved_tree_is_made_anew(tree):
    make_current(tree)
    moved = tree.rename(tree.with_name("moved"))
    assert setup(moved, "fast").returncode == 3
