"""The architecture as lint proves it, and what an import may cost."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

IMPORT_ALL = """
import importlib, sys
for module in sys.argv[1:]:
    importlib.import_module(module)
    if heavy := {"torch", "numpy", "scipy", "matplotlib"} & set(sys.modules):
        sys.exit(f"{module} loads {', '.join(sorted(heavy))}")
"""


def modules_of_the_controller() -> list[str]:
    """By their files: to walk packages is to import them, and the worker's load torch."""
    files = (ROOT / "bench").rglob("*.py")
    names = (".".join(f.relative_to(ROOT).with_suffix("").parts) for f in files)
    bare = (name.removesuffix(".__init__") for name in names if not name.endswith(".__main__"))
    return sorted(name for name in bare if not name.startswith("bench.worker"))


def test_no_module_of_the_controller_loads_what_is_heavy() -> None:
    modules = modules_of_the_controller()
    assert len(modules) > 100, "they are there"
    command = [sys.executable, "-c", IMPORT_ALL, *modules]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "bench", tmp_path / "bench", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(tree: Path) -> "subprocess.CompletedProcess[str]":
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache"]
    return subprocess.run(
        command, cwd=tree, env={"PYTHONPATH": str(tree)}, capture_output=True, text=True
    )


def test_imports_go_one_way(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("bench/model/base.py", "import bench.report", "bench.model is not allowed to import"),
        ("bench/host/probe.py", "import bench.plan.make", "bench.host is not allowed to import"),
        ("bench/worker/train.py", "import bench.run", "bench.worker is not allowed to import"),
        ("bench/run/session.py", "import bench.worker", "bench.run is not allowed to import"),
    ],
)
def test_a_reversed_import_fails(module: str, line: str, contract: str, copy: Path) -> None:
    path = copy / module
    path.write_text(f"{path.read_text()}\n{line}\n")
    done = lint(copy)
    assert done.returncode == 1
    assert contract in done.stdout
