"""scripts/setup.sh, as far as it goes without a registry: in a copy of the tree, never in ours."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INPUTS = ("scripts/training-stack.sh", "requirements/stack-torch.txt")
"""What a stack `torch` is made from."""


@pytest.fixture
def tree(tmp_path):
    """A copy of what the script reads, and `bin/` with Pythons that are not 3.11."""
    for folder in ("scripts", "requirements"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "bin").mkdir()
    for name in ("python3.11", "python3"):
        stand_in = tmp_path / "bin" / name
        text = f'case "$*" in *check-options*) exec {sys.executable} "$@" ;; esac\nexit 1'
        stand_in.write_text(f"#!/bin/sh\n{text}\n")
        stand_in.chmod(0o755)
    return tmp_path


def setup(tree: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PATH": f"{tree / 'bin'}:{os.environ['PATH']}", **variables}
    command = [tree / "scripts" / "setup.sh", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def make_current(tree: Path) -> None:
    """Gives the tree a .venv that carries the stamp of its locks."""
    (tree / ".venv" / "bin").mkdir(parents=True)
    (tree / ".venv" / "bin" / "python").symlink_to("/bin/true")
    inputs = ["scripts/setup.sh", *(f"requirements/{n}.txt" for n in ("uv", "bench", "dev"))]
    (tree / ".venv" / ".bench-fast").write_bytes(stamp(tree, *inputs))


def stamp(tree: Path, *inputs: str) -> bytes:
    sums = subprocess.run(["sha256sum", *inputs], cwd=tree, capture_output=True, check=True).stdout
    return f"{tree.resolve()}\n".encode() + sums


def make_stack_current(tree: Path) -> Path:
    """Gives the tree a .venv and a stack `torch` beside it, both as their locks say."""
    make_current(tree)
    folder = tree / ".stacks" / "torch"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to("/bin/true")
    (folder / ".bench-full").write_bytes(stamp(tree, *INPUTS))
    return folder


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
    assert done.stderr == (
        "Usage: scripts/setup.sh [fast|full|stack NAME|lanes LANES [NAME=PYTHON]]\n"
    )


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


@pytest.mark.parametrize("name", ["nope", "", "../stack-torch"])
def test_a_stack_that_there_is_not_is_a_usage_error(tree, name):
    done = setup(tree, "stack", name)
    assert done.returncode == 2
    assert done.stderr == f"error: there is no stack '{name}'; known: ipex torch\n"


def test_a_stack_as_its_lock_says_is_left_in_silence(tree):
    make_stack_current(tree)
    done = setup(tree, "stack", "torch")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("lanes", ["torch", "*-torch", "fp32-torch,torch"])
def test_lanes_make_the_stacks_that_they_train_in_and_no_others(tree, lanes):
    """`.venv` has no training stack here, and what would put it in fails."""
    shutil.copytree(ROOT / "bench/plan/catalogue", tree / "bench/plan/catalogue")
    make_stack_current(tree)
    (tree / "scripts/training-stack.sh").write_text("#!/bin/sh\nexit 7\n")
    (tree / ".stacks/torch/.bench-full").write_bytes(stamp(tree, *INPUTS))
    done = setup(tree, "lanes", lanes)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert setup(tree, "lanes", "torch@mine", "mine=/python").returncode == 0
    done = setup(tree, "lanes", "fp32")
    assert (done.returncode, "Installing torch, torchvision and IPEX" in done.stdout) == (7, True)


def outdate_its_lock(folder: Path) -> None:
    with (folder.parents[1] / "requirements/stack-torch.txt").open("a") as lock:
        lock.write("# changed\n")


def break_its_python(folder: Path) -> None:
    (folder / "bin/python").unlink()


def leave_the_stack_half_made(folder: Path) -> None:
    (folder / ".bench-full").unlink()


def pin_its_cpu_build(folder: Path) -> None:
    (folder.parents[1] / "requirements/stack-torch-cpu.txt").touch()


CHANGES = [outdate_its_lock, break_its_python, leave_the_stack_half_made, pin_its_cpu_build]


@pytest.mark.parametrize("change", CHANGES)
def test_any_other_stack_is_made_anew(tree, change):
    change(make_stack_current(tree))
    assert setup(tree, "stack", "torch").returncode == 3, "it goes looking for a Python"


def test_a_build_that_is_chosen_is_made_once_and_kept(tree):
    folder = make_stack_current(tree)
    assert setup(tree, "stack", "torch", TORCH_BUILD="cpu").returncode == 3, "it is another"
    (folder / ".bench-unpinned").touch()
    assert setup(tree, "stack", "torch", TORCH_BUILD="cpu").returncode == 0
    assert setup(tree, "stack", "torch").returncode == 0
