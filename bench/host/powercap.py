"""What the processor's packages have used of energy, by the kernel's powercap interface (RAPL).

Intel's name stands in it on AMD's processors too. A package's zone is its cores, caches and
controllers; its memory (`dram`) and the whole platform (`psys`) have zones of their own, which are
no part of it and are not read. https://docs.kernel.org/power/powercap/powercap.html
"""

import re
from dataclasses import dataclass

from bench.host.files import Files, parsed
from bench.model.base import Reading

_POWERCAP = "/sys/class/powercap"
_ZONE = re.compile(r"intel-rapl:\d+")
_PACKAGE = re.compile(r"package-(\d+)(?:-die-\d+)?")
_CPUS = "/sys/devices/system/cpu"


@dataclass(frozen=True)
class Package:
    """A package's zone, or a die's of it: its name, its socket, where its counter is.

    The counter begins at 0 again after `range_microjoules`; None if the kernel does not tell.
    """

    name: str
    socket: int
    counter: str
    range_microjoules: int | None


def packages(files: Files) -> Reading[list[Package]]:
    """The zones of all packages whose counters can be read, or why none can."""
    zones = [name for name in files.names(_POWERCAP) if _ZONE.fullmatch(name)]
    if not zones:
        return Reading(reason="this host shows no energy counter, as is usual in a virtual machine")
    named = [(f"{_POWERCAP}/{zone}", files.reading(f"{_POWERCAP}/{zone}/name")) for zone in zones]
    if all(name.value is None for _, name in named):
        # A container's runtime hides what the links lead to.
        return Reading(reason=f"hidden here, as a container hides it: {named[0][1].reason}")
    zones_of = [
        Package(name.value, int(match[1]), f"{zone}/energy_uj", _range(files, zone))
        for zone, name in named
        if name.value is not None and (match := _PACKAGE.fullmatch(name.value))
    ]
    if not zones_of:
        return Reading(reason=f"{_POWERCAP} has no package's counter")
    for each in zones_of:
        if (now := microjoules(files, each)).value is None:
            return Reading(reason=now.reason)
    return Reading(value=zones_of)


def microjoules(files: Files, package: Package) -> Reading[int]:
    """What the counter shows now. It means something only as the difference of two moments."""
    read = parsed(files.reading(package.counter), int)
    if read.reason is not None and read.reason.endswith("Permission denied"):
        # https://nvd.nist.gov/vuln/detail/CVE-2020-8694: it tells of others' secrets.
        return Reading(reason=f"{read.reason}; since Linux 5.10 it is root's alone to read")
    return read


def cpus_by_socket(files: Files) -> dict[int, list[int]]:
    """The online CPUs of each socket, by the number that packages' names have."""
    sockets: dict[int, list[int]] = {}
    for cpu in files.numbers(f"{_CPUS}/online").value or []:
        socket = files.integer(f"{_CPUS}/cpu{cpu}/topology/physical_package_id")
        if socket is not None:
            sockets.setdefault(socket, []).append(cpu)
    return sockets


def _range(files: Files, zone: str) -> int | None:
    return files.integer(f"{zone}/max_energy_range_uj")
