"""The stack that trains is the one that was named, whatever is laid in its worker's way."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from bench.model.record import RankRecord
from bench.plan.start.environment import compose
from tests.integration.specs import make_spec

pytestmark = pytest.mark.integration

STARTS = {
    "torch": "__version__ = '9.9.9'\n",
    "torchvision": "__version__ = '9.9.9'\n",
    "intel_extension_for_pytorch": "__version__ = '9.9.9'\n",
}


def plant(folder: Path, module: str) -> Path:
    """A package that calls itself so, in a folder for PYTHONPATH."""
    (folder / module).mkdir(parents=True)
    (folder / module / "__init__.py").write_text(STARTS[module])
    return folder


def run(folder: Path, environment: dict[str, str] | None = None, **changes) -> RankRecord:
    """Train a tiny lane with its worker in `folder`, and return its record."""
    spec = folder / "spec.json"
    spec.write_text(make_spec(folder, **changes).model_dump_json())
    done = subprocess.run(
        [sys.executable, "-m", "bench.worker", str(spec)],
        cwd=folder,
        env=environment or dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (folder / "record.json").exists(), done.stderr
    return RankRecord.model_validate_json((folder / "record.json").read_text())


def test_a_worker_says_which_torch_it_was_and_how_long_its_evidence_took(tmp_path):
    import torch

    left = run(tmp_path, releases={"torch": version("torch"), "torchvision": "0.23.0"})
    assert left.outcome == "completed", left.failure
    assert left.observed.torch_path == torch.__file__
    assert left.observed.versions["torch"] == torch.__version__
    steps = left.compute.timed.totals()
    assert min(steps) / 1e9 / 5 < left.evidence_seconds < max(steps) / 1e9 * 20


@pytest.mark.parametrize("module", STARTS)
def test_a_package_that_pythonpath_leads_to_trains_nothing(module, tmp_path):
    foreign = plant(tmp_path / "x", module)
    left = run(tmp_path, {**os.environ, "PYTHONPATH": str(foreign)})
    assert (left.outcome, left.failure.kind) == ("failed", "WrongStack")
    assert f"{module} would come from {foreign}/{module}/__init__.py" in left.failure.message
    assert len(left.warmup.steps) == len(left.compute.timed) == 0


def test_a_whole_copy_of_another_release_trains_nothing_either(tmp_path):
    """It would import: the very torch, by another path and of another name."""
    import torch

    folder = tmp_path / "x"
    folder.mkdir()
    (folder / "torch").symlink_to(Path(torch.__file__).parent)
    left = run(tmp_path, {**os.environ, "PYTHONPATH": str(folder)})
    assert left.failure.kind == "WrongStack"


@pytest.mark.parametrize("package", ["torch", "torchvision"])
def test_another_release_than_the_stacks_is_told(package, tmp_path):
    left = run(tmp_path, releases={package: "1.2.3"})
    assert left.failure.kind == "WrongStack"
    assert left.failure.message == (
        f"{package} is {version(package)} here, and 1.2.3 in the stack that was named"
    )


def test_a_lanes_environment_leads_to_no_foreign_package(tmp_path):
    """What `bench run` makes of the caller's."""
    plant(tmp_path / "x", "torch")
    leads = {"PYTHONPATH": "x", "PYTHONHOME": "x", "LD_LIBRARY_PATH": "x", "PYTHONSTARTUP": "x"}
    in_the_way(tmp_path, "bench", "torch", "runpy")
    left = run(tmp_path, compose({**os.environ, **leads}, {}, sys.executable))
    assert left.outcome == "completed", left.failure


def in_the_way(folder: Path, *names: str) -> None:
    """Files that end whatever imports them."""
    for name in (*names, "random", "typing", "json", "numpy", "pydantic", "rich"):
        (folder / f"{name}.py").write_text(f"raise SystemExit('{name}.py was imported')\n")


def test_a_file_in_the_current_folder_is_nothing_to_a_worker(tmp_path):
    in_the_way(tmp_path, "torch", "torchvision")
    left = run(tmp_path)
    assert left.outcome == "completed", left.failure


@pytest.mark.parametrize("how", ["script", "module"])
def test_nor_is_it_to_the_controller(how, tmp_path):
    in_the_way(tmp_path)
    script = [str(Path(sys.executable).with_name("bench"))]
    command = script if how == "script" else [sys.executable, "-m", "bench"]
    done = subprocess.run(
        [*command, "plan", "--profile", "smoke"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
