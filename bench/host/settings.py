"""System settings that move the numbers."""

import re

from bench.host.files import Files, parsed
from bench.model.base import Reading
from bench.model.host import Settings

_CPUS = "/sys/devices/system/cpu"
_DMI = "/sys/class/dmi/id"


def read_settings(files: Files, flags: frozenset[str] | None, kernel: str) -> Settings:
    """Read them all; `flags` are the CPU's, `kernel` its release."""
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
        container=_container(files),
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


_CONTAINER_PATHS = (
    ("kubernetes", "/var/run/secrets/kubernetes.io"),
    ("podman", "/run/.containerenv"),
    ("docker", "/.dockerenv"),
)
# Not the word alone: /system.slice/docker.service is a process of the host.
_CONTAINER_CGROUPS = (
    ("kubernetes", r"/kubepods"),
    ("podman", r"/libpod[-_]"),
    ("docker", r"/docker[-/]"),
    ("containerd", r"/cri-containerd[-:]"),
    ("lxc", r"/lxc[./]"),
)


def _container(files: Files) -> Reading[str]:
    """The engine whose mark is found first, the outermost first: a pod's may be Docker's too."""
    for name, path in _CONTAINER_PATHS:
        if files.exists(path) and not _root_is_a_disk(files):
            return Reading(value=name)
    cgroups = files.text("/proc/self/cgroup") or ""
    for name, path in _CONTAINER_CGROUPS:
        if re.search(path, cgroups):
            return Reading(value=name)
    # systemd's convention for the first process of a container; readable to its own user only.
    stated = re.search(r"(?:^|\0)container=([^\0]+)", files.text("/proc/1/environ") or "")
    return Reading(value=stated[1]) if stated else Reading(reason="no mark of a container")


def _root_is_a_disk(files: Files) -> bool:
    """True where `/` is the top of a block device: a virtual machine may be made of an image.

    Its file system then still has the mark that the engine put there.
    """
    mounts = files.text("/proc/self/mountinfo") or ""
    return re.search(r"^\S+ \S+ \S+ / / .* - \S+ /dev/", mounts, re.MULTILINE) is not None


def _operating_system(files: Files) -> Reading[str]:
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        name = re.search(r'^PRETTY_NAME="?([^"\n]+)', files.text(path) or "", re.MULTILINE)
        if name is not None:
            return Reading(value=name[1])
    return Reading(reason="no PRETTY_NAME in /etc/os-release")
