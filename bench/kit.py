"""Which build of this kit is running."""

import subprocess
from pathlib import Path

import bench
from bench.results.schema import Kit


def kit() -> Kit:
    """The version, and the commit where the code runs from a git checkout."""
    here = Path(bench.__file__).resolve().parent.parent
    if not (here / ".git").exists():
        return Kit(version=bench.__version__, commit=None, commit_reason="not a git checkout")
    command = ["git", "-C", str(here), "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        reason = f"git does not tell: {type(error).__name__}"
        return Kit(version=bench.__version__, commit=None, commit_reason=reason)
    return Kit(version=bench.__version__, commit=told.stdout.strip())
