"""Prints what an image is built from, as JSON: `build-record.py CONTEXT MADE`, in the build.

MADE has a folder for each stack, in it the file `build` if the stack was made.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

BUILT_FROM = ("Dockerfile", "bench", "docker", "pyproject.toml", "requirements", "scripts")


def main() -> None:
    context, made = map(Path, sys.argv[1:])
    stacks = {each.parent.name: each.read_text().strip() for each in sorted(made.glob("*/build"))}
    locks = [each for each in sorted((context / "requirements").glob("*.txt")) if of(each, stacks)]
    record = {
        **commit(context),
        "locks": {lock.name: hashlib.sha256(lock.read_bytes()).hexdigest() for lock in locks},
        "base": os.environ["BENCH_BASE"],
        "base_digest": reading(os.environ["BENCH_BASE_DIGEST"], "the base was named without one"),
        "torch_builds": stacks,
    }
    print(json.dumps(record, indent=1))


def of(lock: Path, stacks: dict[str, str]) -> bool:
    """Whether it says what is in the image: not a lock of a stack that was left out."""
    stack = re.match(r"stack-(\w+)", lock.stem)
    return stack is None or stack[1] in stacks


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
