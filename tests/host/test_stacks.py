"""What is read of each stack: without starting it, and of another interpreter than this one too."""

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import bench
from bench.host.stacks import STACKS, STAMP, StackEntry, find_stacks
from bench.model.base import Reading
from tests.host.test_kit import RECORD

REQUIREMENTS = Path(bench.__file__).parent.parent / "requirements"
IPEX = STACKS["ipex"]
NONE = Path("/none")


def environment(folder, releases=(), lib="lib/python3.13/site-packages"):
    """A virtual environment's folders with packages in them: its interpreter's path."""
    for name, release in dict(releases).items():
        metadata = folder / lib / f"{name.replace('-', '_')}-{release}.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {release}"
        )
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    (folder / "bin/python").symlink_to(sys.executable)
    return folder / "bin/python"


def other(python, **changes):
    """A stack of its own interpreter."""
    entry = StackEntry(
        name="other",
        packages={"torch": "2.14.1", "torchvision": "0.29.1"},
        openmp="intel-openmp",
        locks=("other.txt",),
        interpreter=lambda: Reading(value=str(python)),
    )
    return replace(entry, **changes)


def find(entry, folders=(), record=NONE):
    (stack,) = find_stacks({entry.name: entry}, folders, record)
    return stack


def test_this_interpreters_stack_is_what_pip_says_of_it():
    stack = find(replace(IPEX, packages={"pytest": "1", "no-such-package": "2.8.0"}))
    assert stack.python.value == sys.executable
    assert stack.packages["pytest"].value == pytest.__version__
    assert stack.packages["no-such-package"].reason == (
        "not found; install it with: pip install no-such-package==2.8.0"
    )
    assert stack.has("pytest")
    assert not stack.has("no-such-package")


@pytest.mark.parametrize(
    "lib",
    ["lib/python3.13/site-packages", "lib64/python3.9/site-packages", "lib/python3/dist-packages"],
)
def test_another_interpreters_packages_are_read_and_not_this_ones(lib, tmp_path):
    python = environment(tmp_path, {"torch": "2.14.1+cpu", "pytest": "1.0"}, lib)
    pins = {"torch": "2.14.1", "torchvision": "0.29.1", "pytest": "1", "pydantic": "2"}
    stack = find(other(python, packages=pins))
    assert {name: reading.value for name, reading in stack.packages.items()} == {
        "torch": "2.14.1+cpu",
        "torchvision": None,
        "pytest": "1.0",
        "pydantic": None,
    }


def test_what_a_removal_left_behind_is_no_package(tmp_path):
    python = environment(tmp_path)
    (tmp_path / "lib/python3.13/site-packages/torch-2.14.1.dist-info").mkdir(parents=True)
    assert not find(other(python)).has("torch")


def test_two_stacks_of_one_host_are_told_apart(tmp_path):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    entries = [
        other(environment(ours, {"torch": "2.8.0"}), name="ours"),
        other(environment(theirs, {"torch": "2.14.1"}), name="theirs"),
    ]
    stacks = find_stacks({entry.name: entry for entry in entries}, [], NONE)
    assert [(each.name, each.packages["torch"].value) for each in stacks] == [
        ("ours", "2.8.0"),
        ("theirs", "2.14.1"),
    ]


def test_a_stack_that_is_not_here_has_its_reason_everywhere():
    stack = find(
        other("", interpreter=lambda: Reading(reason="not made; make it with: make torch"))
    )
    readings = [stack.python, *stack.packages.values(), stack.ipexrun, stack.iomp5, stack.lock]
    assert {each.reason for each in readings} == {"not made; make it with: make torch"}


def test_the_launcher_is_the_stacks_own(tmp_path, monkeypatch):
    elsewhere = environment(tmp_path / "elsewhere").parent / "ipexrun"
    elsewhere.touch(0o755)
    monkeypatch.setenv("PATH", str(elsewhere.parent))
    python = environment(tmp_path / "venv")
    entry = other(python, packages=IPEX.packages)
    assert find(entry).ipexrun.reason == (
        "not found; install it with: pip install intel-extension-for-pytorch==2.8.0"
    )
    (python.parent / "ipexrun").touch(0o755)
    assert find(entry).ipexrun.value == str(python.parent / "ipexrun")
    assert find(other(python)).ipexrun.reason == (
        "it comes with intel-extension-for-pytorch, which this stack has not"
    )


def test_the_stacks_openmp_comes_before_the_systems(tmp_path, monkeypatch):
    monkeypatch.setattr("bench.host.preloading.cannot_preload", lambda _library: None)
    python = environment(tmp_path / "venv")
    entry, system = other(python), tmp_path / "system"
    assert find(entry, [system]).iomp5.reason == (
        "not found; install it with: pip install intel-openmp"
    )
    for folder in (system, tmp_path / "venv/lib"):
        folder.mkdir()
        (folder / "libiomp5.so").touch()
        assert find(entry, [system]).iomp5.value == str(folder / "libiomp5.so")


def test_the_lock_is_of_what_the_environment_was_made_from(tmp_path):
    """By the setup script's stamp: the files may have changed since."""
    python = environment(tmp_path)
    lines = [f"{'a' * 64}  scripts/other.txt", f"{'b' * 64}  requirements/other.txt"]
    (tmp_path / STAMP).write_text("/a/folder\n" + "\n".join(lines))
    digest = hashlib.sha256(f"{'b' * 64}  other.txt\n".encode()).hexdigest()
    assert find(other(python)).lock.value == digest


def test_in_an_image_the_lock_is_the_build_records(tmp_path):
    record = tmp_path / "build.json"
    record.write_text(json.dumps(RECORD))
    entry = other(environment(tmp_path / "venv"), locks=("bench.txt",))
    digest = hashlib.sha256(f"{'0' * 64}  bench.txt\n".encode()).hexdigest()
    assert find(entry, record=record).lock.value == digest


def test_an_environment_made_by_hand_is_of_no_lock(tmp_path):
    stack = find(other(environment(tmp_path)))
    assert stack.lock.reason == "nothing says that it was made from other.txt"


def test_the_lock_is_what_sha256sum_prints():
    if not (Path(sys.prefix) / STAMP).exists():
        pytest.skip("this environment was not made by scripts/setup.sh")
    printed = subprocess.run(
        f"sha256sum {' '.join(IPEX.locks)} | sha256sum",
        shell=True, cwd=REQUIREMENTS, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert find(IPEX).lock.value == printed.split()[0]


@pytest.mark.parametrize("entry", STACKS.values(), ids=STACKS)
def test_every_entry_agrees_with_its_locks(entry):
    locks = {name: (REQUIREMENTS / name).read_text() for name in entry.locks}
    for name, release in entry.packages.items():
        assert any(f"\n{name}=={release}" in text for text in locks.values()), name
    assert any(f"\n{entry.openmp}==" in text for text in locks.values())
