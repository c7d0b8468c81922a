"""Memory, from the kernel's `meminfo` files: the host's and each NUMA node's."""

import re

from bench.host.files import Files, parsed
from bench.model.base import Reading

HOST = "/proc/meminfo"


def meminfo_bytes(files: Files, name: str, path: str = HOST) -> Reading[int]:
    """Bytes of the line `name`, e.g. MemTotal."""
    return parsed(files.reading(path), lambda text: _bytes(text, name))


def _bytes(text: str, name: str) -> int:
    line = re.search(rf"\b{name}:\s+(\d+) kB", text)
    if line is None:
        raise ValueError(name)
    return int(line[1]) * 1024
