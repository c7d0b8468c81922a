"""Caches of the whole host, from sysfs."""

import re
from collections import Counter

from bench.host.files import Files, parsed
from bench.model.host import Cache

_CPUS = "/sys/devices/system/cpu"
_UNITS = {"K": 2**10, "M": 2**20}


def read_caches(files: Files, cpus: list[int]) -> list[Cache]:
    """Each level, kind and size of cache with its instances; [] where sysfs names none."""
    seen: set[tuple[str, str]] = set()
    instances: Counter[tuple[int, str, int]] = Counter()
    for cpu in cpus:
        for index in files.names(f"{_CPUS}/cpu{cpu}/cache"):
            folder = f"{_CPUS}/cpu{cpu}/cache/{index}"
            # One instance shows in the folder of each CPU that shares it.
            shown = index, files.text(f"{folder}/shared_cpu_list") or str(cpu)
            cache = None if shown in seen else _read(files, folder)
            if cache is not None:
                seen.add(shown)
                instances[cache] += 1
    return [
        Cache(level=level, kind=kind, size_bytes=size, instances=count)
        for (level, kind, size), count in sorted(instances.items())
    ]


def _read(files: Files, folder: str) -> tuple[int, str, int] | None:
    level = files.integer(f"{folder}/level")
    kind = files.text(f"{folder}/type")
    size = parsed(files.reading(f"{folder}/size"), _bytes).value
    return None if level is None or kind is None or size is None else (level, kind, size)


def _bytes(text: str) -> int:
    size = re.fullmatch(r"(\d+)([KM])", text)
    if size is None:
        raise ValueError(text)
    return int(size[1]) * _UNITS[size[2]]
