"""Whether numactl places a lane as planned; it has no fallback, so without it only cores are."""

import subprocess
from collections.abc import Mapping

from bench.model.setup import Placement
from bench.plan.start import direct
from bench.text import one_line

LIMIT_SECONDS = 10.0


def refusal(placement: Placement, environment: Mapping[str, str]) -> str | None:
    """What numactl says where it refuses the placement; None if it takes it, or is not wanted."""
    if placement.task_manager != "numactl":
        return None
    command = direct.command(placement, ["numactl", "--show"])
    try:
        tried = subprocess.run(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LIMIT_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"numactl: {error}"
    if tried.returncode == 0:
        return None
    said = (tried.stderr or tried.stdout).decode(errors="replace").strip().splitlines()
    return f"numactl: {one_line(said[0])}" if said else f"numactl: exit code {tried.returncode}"


def unbound(command: list[str], placement: Placement) -> list[str]:
    """The lane's command without numactl: whoever starts it pins it.

    The launcher is to go by taskset, and binds its threads where there is none.
    """
    if placement.launcher == "ipexrun":
        at = command.index("--multi-task-manager") + 1
        return [*command[:at], "taskset", *command[at + 1 :]]
    return command[len(direct.command(placement, [])) :]
