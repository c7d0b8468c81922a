"""The Makefile: what it lists, what it hands to `bench`, what it leaves alone."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "bench" / "plan" / "catalogue"
PYTHON = Path(sys.base_prefix) / "bin"
"""In front of the PATH: a `python3` that a version manager stands in for begins much later."""


def make(*arguments: str, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    # These tests may be running under make themselves.
    clean = {k: v for k, v in os.environ.items() if k not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}}
    return subprocess.run(
        ["make", *arguments],
        cwd=cwd,
        env={**clean, "PATH": f"{PYTHON}:{clean['PATH']}", **env},
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
    """The Makefile in a folder of its own, a set-up that leaves a mark, a `bench` that exits 5."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for path, body in (("scripts/setup.sh", "touch set-up"), (".venv/bin/bench", "exit 5")):
        script = tmp_path / path
        script.parent.mkdir(parents=True)
        script.write_text(f"#!/bin/sh\n{body}\n")
        script.chmod(0o755)
    shutil.copy(ROOT / "scripts" / "check-options.py", tmp_path / "scripts")
    shutil.copytree(CATALOGUE, tmp_path / "bench" / "plan" / "catalogue")
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
        "plan",
        "probe",
        "doctor",
        "report",
        "verify",
        "stack",
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
        *("benchmark", "PROFILE=quick", "LANES=fp32,bf16-amx", "RESULTS=my results"),
        *("DATA=folder:it's mine", "CORES=0-3,8", "NODE=1"),
    )
    assert words == [
        *(".venv/bin/bench", "run"),
        *("--profile", "quick"),
        *("--cores", "0-3,8"),
        *("--node", "1"),
        *("--lane", "fp32,bf16-amx"),
        *("--data", "folder:it's mine"),
        *("--results", "my results"),
    ]


@pytest.mark.parametrize(
    "folder", ["a $b", "$(HOME)/x", "a$$b", "it's", "`id`", "a#b", "a\\b", "(x, y)", '"q"', "*"]
)
def test_a_folder_may_be_called_anything(tree, folder):
    words = make("-n", "report", f"RUN={folder}", cwd=tree).stdout
    (line,) = (each for each in words.splitlines() if each.startswith(".venv/bin/bench"))
    assert shlex.split(line.partition("||")[0])[2] == folder


def test_a_line_break_is_refused_by_name(tree):
    done = make("benchmark", "ENGINE=local", "RESULTS=a\nb", cwd=tree)
    assert done.returncode == 2
    assert "RESULTS has a line break in it" in done.stderr


@pytest.mark.parametrize(
    ("target", "option"),
    [
        *((target, "LANES=nope") for target in ("doctor", "report", "verify", "probe", "smoke")),
        ("report", "MODEL=nope"),
        ("verify", "NODE=\u0661"),
    ],
)
def test_a_typo_is_refused_by_targets_that_have_no_use_for_it_too(tree, target, option):
    done = make(target, "ENGINE=local", option, cwd=tree)
    assert done.returncode == 2
    assert "error: " in done.stderr
    assert not (tree / "set-up").exists()


def test_without_docker_that_is_said(tree):
    shutil.copy(ROOT / "scripts" / "container.sh", tree / "scripts")
    (tree / "only").mkdir()
    for name in ("bash", "make", "sh", "dirname"):
        (tree / "only" / name).symlink_to(shutil.which(name))
    done = make("benchmark", "ENGINE=docker", cwd=tree, PATH=f"{tree / 'only'}")
    assert "error: there is no docker here" in done.stderr
    assert "ended with exit code 3" in done.stderr


def test_a_stack_of_the_users_is_a_local_runs(tree, docker):
    words = [".venv/bin/bench", "run", "--lane", "fp32@next", "--stack", "next=/a b/python"]
    assert bench_words("benchmark", "LANES=fp32@next", "STACK=next=/a b/python") == words
    done = make("benchmark", "LANES=fp32@next", "STACK=next=/a b/python", cwd=tree, **docker)
    assert "==> Running in the local environment" in done.stdout
    refused = make("benchmark", "ENGINE=docker", "STACK=next=/python", cwd=tree, **docker)
    assert "STACK: a container has its image's stacks alone; use ENGINE=local" in refused.stderr


@pytest.mark.parametrize("target", ["benchmark", "plan"])
def test_only_what_the_lanes_need_is_made(target):
    lines = make("-n", "ENGINE=local", target, "LANES=fp32*,torch", "STACK=next=/p").stdout
    assert "scripts/setup.sh lanes 'fp32*,torch' 'next=/p'" in lines
    assert "setup.sh full" not in lines


def test_benchmark_passes_on_nothing_else():
    assert bench_words("benchmark", DATA="/exported", RESULTS="/too") == [".venv/bin/bench", "run"]


def test_smoke_is_a_run_of_that_profile():
    assert bench_words("smoke") == [".venv/bin/bench", "run", "--profile", "smoke"]


def test_it_stays_one_whatever_profile_is_named():
    assert bench_words("smoke", "PROFILE=sample") == bench_words("smoke")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["plan", "PROFILE=quick"], "plan --profile quick"),
        (["doctor", "PROFILE=quick"], "doctor --profile quick"),
        (["doctor", "LANES=torch", "STACK=a=/b"], "doctor --lane torch --stack a=/b"),
        (["probe", "STACK=a=/b"], "probe --stack a=/b"),
        (["report"], "report results/latest"),
        (["verify", "RESULTS=my"], "verify my/latest"),
        (["report", "RUN=my run"], "report 'my run'"),
    ],
)
def test_a_command_is_a_target(arguments, words):
    assert bench_words(*arguments) == [".venv/bin/bench", *shlex.split(words)]


def test_the_plan_is_made_where_the_benchmark_would_run(tree, docker):
    assert make("plan", "LANES=fp32", cwd=tree, **docker).returncode == 0
    asked = (tree / "asked").read_text().splitlines()[-1]
    assert asked.endswith("|compose run --rm bench plan --lane fp32")


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        ("LANES=fp32,zzz", "unknown lane: zzz; known: fp32, fp32-ipex, "),
        ("LANES=fp31", "unknown lane: fp31; did you mean fp32? known: "),
        ("LANES=zzz*", "unknown lane: zzz*; known: "),
        ("LANES=fp32@next", "unknown stack: next; "),
        ("STACK=next", "stack 'next': it is NAME=PYTHON, such as "),
        ("PROFILE=smok", "unknown profile: smok; did you mean smoke? known: smoke, quick, "),
        ("MODEL=resnet", "unknown model: resnet; did you mean resnet50? known: resnet50, "),
        ("DATA=cifar", "unknown data: cifar; did you mean cifar10? known: auto, cifar10, "),
        ("CORES=0-", "cores '0-': it is a list of CPUs such as 0-3,8"),
        ("NODE=first", "node 'first': it is the number of a NUMA node"),
        ("PROFILE=smoke ", "unknown profile: 'smoke '; did you mean smoke?"),
        ("MODEL=resnet50:x", "unknown model: resnet50:x; did you mean resnet50?"),
        ("LANES=,", "lane ',' names none; known: fp32, "),
    ],
)
def test_what_there_is_not_is_refused_before_anything_is_installed(tree, option, problem):
    done = make("benchmark", "ENGINE=local", option, cwd=tree)
    assert done.returncode == 2
    assert f"error: {problem}" in done.stderr
    assert not (tree / "set-up").exists()


@pytest.mark.parametrize("arguments", [["benchmark"], ["plan"], ["plan", "ENGINE=local"]])
def test_it_is_refused_wherever_it_would_run(tree, docker, arguments):
    assert make(*arguments, "LANES=nope", cwd=tree, **docker).returncode == 2
    assert not (tree / "set-up").exists()
    asked = (tree / "asked").read_text() if (tree / "asked").exists() else ""
    assert "run" not in asked


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        ("ENGINE=foo", "ENGINE=foo: it is docker or local"),
        ("ENGINE=docker local", "ENGINE=docker local: it is docker or local"),
        ("LANE=fp32", "unknown option: LANE. Known: PROFILE MODEL LANES "),
        ("profile=quick", "unknown option: profile. Known: "),
    ],
)
def test_an_option_that_make_would_ignore_is_refused(tree, option, problem):
    done = make("benchmark", option, cwd=tree)
    assert done.returncode == 2
    assert problem in done.stderr
    assert not (tree / "set-up").exists()


def test_a_host_without_python_is_asked_nothing_before_the_set_up(tree):
    for name in ("bash", "make", "touch", "sh"):
        (tree / "only").mkdir(exist_ok=True)
        (tree / "only" / name).symlink_to(shutil.which(name))
    make("benchmark", "ENGINE=local", "LANES=nope", cwd=tree, PATH=f"{tree / 'only'}")
    assert (tree / "set-up").exists(), "it says what is missing"


def test_the_fast_tests_do_without_the_training_stack():
    assert "setup.sh fast" in make("-n", "test-fast").stdout
    assert "setup.sh lanes" not in make("-n", "test-fast").stdout
    assert "setup.sh lanes all" in make("-n", "test-integration").stdout


def test_benchs_own_exit_code_is_said(tree):
    done = make("benchmark", "ENGINE=local", cwd=tree)
    assert done.returncode == 2
    assert "bench ended with exit code 5" in done.stderr
    assert "local environment" in done.stdout


def test_clean_leaves_results_and_data(tree):
    kept = [tree / "results" / "run" / "result.json", tree / "data" / "cifar-10-batches-py" / "a"]
    gone = [tree / "bench" / "host" / "__pycache__" / "b", tree / "tests" / "__pycache__" / "c"]
    gone += [tree / ".stacks" / "torch" / "pyvenv.cfg"]
    for file in kept + gone:
        file.parent.mkdir(parents=True)
        file.touch()
    assert make("clean", cwd=tree).returncode == 0
    assert all(file.exists() for file in kept)
    assert not any(file.exists() for file in [*gone, tree / ".venv", tree / ".stacks"])
