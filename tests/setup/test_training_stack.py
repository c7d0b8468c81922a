"""scripts/training-stack.sh with a `uv` that writes down what it is asked for.

PyTorch's index is a loopback server, or a port at which nothing answers.
"""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.setup.test_torch_build import server

ROOT = Path(__file__).parents[2]
LOCK = """\
annotated-types==0.8.0 \\
    --hash=sha256:aa
cuda-toolkit==13.0.3.0 \\
    --hash=sha256:bb
nvidia-nccl-cu13==2.30.7 \\
    --hash=sha256:cc
torch==2.14.1 \\
    --hash=sha256:dd
torchvision==0.29.1 \\
    --hash=sha256:ee
triton==3.8.0 \\
    --hash=sha256:ff
"""
UV = """\
#!/bin/bash
exec >>"$TREE/asked"
printf '%q ' "$@"
for word in "$@"; do
    if [[ $word == /dev/fd/* ]]; then
        printf 'holds: '; grep -o '^[a-z][^ ]*' "$word" | tr '\\n' ' '
    fi
done
echo
if [ -e "$TREE/no-cpu-build" ] && [[ " $* " == *" --index-url "* ]]; then exit 1; fi
"""


@pytest.fixture
def tree(tmp_path):
    """The scripts, the lock of a stack `next`, and that `uv`."""
    (tmp_path / "scripts").mkdir()
    for name in ("training-stack.sh", "torch-build.sh"):
        shutil.copy(ROOT / "scripts" / name, tmp_path / "scripts")
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements/stack-next.txt").write_text(LOCK)
    for folder in ("bin", "env/bin"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "bin/uv").write_text(UV)
    (tmp_path / "bin/uv").chmod(0o755)
    return tmp_path


def pin_the_cpu_build(tree: Path) -> None:
    text = "torch==2.14.1+cpu \\\n    --hash=sha256:aa\ntorchvision==0.29.1+cpu --hash=sha256:bb\n"
    (tree / "requirements/stack-next-cpu.txt").write_text(text)


def install(tree: Path, port: int = 9, **variables: str) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    env["PATH"] = f"{tree / 'bin'}:{Path(sys.executable).parent}:{env['PATH']}"
    env |= {"TORCH_INDEX": f"http://127.0.0.1:{port}/whl/cpu", "TREE": str(tree)} | variables
    command = [tree / "scripts/training-stack.sh", "next", tree / "env/bin/python"]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def asked(tree: Path) -> list[list[str]]:
    """The words of each time that uv was asked, after those that it is always."""
    file = tree / "asked"
    calls = [shlex.split(line) for line in file.read_text().splitlines()] if file.exists() else []
    return [call[call.index("--no-deps") + 1 :] if "--no-deps" in call else call for call in calls]


WHOLE = ["--require-hashes", "-r", "requirements/stack-next.txt"]
PINNED_REST = ["--require-hashes", "-r"]


def test_without_a_lock_of_the_cpu_build_no_index_is_asked(tree):
    with server(200) as (port, heads):
        done = install(tree, port)
    assert (done.returncode, heads) == (0, [])
    assert asked(tree) == [WHOLE]
    assert not (tree / "env/.bench-unpinned").exists()


def test_a_cpu_build_that_is_locked_is_taken_from_its_index(tree):
    pin_the_cpu_build(tree)
    with server(200) as (port, _):
        done = install(tree, port)
    assert done.returncode == 0, done.stderr
    torch, rest = asked(tree)
    index = f"http://127.0.0.1:{port}/whl/cpu"
    assert torch == [
        *("--require-hashes", "--index-url", index, "-r", "requirements/stack-next-cpu.txt"),
    ]
    assert rest[:2] == PINNED_REST
    assert rest[-2:] == ["holds:", "annotated-types==0.8.0"], "nothing for a GPU"
    assert not (tree / "env/.bench-unpinned").exists()


def test_where_its_index_does_not_answer_the_registrys_is_taken(tree):
    pin_the_cpu_build(tree)
    assert install(tree).returncode == 0
    assert asked(tree) == [WHOLE]


def test_and_where_it_can_not_be_installed(tree):
    pin_the_cpu_build(tree)
    (tree / "no-cpu-build").touch()
    with server(200) as (port, _):
        done = install(tree, port)
    assert done.returncode == 0
    assert "==> That failed: using the registry's build" in done.stdout
    _, removal, whole = asked(tree)
    assert removal[:2] == ["pip", "uninstall"]
    assert whole == WHOLE


def test_one_that_no_hash_pins_is_the_users_choice_and_says_so(tree):
    with server(200) as (port, _):
        done = install(tree, port, TORCH_BUILD="cpu")
    assert done.returncode == 0, done.stderr
    torch, rest = asked(tree)
    assert torch[-2:] == ["torch==2.14.1+cpu", "torchvision==0.29.1+cpu"]
    assert "--require-hashes" not in torch
    assert rest[:2] == PINNED_REST
    said = (tree / "env/.bench-unpinned").read_text()
    assert said == "torch and torchvision are PyTorch's CPU build, which no hash pins\n"


def test_a_choice_that_can_not_be_had_is_an_error(tree):
    done = install(tree, TORCH_BUILD="cpu")
    assert done.returncode == 3
    assert "error: TORCH_BUILD=cpu: PyTorch's CPU build can't be had; leave that out" in done.stderr
    assert asked(tree) == []
    done = install(tree, TORCH_BUILD="gpu")
    assert (done.returncode, done.stderr) == (2, "error: TORCH_BUILD=gpu: it is cpu, or not set\n")
