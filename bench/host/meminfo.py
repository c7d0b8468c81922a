"""Memory, from the kernel's `meminfo` files, the host's and each NUMA node's, and whose it is."""

import re

from bench.host.files import Files, parsed
from bench.model.base import Reading
from bench.text import parse_cpulist

HOST = "/proc/meminfo"
_STATUS = "/proc/self/status"


def meminfo_bytes(files: Files, name: str, path: str = HOST) -> Reading[int]:
    """Bytes of the line `name`, e.g. MemTotal."""
    text = files.reading(path)
    if text.value is None:
        return Reading(reason=text.reason)
    amount = _line(text.value, name)
    return Reading(value=amount, reason=None if amount is not None else f"{path}: no line {name!r}")


def node_available(files: Files, path: str) -> Reading[int]:
    """Bytes that a node can give: free, file pages, and slab that the kernel can reclaim.

    A node's `meminfo` has no MemAvailable.
    """
    free = meminfo_bytes(files, "MemFree", path)
    if free.value is None:
        return free
    text = files.text(path) or ""
    spare = [_line(text, name) for name in ("Active(file)", "Inactive(file)", "SReclaimable")]
    return Reading(value=free.value + sum(each or 0 for each in spare))


def allowed_nodes(files: Files) -> Reading[list[int]]:
    """The NUMA nodes that this process may have memory of, by its status."""
    status = files.reading(_STATUS)
    line = re.search(r"^Mems_allowed_list:[ \t]*(.*)$", status.value or "", re.MULTILINE)
    if line is None:
        return Reading(reason=status.reason or f"{_STATUS}: no line 'Mems_allowed_list'")
    return parsed(Reading(value=line[1]), parse_cpulist)


def _line(text: str, name: str) -> int | None:
    line = re.search(rf"(?:^|\s){re.escape(name)}:\s+(\d+) kB", text)
    return int(line[1]) * 1024 if line else None
