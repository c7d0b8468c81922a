"""Prints what an image is built from, as JSON: `build-record.py CONTEXT`, in the build."""

import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

BUILT_FROM = ("Dockerfile", "bench", "docker", "pyproject.toml", "requirements", "scripts")


def main() -> None:
    context = Path(sys.argv[1])
    locks = sorted((context / "requirements").glob("*.txt"))
    record = {
        **commit(context),
        "locks": {lock.name: hashlib.sha256(lock.read_bytes()).hexdigest() for lock in locks},
        "base": os.environ["BENCH_BASE"],
        "base_digest": reading(os.environ["BENCH_BASE_DIGEST"], "the base was named without one"),
        # PyTorch's own index marks its CPU build in the version, the registry's has no mark.
        "torch_build": "cpu" if version("torch").endswith("+cpu") else "registry",
    }
    print(json.dumps(record, indent=1))


def commit(context: Path) -> dict[str, object]:
    """The commit and the time that stands for the build's: SOURCE_DATE_EPOCH, else the commit's."""
    try:
        head = git(context, "rev-parse", "HEAD")
        dirty = git(context, "status", "--porcelain", "--", *BUILT_FROM)
        epoch = os.environ.get("SOURCE_DATE_EPOCH") or git(context, "log", "-1", "--format=%ct")
    except (OSError, subprocess.SubprocessError):
        why = "not built from a git checkout"
        epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
        return {"commit": reading("", why), "built_at": reading(utc(epoch), f"{why}")}
    return {
        "commit": reading(f"{head}-dirty" if dirty else head, ""),
        "built_at": reading(utc(epoch), ""),
    }


def git(context: Path, *arguments: str) -> str:
    # The checkout's owner is not this user.
    command = ["git", "-c", f"safe.directory={context}", "-C", str(context), *arguments]
    quiet = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    done = subprocess.run(command, env=quiet, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def utc(epoch: str) -> str:
    return datetime.fromtimestamp(int(epoch), UTC).isoformat() if epoch else ""


def reading(value: str, reason: str) -> dict[str, str | None]:
    """As the kit writes what may be unknown."""
    return {"value": value, "reason": None} if value else {"value": None, "reason": reason}


main()
