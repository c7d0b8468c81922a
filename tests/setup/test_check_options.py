"""The names that make knows before there is an environment are the catalogue's."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest

from bench.plan.catalogue.data import DATA
from bench.plan.catalogue.lanes import LANES
from bench.plan.catalogue.profiles import PROFILES
from bench.plan.catalogue.workloads import WORKLOADS

SCRIPT = Path(__file__).parents[2] / "scripts" / "check-options.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("check_options", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("what", "names"),
    [
        ("lane", [lane.id for lane in LANES]),
        ("profile", [profile.name for profile in PROFILES]),
        ("model", list(WORKLOADS)),
        ("data", list(DATA)),
    ],
)
def test_the_names_are_the_catalogues(script, what, names):
    assert script.names(what) == names
    assert all(script.problem(what, name) is None for name in names)


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("lane", "fp32, bf16-amx,fp32"),
        ("data", "folder:/my/pictures, a:b"),
        ("cores", "0"),
        ("cores", "0-3,8,16-31"),
        ("cores", "0-3, 8"),
        ("node", "1"),
    ],
)
def test_what_bench_takes_is_taken(script, what, value):
    assert script.problem(what, value) is None


@pytest.mark.skipif(shutil.which("python3", path="/usr/bin") is None, reason="no system Python")
def test_the_systems_python_reads_it_without_the_kits_packages():
    words = ["profile", "smoke", "lane", "nope"]
    done = subprocess.run(
        ["/usr/bin/python3", "-I", "-S", str(SCRIPT), *words], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith("error: unknown lane: nope; known: fp32, ")
    assert len(done.stderr.splitlines()) == 1
