"""Whether this process is in a container, and whose: by more than one mark, since none is sure."""

import re
from collections.abc import Callable, Mapping

from bench.host.files import Files
from bench.model.base import Reading

_VARIABLES = {
    "KUBERNETES_SERVICE_HOST": "kubernetes",
    "APPTAINER_CONTAINER": "apptainer",
    "SINGULARITY_CONTAINER": "singularity",
    "CH_RUNNING": "charliecloud",
}
"""The first is set in every pod, whatever it mounts; the others by what starts programs of HPC."""

_PATHS = {
    "/var/run/secrets/kubernetes.io": "kubernetes",
    "/run/.containerenv": "podman",
    "/.dockerenv": "docker",
    "/.singularity.d": "apptainer",
}
_GUESTS = {"/dev/lxd/sock": "lxc", "/dev/incus/sock": "lxc"}
"""In the same manager's virtual machines too: those have a disk."""

_CGROUPS = {
    "kubernetes": r"/kubepods",
    "podman": r"/libpod[-_]",
    "docker": r"/docker(?:-[0-9a-f]+\.scope|/)",
    "containerd": r"/cri-containerd[-:]",
    "cri-o": r"/crio-",
    "lxc": r"/lxc(?:\.payload)?[./]",
    "systemd-nspawn": r"/machine\.slice/(?:machine-|systemd-nspawn@)",
}
"""Not the word alone: /system.slice/docker.service is a process of the host, and so is what a
docker-cleanup.service of its administrator's starts."""

_MOUNTS = {
    "kubernetes": r"/kubelet/pods/",
    "podman": r"/containers/storage/overlay",
    "docker": r"/docker/(?:overlay2|containers/)",
    "containerd": r"/io\.containerd\.snapshotter",
    "lxc": r" - fuse\.lxcfs ",
}
"""Where what is mounted at these places comes from: `_SUPPLIED` by an engine."""

_SUPPLIED = r"/|/etc/(?:hosts|hostname|resolv\.conf)|/dev/termination-log|/proc/(?:cpuinfo|meminfo)"


def read_container(files: Files, environment: Mapping[str, str]) -> Reading[str]:
    """The engine whose mark is met first, the outermost first: a pod's may be Docker's too."""
    on_disk = _root_is_a_disk(files)
    engine = (
        _first(_VARIABLES, lambda name: bool(environment.get(name)))
        or (None if on_disk else _first(_PATHS, files.exists))
        or _stated(files, environment)
        or (None if on_disk else _first(_GUESTS, files.exists))
        or _by_text(_CGROUPS, files.text("/proc/self/cgroup") or "")
        or _by_text(_MOUNTS, _supplied(files))
    )
    return Reading(value=engine) if engine else Reading(reason="no mark of a container")


def _first(marks: Mapping[str, str], is_there: Callable[[str], bool]) -> str | None:
    return next((engine for mark, engine in marks.items() if is_there(mark)), None)


def _by_text(marks: Mapping[str, str], text: str) -> str | None:
    return next((engine for engine, mark in marks.items() if re.search(mark, text)), None)


def _stated(files: Files, environment: Mapping[str, str]) -> str | None:
    """What systemd's convention says: a variable of the first process, and a file for the others.

    The convention: systemd.io/CONTAINER_INTERFACE.
    """
    first = re.search(r"(?:^|\0)container=([^\0]+)", files.text("/proc/1/environ") or "")
    return (
        files.text("/run/systemd/container")
        or (first[1] if first else None)
        or environment.get("container")
    )


def _supplied(files: Files) -> str:
    """The lines of the mounts that an engine makes for its container."""
    mounts = files.text("/proc/self/mountinfo") or ""
    lines = re.findall(rf"^\S+ \S+ \S+ \S+ (?:{_SUPPLIED}) .*$", mounts, re.MULTILINE)
    return "\n".join(lines)


def _root_is_a_disk(files: Files) -> bool:
    """True where `/` is the top of a block device: a virtual machine may be made of an image.

    Its file system then still has the mark that the engine put there.
    """
    mounts = files.text("/proc/self/mountinfo") or ""
    return re.search(r"^\S+ \S+ \S+ / / .* - \S+ /dev/", mounts, re.MULTILINE) is not None
