"""What is read of each stack: without starting it, and of another interpreter than this one too."""

import hashlib
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import bench
from bench.host import interpreter
from bench.host.stacks import OPENMP, STACKS, STAMP, UNPINNED, StackEntry, beside, find_stacks
from bench.model.base import Reading
from tests.host.test_kit import RECORD

REQUIREMENTS = Path(bench.__file__).parent.parent / "requirements"
IPEX = STACKS["ipex"]
NONE = Path("/none")


def environment(folder, releases=(), lib="lib/python3.13/site-packages", needed="2.14.3"):
    """A virtual environment's folders with packages in them: its interpreter's path.

    With what the kit's worker needs there, unless `needed` is None.
    """
    worker = {"pydantic": needed} if needed else {}
    for name, release in {**worker, **dict(releases)}.items():
        metadata = folder / lib / f"{name.replace('-', '_')}-{release}.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {release}"
        )
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    (folder / "bin/python").symlink_to(sys.executable)
    if version := re.search(r"3\.[0-9]+", lib):
        (folder / "pyvenv.cfg").write_text(f"home = /usr/bin\nversion = {version[0]}.1\n")
    return folder / "bin/python"


def other(python, **changes):
    """A stack of its own interpreter."""
    entry = StackEntry(
        name="other",
        packages={"torch": "2.14.1", "torchvision": "0.29.1"},
        locks=("other.txt",),
        interpreter=lambda: Reading(value=str(python)),
    )
    return replace(entry, **changes)


def find(entry, folders=(), record=NONE):
    (stack,) = find_stacks({entry.name: entry}, folders, record)
    return stack


def of_the_user(python, name="nightly", catalogue=None):
    """The stack whose interpreter the user names."""
    stacks = find_stacks(catalogue or {}, [], NONE, {name: python})
    return next(stack for stack in stacks if stack.name == name)


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
    pins = {"torch": "2.14.1", "torchvision": "0.29.1", "pytest": "1", "rich": "2"}
    stack = find(other(python, packages=pins))
    assert {name: reading.value for name, reading in stack.packages.items()} == {
        "torch": "2.14.1+cpu",
        "torchvision": None,
        "pytest": "1.0",
        "rich": None,
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
    readings.append(stack.headers)
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
        folder.mkdir(exist_ok=True)
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
    record.write_text(json.dumps(RECORD | {"torch_builds": {"other": "cpu"}}))
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
    assert any(f"\n{OPENMP}==" in text for text in locks.values())


def test_a_stack_beside_the_kits_environment(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    assert beside("next").reason == "not found; install it with: make stack NAME=next"
    python = environment(tmp_path / ".stacks/next")
    assert beside("next").value == str(python)


@pytest.mark.parametrize("name", STACKS)
def test_an_image_without_it_says_how_to_build_one(tmp_path, monkeypatch, name):
    record = tmp_path / "build.json"
    record.write_text(json.dumps(RECORD | {"torch_builds": {}}))
    monkeypatch.setattr("bench.host.stacks.RECORD", record)
    stack = find(STACKS[name], record=record)
    assert stack.python.reason.startswith("left out of this image")
    assert f"docker compose build --build-arg STACKS='{' '.join(STACKS)}'" in stack.python.reason
    python = environment(tmp_path / "theirs")
    (stack,) = find_stacks({}, (), record, {name: python})
    assert stack.python.value == str(python), "the user's own is in no image"


def test_what_no_hash_pins_has_no_lock(tmp_path):
    python = environment(tmp_path)
    (tmp_path / STAMP).write_text(f"{'b' * 64}  requirements/other.txt\n")
    (tmp_path / UNPINNED).write_text("torch is a build that no hash pins\n")
    assert find(other(python)).lock.reason == "torch is a build that no hash pins"


def test_a_stack_of_the_users_is_whatever_it_is(tmp_path):
    python = environment(tmp_path, {"torch": "2.15.0.dev20261101+cpu"})
    stack = of_the_user(python)
    assert (stack.name, stack.python.value, stack.named) == ("nightly", str(python), True)
    assert stack.releases == {"torch": "2.15.0.dev20261101+cpu"}
    assert stack.packages["torchvision"].reason == (
        f"not found; install it with: {python} -m pip install torchvision"
    )
    assert stack.lock.reason == "named by --stack: no lock pins it"


def test_its_launcher_is_looked_for_if_it_has_ipex(tmp_path):
    releases = {"torch": "2.8.0", "intel-extension-for-pytorch": "2.8.10+git"}
    stack = of_the_user(environment(tmp_path / "theirs", releases))
    assert stack.has("intel-extension-for-pytorch")
    assert "-m pip install intel-extension-for-pytorch" in stack.ipexrun.reason
    bare = of_the_user(environment(tmp_path / "bare", {"torch": "2.8.0"}))
    assert "intel-extension-for-pytorch" not in bare.packages


def test_the_user_may_name_another_interpreter_of_a_catalogue_stack(tmp_path):
    entry = other(environment(tmp_path / "ours", {"torch": "2.14.1"}))
    python = environment(tmp_path / "theirs", {"torch": "2.15.0"})
    stack = of_the_user(python, "other", {"other": entry})
    assert stack.releases == {"torch": "2.15.0"}
    assert stack.lock.reason == "named by --stack: no lock pins it"
    (ours,) = find_stacks({"other": entry}, [], NONE)
    assert not ours.named


@pytest.mark.parametrize(("release", "has"), [(None, "none"), ("1.10.2", "1.10.2")])
def test_an_interpreter_that_no_worker_starts_in_is_of_no_use(release, has, tmp_path):
    python = environment(tmp_path, {"torch": "2.14.1"}, needed=release)
    stack = of_the_user(python)
    assert stack.python.reason == (
        f"of no use here: it has {has} of pydantic, which bench needs there; "
        f"install it with: {python} -m pip install 'pydantic>=2'"
    )
    assert stack.releases == {"torch": "2.14.1"}, "told all the same"


def test_nor_is_an_older_python(tmp_path):
    python = environment(tmp_path, lib="lib/python3.9/site-packages")
    assert of_the_user(python).python.reason == (
        "of no use here: it is Python 3.9; make it with 3.11 or later"
    )


def test_only_the_folders_of_its_own_release_count(tmp_path):
    python = environment(tmp_path, {"torch": "2.14.1"}, "lib/python3.13/site-packages")
    environment_of_another = tmp_path / "lib/python3.12/site-packages"
    environment_of_another.mkdir(parents=True)
    (tmp_path / "pyvenv.cfg").write_text("version_info = 3.12.4\n")
    assert interpreter.release(python) == (3, 12)
    assert interpreter.package_folders(python) == [str(environment_of_another)]


def test_an_environment_may_show_the_packages_of_its_base(tmp_path):
    base = environment(tmp_path / "base", {"torch": "2.14.1"})
    python = environment(tmp_path / "venv")
    (tmp_path / "base/pyvenv.cfg").unlink()
    base.with_name("python3").symlink_to("python3.13")
    text = f"home = {base.parent}\nversion = 3.13.1\ninclude-system-site-packages = "
    (tmp_path / "venv/pyvenv.cfg").write_text(f"{text}false\n")
    assert not of_the_user(python).has("torch")
    (tmp_path / "venv/pyvenv.cfg").write_text(f"{text}true\n")
    assert of_the_user(python).has("torch")


def test_pythons_headers_lie_with_what_the_environment_is_made_from(tmp_path):
    environment(tmp_path / "base")
    python = environment(tmp_path / "venv")
    (tmp_path / "venv/pyvenv.cfg").write_text(f"home = {tmp_path}/base/bin\nversion = 3.13.1\n")
    assert find(other(python)).headers.reason == (
        "not found; install it with: "
        "apt-get install python3.13-dev (Debian, Ubuntu) or dnf install python3.13-devel"
    )
    file = tmp_path / "base/include/python3.13/Python.h"
    file.parent.mkdir(parents=True)
    file.touch()
    assert find(other(python)).headers.value == str(file)


def test_a_shim_in_front_of_an_interpreter_is_none(tmp_path):
    (tmp_path / "shims").mkdir()
    (tmp_path / "shims/python").write_text("#!/bin/sh\n")
    assert not interpreter.is_python(tmp_path / "shims/python")
    assert interpreter.is_python(Path(sys.executable))
    assert interpreter.is_python(environment(tmp_path / "venv"))


@pytest.mark.skipif(not Path("/usr/bin/python3").exists(), reason="no system Python")
def test_the_systems_python_has_the_folders_that_it_says_it_has():
    command = ["/usr/bin/python3", "-c", "import site; print(*site.getsitepackages(), sep='\\n')"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    there = {folder for folder in said if Path(folder).is_dir()}
    assert there <= set(interpreter.package_folders(Path("/usr/bin/python3")))
