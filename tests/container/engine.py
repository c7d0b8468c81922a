"""The container engine, as these tests use it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from bench.model.result import Result
from bench.results.folder import read

ROOT = Path(__file__).parents[2]
IMAGE = "bench:local"
"""What compose.yaml calls it."""

PROJECT = "bench-test"
"""Apart from what a user of this checkout runs: the data volume carries the project's name."""


def docker(
    *arguments: str | Path, cwd: Path = ROOT, limit: float = 600, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run `docker` to its end; its exit code is the container's."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("BENCH_")}
    base = {k: v for k, v in os.environ.items() if k.startswith("BENCH_BASE")}
    return subprocess.run(
        ["docker", *map(str, arguments)],
        cwd=cwd,
        env={**clean, **base, "COMPOSE_PROJECT_NAME": PROJECT, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=limit,
        check=False,
    )


def answers() -> bool:
    return shutil.which("docker") is not None and docker("info").returncode == 0


def inside(*command: str, options: tuple[str, ...] = ()) -> str:
    """What a command prints in a container of the image. `options` are those of `docker run`."""
    program, *arguments = command
    done = docker("run", "--rm", *options, "--entrypoint", program, IMAGE, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def artifact(folder: Path) -> Result:
    """The newest run's result, its files complete."""
    latest = folder / "latest"
    for name in ("report.md", "samples.csv"):
        assert (latest / name).is_file(), name
    return read(latest)


def owners(folder: Path) -> set[tuple[int, int]]:
    """User and group of the folder and of everything in it."""
    return {(path.lstat().st_uid, path.lstat().st_gid) for path in [folder, *folder.rglob("*")]}


def tracebacks(done: subprocess.CompletedProcess[str], results: Path) -> list[str]:
    """Where a traceback shows: on the console, or in the log of a lane."""
    texts = {"console": done.stdout + done.stderr}
    texts |= {str(log): log.read_text() for log in logs(results)}
    return [name for name, text in texts.items() if "Traceback" in text]


def logs(results: Path) -> Iterator[Path]:
    return results.glob("*/logs/*.log")
