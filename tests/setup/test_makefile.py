"""The Makefile: what it lists, what it hands to `bench`, what it leaves alone."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def make(*arguments: str, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    # These tests may be running under make themselves.
    clean = {k: v for k, v in os.environ.items() if k not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}}
    return subprocess.run(
        ["make", *arguments],
        cwd=cwd,
        env={**clean, **env},
        capture_output=True,
        text=True,
        check=False,
    )


def bench_words(*arguments: str, **env: str) -> list[str]:
    """The words of the `bench` command that make would run."""
    lines = make("-n", "ENGINE=local", *arguments, **env).stdout.splitlines()
    (line,) = (line for line in lines if line.startswith(".venv/bin/bench"))
    return shlex.split(line.partition("||")[0])


@pytest.fixture
def tree(tmp_path):
    """The Makefile in a folder of its own, with nothing to set up and a `bench` that exits 5."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for path, exit_code in (("scripts/setup.sh", 0), (".venv/bin/bench", 5)):
        script = tmp_path / path
        script.parent.mkdir(parents=True)
        script.write_text(f"#!/bin/sh\nexit {exit_code}\n")
        script.chmod(0o755)
    return tmp_path


@pytest.fixture
def docker(tree):
    """A `docker` on the PATH that writes its words down, and says so if it is asked for info."""
    shutil.copy(ROOT / "scripts" / "engine.sh", tree / "scripts")
    shutil.copy(ROOT / "scripts" / "container.sh", tree / "scripts")
    stand_in = tree / "bin" / "docker"
    stand_in.parent.mkdir()
    stand_in.write_text(f"""#!/bin/sh
echo "$BENCH_RESULTS|$*" >>{tree}/asked
test ! -e {tree}/no-engine
""")
    stand_in.chmod(0o755)
    return {"PATH": f"{tree / 'bin'}:{os.environ['PATH']}"}


def test_where_an_engine_answers_the_benchmark_runs_in_a_container(tree, docker):
    done = make("benchmark", "PROFILE=quick", "RESULTS=my results", cwd=tree, **docker)
    assert done.returncode == 0, done.stderr
    assert "==> Running in a container" in done.stdout
    results, _, words = (tree / "asked").read_text().splitlines()[-1].partition("|")
    assert words == "compose run --rm bench run --profile quick"
    assert results == str(tree / "my results")
    assert (tree / "my results").is_dir(), "or the engine would make it, as root"


def test_where_none_answers_it_runs_in_the_local_environment(tree, docker):
    (tree / "no-engine").touch()
    assert "==> Running in the local environment" in make("benchmark", cwd=tree, **docker).stdout


@pytest.mark.parametrize("goals", [[], ["help"], ["probe"]])
def test_no_engine_is_asked_where_none_is_needed(tree, docker, goals):
    make(*goals, cwd=tree, **docker)
    assert not (tree / "asked").exists()


@pytest.mark.parametrize("goals", [[], ["help"]])
def test_help_is_the_default_and_lists_the_targets(goals):
    listed = {line.split()[0] for line in make(*goals).stdout.splitlines() if line.strip()}
    assert {
        "benchmark",
        "smoke",
        "probe",
        "image",
        "shell",
        "save",
        "load",
        "wheels",
        "sbom",
        "test",
        "test-fast",
        "test-integration",
        "test-container",
        "lint",
        "format",
        "lock",
        "clean",
    } <= listed


def test_benchmark_passes_on_what_is_set():
    words = bench_words(
        "benchmark", "PROFILE=quick", "LANES=fp32,bf16-amx", "RESULTS=my results", "DATA=d"
    )
    assert words == [
        *(".venv/bin/bench", "run"),
        *("--profile", "quick"),
        *("--lane", "fp32,bf16-amx"),
        *("--data", "d"),
        *("--results", "my results"),
    ]


def test_benchmark_passes_on_nothing_else():
    assert bench_words("benchmark", DATA="/exported", RESULTS="/too") == [".venv/bin/bench", "run"]


def test_smoke_is_a_run_of_that_profile():
    assert bench_words("smoke") == [".venv/bin/bench", "run", "--profile", "smoke"]


def test_the_fast_tests_do_without_the_training_stack():
    assert "setup.sh full" not in make("-n", "test-fast").stdout
    assert "setup.sh full" in make("-n", "test-integration").stdout


def test_benchs_own_exit_code_is_said(tree):
    done = make("benchmark", "ENGINE=local", cwd=tree)
    assert done.returncode == 2
    assert "bench ended with exit code 5" in done.stderr
    assert "local environment" in done.stdout


def test_clean_leaves_results_and_data(tree):
    kept = [tree / "results" / "run" / "result.json", tree / "data" / "cifar-10-batches-py" / "a"]
    gone = [tree / "bench" / "host" / "__pycache__" / "b", tree / "tests" / "__pycache__" / "c"]
    for file in kept + gone:
        file.parent.mkdir(parents=True)
        file.touch()
    assert make("clean", cwd=tree).returncode == 0
    assert all(file.exists() for file in kept)
    assert not any(file.exists() for file in [*gone, tree / ".venv"])
