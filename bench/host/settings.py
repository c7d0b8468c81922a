"""System settings that move the numbers."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from bench.host.container import read_container
from bench.host.files import Files, parsed
from bench.model.base import Reading
from bench.model.host import Settings

_CPUS = "/sys/devices/system/cpu"
_DMI = "/sys/class/dmi/id"


def read_settings(
    files: Files,
    flags: frozenset[str] | None,
    kernel: str,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Settings:
    """Read them all; `flags` are the CPU's, `kernel` its release, `environment` this process's."""
    return Settings(
        governor=_policies(files, "scaling_governor"),
        frequency_driver=_policies(files, "scaling_driver"),
        turbo=_turbo(files),
        smt=parsed(files.reading(f"{_CPUS}/smt/active"), _switch),
        transparent_huge_pages=parsed(
            files.reading("/sys/kernel/mm/transparent_hugepage/enabled"), _chosen
        ),
        numa_balancing=parsed(files.reading("/proc/sys/kernel/numa_balancing"), _switch),
        hypervisor=_hypervisor(files, flags),
        container=read_container(files, environment),
        kernel=kernel,
        operating_system=_operating_system(files),
    )


def _policies(files: Files, name: str) -> Reading[str]:
    """The value all frequency policies have, or all their values with commas between."""
    folder = f"{_CPUS}/cpufreq"
    policies = [entry for entry in files.names(folder) if entry.startswith("policy")]
    if not policies:
        return Reading(reason=f"{folder}: no policy, as is usual in a virtual machine")
    readings = [files.reading(f"{folder}/{policy}/{name}") for policy in policies]
    values = sorted({reading.value for reading in readings if reading.value is not None})
    return Reading(value=", ".join(values)) if values else readings[0]


def _turbo(files: Files) -> Reading[bool]:
    off = parsed(files.reading(f"{_CPUS}/intel_pstate/no_turbo"), _switch)
    if off.value is not None:
        return Reading(value=not off.value)
    boost = parsed(files.reading(f"{_CPUS}/cpufreq/boost"), _switch)
    if boost.value is not None:
        return boost
    return Reading(reason="neither intel_pstate/no_turbo nor cpufreq/boost can be read")


def _switch(text: str) -> bool:
    return int(text) != 0


def _chosen(text: str) -> str:
    """The word in brackets: `always [madvise] never`. Raises ValueError if there is none."""
    word = re.search(r"\[(\w+)\]", text)
    if word is None:
        raise ValueError(text)
    return word[1]


def _hypervisor(files: Files, flags: frozenset[str] | None) -> Reading[str]:
    xen = files.reading("/sys/hypervisor/type")
    if xen.value is not None:
        return xen
    if flags is None:
        return Reading(reason="/proc/cpuinfo names no flags")
    # Only x86 has the flag; of others the DMI name can't be told to be a virtual machine's.
    if "fpu" not in flags:
        return Reading(reason="not known on this architecture")
    if "hypervisor" not in flags:
        return Reading(reason="no hypervisor flag: bare metal")
    names = [files.text(f"{_DMI}/{name}") for name in ("sys_vendor", "product_name")]
    return Reading(value=" ".join(n for n in names if n) or "unnamed hypervisor")


def _operating_system(files: Files) -> Reading[str]:
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        name = re.search(r'^PRETTY_NAME="?([^"\n]+)', files.text(path) or "", re.MULTILINE)
        if name is not None:
            return Reading(value=name[1])
    return Reading(reason="no PRETTY_NAME in /etc/os-release")
