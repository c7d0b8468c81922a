"""Fixes as lines to copy, for where the reader is: on a host, or in a container on it."""

import shlex
from pathlib import Path

import bench
from bench.host.kit import RECORD
from bench.model.host import Host

_APT = ("Debian", "Ubuntu", "Mint")
_DNF = ("Red Hat", "CentOS", "Rocky", "Alma", "Fedora", "Oracle", "Amazon")
_ENGINES = ("docker", "podman")
_CHECKOUT = Path(bench.__file__).resolve().parent.parent


def in_container(host: Host) -> bool:
    """True if the reader is in a container, as far as it can be told."""
    return host.settings.container.value is not None


def on_host(host: Host, *commands: str) -> list[str]:
    """Commands that change the kernel's settings, which no container may."""
    return (
        ["# on the host, outside the container", *commands] if in_container(host) else [*commands]
    )


def for_container(host: Host, compose: str, docker: str, pod: str) -> list[str]:
    """One setting of the container as a line for its engine: of a compose service or of a pod.

    `docker` are options of `docker run`, which are Podman's too. Any other engine's name for it
    is left to the reader.
    """
    engine = host.settings.container.value
    if engine == "kubernetes":
        return ["# in the pod's spec", pod]
    if engine not in _ENGINES:
        return as_docker_run(host, docker)
    return ["# compose.yaml, in the service", compose, "# or: docker run", docker]


def as_docker_run(host: Host, docker: str) -> list[str]:
    """A setting that only the line that starts the container has, by the name of `docker run`."""
    engine = host.settings.container.value
    if engine in _ENGINES:
        return ["# docker run", docker]
    return [f"# where {engine} was started, what docker run calls", docker]


def show_the_cpu(host: Host) -> list[str]:
    """How a CPU's flags and states get to those who are to have them."""
    if host.settings.hypervisor.value is not None:
        return [
            "# where the virtual machine runs: virsh edit NAME (QEMU: -cpu host);",
            "# in a cloud: another instance type",
            "<cpu mode='host-passthrough'/>",
        ]
    return on_host(
        host,
        "# update the firmware, and boot without the options that this shows",
        r"grep -oE 'noxsave\S*|clearcpuid=\S+' /proc/cmdline",
    )


def permit(host: Host, compose: str, docker: str, pod: str) -> list[str]:
    """A system call that a filter refuses: the container's, which has a setting, or another's."""
    if in_container(host):
        return for_container(host, compose, docker, pod)
    return [
        "# where this says 2, a filter of system calls refuses it: run bench",
        "# outside of it, from a login shell instead of a service or sandbox",
        "grep Seccomp: /proc/self/status",
    ]


def install(host: Host, apt: str, dnf: str) -> list[str]:
    """Commands that install a package of the system, by its names in Debian and in Red Hat."""
    return _by_system(host, f"apt-get install {apt}", f"dnf install {dnf}")


def newer_kernel(host: Host) -> list[str]:
    """Commands that boot the distribution's newest kernel."""
    apt, dnf = "apt-get update && sudo apt-get full-upgrade", "dnf upgrade kernel"
    if in_container(host):  # its own distribution is not the host's
        return on_host(host, *_both(f"sudo {apt}", f"sudo {dnf}"), "sudo reboot")
    return [*_by_system(host, apt, dnf), "sudo reboot"]


def install_stack(python: str, *packages: str) -> list[str]:
    """Commands that put packages into the environment of the interpreter `python`."""
    if RECORD.exists():
        return ["# on the host, in the checkout: makes the image anew", "docker compose build"]
    if Path(python).parent.parent == _CHECKOUT / ".venv":
        return ["# in the checkout: installs the locked versions", "make full"]
    if Path(python).parents[2] == _CHECKOUT / ".stacks":
        name = Path(python).parents[1].name
        return ["# in the checkout: makes it anew", f"rm -r .stacks/{name}; make stack NAME={name}"]
    *first, last = packages
    lines = [f"{shlex.quote(python)} -m pip install \\"]
    return [*lines, *(f"  {package} \\" for package in first), f"  {last}"]


def _by_system(host: Host, apt: str, dnf: str) -> list[str]:
    sudo = "" if in_container(host) else "sudo "
    system = host.settings.operating_system.value or ""
    if any(name in system for name in _APT):
        return [f"{sudo}{apt}"]
    if any(name in system for name in _DNF):
        return [f"{sudo}{dnf}"]
    return _both(f"{sudo}{apt}", f"{sudo}{dnf}")


def _both(apt: str, dnf: str) -> list[str]:
    return ["# Debian, Ubuntu", apt, "# or: Red Hat and its kin", dnf]
