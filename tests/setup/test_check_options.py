"""The names that make knows before there is an environment are the catalogue's."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest

from bench.errors import BenchError
from bench.host.stacks import STACKS
from bench.plan.catalogue.data import DATA
from bench.plan.catalogue.lanes import LANES
from bench.plan.catalogue.profiles import PROFILES
from bench.plan.catalogue.workloads import WORKLOADS
from bench.plan.options import Options
from bench.plan.wanted import groups, wanted

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
        ("lane", "fp32*,all,bf16-*@ipex"),
        ("stack", "my.stack-1=/opt/a b/bin/python"),
        ("data", "folder:/my/pictures, a:b"),
        ("cores", "0"),
        ("cores", "0-3,8,16-31"),
        ("cores", "0-3, 8"),
        ("node", "1"),
    ],
)
def test_what_bench_takes_is_taken(script, what, value):
    assert script.problem(what, value) is None


EXPRESSIONS = [
    *(*groups(), "fp32", "fp32-torch", "bf16-*", "*", "fp32,all", " fp32 , *-compile", "f[p]32"),
    *("fp32@torch", "torch@ipex", "*-torch@mine", "all@mine,fp32", "default@mine"),
]


@pytest.mark.parametrize("lanes", ["", *EXPRESSIONS])
def test_the_stacks_that_lanes_need_are_those_that_bench_trains_them_in(script, lanes):
    options = Options(lane=[lanes] if lanes else None)
    stacks = {each.lane.stack for each in wanted(options, [*STACKS, "mine"])}
    assert script.needed(lanes, "mine") == [name for name in STACKS if name in stacks]


def test_a_stack_that_the_user_has_is_not_needed(script):
    assert script.needed("all", "torch") == [name for name in STACKS if name != "torch"]


@pytest.mark.parametrize("lanes", [*EXPRESSIONS, "nope", "x*", "fp32@nope", "@mine", "fp32@", ","])
def test_lanes_are_refused_if_bench_refuses_them(script, lanes):
    try:
        wanted(Options(lane=[lanes]), [*STACKS, "mine"])
    except BenchError:
        assert script.problem("lane", lanes, "mine") is not None
    else:
        assert script.problem("lane", lanes, "mine") is None


@pytest.mark.skipif(shutil.which("python3", path="/usr/bin") is None, reason="no system Python")
def test_the_systems_python_reads_it_without_the_kits_packages():
    words = ["profile", "smoke", "lane", "zzz"]
    done = subprocess.run(
        ["/usr/bin/python3", "-I", "-S", str(SCRIPT), *words], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith("error: unknown lane: zzz; known: fp32, ")
    assert len(done.stderr.splitlines()) == 1
    words = ["--stacks", "lane", "fp32,torch", "stack", ""]
    done = subprocess.run(
        ["/usr/bin/python3", "-I", "-S", str(SCRIPT), *words], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.split()) == (0, ["ipex", "torch"])
