"""Which build of this kit is running."""

import os
import subprocess
from pathlib import Path

from pydantic import ValidationError

import bench
from bench.model.base import Reading
from bench.model.kit import Build, Kit

RECORD = Path("/opt/bench/build.json")
"""Where an image has the record of its build; the Dockerfile puts it there."""

IMAGE_VARIABLES = {"image_id": "BENCH_IMAGE_ID", "image_digest": "BENCH_IMAGE_DIGEST"}
"""What only the host knows of the image that it runs, and the variables that it tells it with."""


def kit(record: Path = RECORD) -> Kit:
    """The version and where it is from: an image, by the record in it, or a git checkout."""
    here = Path(bench.__file__).resolve().parent.parent
    if record.exists():
        return _of_image(read_build(record))
    if not (here / ".git").exists():
        return Kit(version=bench.__version__, commit=None, commit_reason="not a git checkout")
    command = ["git", "-C", str(here), "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        reason = f"git does not tell: {type(error).__name__}"
        return Kit(version=bench.__version__, commit=None, commit_reason=reason)
    return Kit(version=bench.__version__, commit=done.stdout.strip())


def read_build(record: Path = RECORD) -> Reading[Build]:
    """What the image that this runs in was built from."""
    if not record.exists():
        return Reading(reason="not run from an image")
    try:
        return Reading(value=Build.model_validate_json(record.read_bytes()))
    except (OSError, ValidationError) as error:
        return Reading(reason=f"{record} can't be read: {str(error).splitlines()[0]}")


def _of_image(build: Reading[Build]) -> Kit:
    commit = build.value.commit if build.value else Reading[str](reason=build.reason)
    image = {field: _from_host(variable) for field, variable in IMAGE_VARIABLES.items()}
    return Kit(
        version=bench.__version__,
        commit=commit.value,
        commit_reason=commit.reason,
        build=build,
        **image,
    )


def _from_host(variable: str) -> Reading[str]:
    """What the host told by a variable; `docker compose run` by itself tells nothing."""
    value = os.environ.get(variable)
    return Reading(value=value) if value else Reading(reason=f"the host did not set {variable}")
