"""The locks: everything pinned and hashed, nothing that says where it comes from."""

import re
import tomllib
from pathlib import Path

import pytest

from bench.host.stacks import STACKS

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PINNED = re.compile(r"(?P<name>[a-z0-9._-]+)==(?P<version>\S+)(?: +--hash=sha256:[0-9a-f]{64})+")
TORCH_INDEX = "https://download.pytorch.org/whl/cpu"


def requirements(path: Path) -> list[str]:
    """The file's requirements, continued lines joined and comments dropped."""
    text = path.read_text().replace("\\\n", " ")
    return [line.strip() for line in text.splitlines() if line and not line.startswith("#")]


def pins(lock: str) -> dict[str, str]:
    """Version by name."""
    lines = requirements(ROOT / "requirements" / lock)
    return {m["name"]: m["version"] for line in lines if (m := PINNED.fullmatch(line))}


def asked(text: str) -> str:
    """The name in a requirement."""
    return re.split(r"[=<>~!\[; ]", text, maxsplit=1)[0]


def test_there_is_a_lock_for_each_part():
    of_stacks = [lock for entry in STACKS.values() for lock in entry.locks]
    assert {lock.name for lock in LOCKS} == {"bench.txt", "dev.txt", "uv.txt", *of_stacks}


@pytest.mark.parametrize("stack", STACKS)
def test_a_stacks_locks_are_called_after_it(stack):
    """As scripts/training-stack.sh and scripts/lock.sh look for them."""
    assert f"stack-{stack}.txt" in STACKS[stack].locks
    assert set(STACKS[stack].locks) <= {f"stack-{stack}.txt", f"stack-{stack}-cpu.txt"}
    assert (ROOT / "requirements" / f"stack-{stack}.in").is_file()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_requirement_is_pinned_and_hashed(lock):
    lines = requirements(lock)
    assert lines
    assert [line for line in lines if not PINNED.fullmatch(line)] == []


def test_the_only_address_in_the_setup_is_that_of_pytorchs_index():
    files = [*(ROOT / "requirements").iterdir(), *(ROOT / "scripts").iterdir()]
    files += [ROOT / "Makefile", ROOT / "pyproject.toml", ROOT / ".ci" / "run"]
    addresses = {
        a
        for file in files
        if file.is_file()
        for a in re.findall(r"[a-z]+://\S*\w", file.read_text())
    }
    assert addresses == {TORCH_INDEX}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_no_machine_path(lock):
    assert not re.search(r"(^|\s)/\w", lock.read_text())


def test_a_package_has_one_version_in_all_locks():
    """But torch and torchvision, by whose releases stacks differ, and what only their GPUs need."""
    versions: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, version in pins(lock.name).items():
            versions.setdefault(name, set()).add(version.removesuffix("+cpu"))
    several = {name for name, found in versions.items() if len(found) > 1}
    assert several <= {"torch", "torchvision", "triton"}


def test_the_cpu_build_is_of_the_release_that_the_stack_has():
    for lock in LOCKS:
        if lock.stem.endswith("-cpu"):
            whole = pins(lock.name.replace("-cpu", ""))
            cpu = {name: pin.removesuffix("+cpu") for name, pin in pins(lock.name).items()}
            assert cpu == {name: whole[name] for name in ("torch", "torchvision")}


@pytest.mark.parametrize("name", sorted(path.stem for path in ROOT.glob("requirements/*.in")))
def test_a_lock_holds_all_that_its_input_asks_for(name):
    lines = requirements(ROOT / "requirements" / f"{name}.in")
    wanted = {asked(line) for line in lines}
    assert wanted <= set(pins(f"{name}.txt"))


def test_pyproject_asks_for_what_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    kit = set(requirements(ROOT / "requirements" / "bench.in"))
    assert {asked(line) for line in project["dependencies"]} == {asked(line) for line in kit} - {
        "setuptools"
    }
    locked = {f"{name}=={version}" for name, version in pins("stack-ipex.txt").items()}
    for line in project["optional-dependencies"]["train"]:
        assert line in locked or line in pins("stack-ipex.txt")
