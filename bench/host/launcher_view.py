"""What IPEX's launcher will see of the host: it believes lscpu, and nothing else.

IPEX 2.8, `cpu/launch/cpu_info.py`: it runs `lscpu --all --extended` and reads the columns CPU,
CORE, SOCKET, NODE and MAXMHZ by its own rules, which are repeated here.
"""

import os
import subprocess

from bench.model.base import Reading
from bench.model.host import Topology
from bench.text import cpus_words

_LIMIT_SECONDS = 10

Seen = dict[int, tuple[bool, int]]
"""By CPU: whether it is the first thread of its core, and its node."""


def ask_lscpu(program: str) -> Reading[str]:
    """The table that the launcher will read."""
    try:
        done = subprocess.run(
            [program, "--all", "--extended"],
            env={**os.environ, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_LIMIT_SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Reading(reason=f"it can't be run ({type(error).__name__})")
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it says nothing"])[0]
        return Reading(reason=f"it ends with {done.returncode} ({said[:120]})")
    return Reading(value=done.stdout)


def objection(table: Reading[str], topology: Topology) -> str | None:
    """Why the launcher would fail on this table, or pin a lane elsewhere; None if it would not."""
    if table.value is None:
        return table.reason
    try:
        seen = launcher_cpus(table.value)
    except ValueError as error:
        return f"the launcher can't read its table ({error})"
    if not seen:
        return "the launcher finds no CPU in its table"
    first: set[int] = set()
    ours: Seen = {}
    for cpu in sorted(topology.cpus, key=lambda each: each.cpu):
        ours[cpu.cpu] = cpu.core not in first, -1 if cpu.node is None else cpu.node
        first.add(cpu.core)
    if missing := ours.keys() - seen.keys():
        return f"it does not show {cpus_words(missing)}"
    for place, what in enumerate(("cores", "nodes")):
        if differ := [cpu for cpu in ours if seen[cpu][place] != ours[cpu][place]]:
            return f"it has other {what} for {cpus_words(differ)}"
    return None


def launcher_cpus(table: str) -> Seen:
    """The CPUs that the launcher takes from a table. ValueError where it would end with one."""
    columns: dict[str, int] = {}
    width, rows = 0, []
    for line in table.strip().split("\n"):
        words = line.lower().split()
        if all(name in line.lower() for name in ("cpu", "socket", "core")):
            width = len(words)
            columns |= {word: place for place, word in enumerate(words)}
        elif columns and len(words) == width:
            row = {name: words[place] for name, place in columns.items()}
            # A CPU that is off has a dash instead.
            if all(row.get(name, "").isdecimal() for name in ("cpu", "core", "socket")):
                float(row.get("maxmhz", 0))
                rows.append(
                    (int(row["core"]), int(row["cpu"]), int(row.get("node", row["socket"])))
                )
    seen: Seen = {}
    before = None
    for core, cpu, node in sorted(rows):
        seen[cpu] = core != before, node
        before = core
    return seen
