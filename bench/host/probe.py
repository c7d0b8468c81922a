"""The whole host, as this process may use it."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from bench.host.allowance import read_allowance
from bench.host.cpu import cpu_flags, read_cpu, read_cpuinfo
from bench.host.files import Files
from bench.host.instructions import read_instruction_sets
from bench.host.live import Live
from bench.host.settings import read_settings
from bench.host.topology import read_topology
from bench.model.host import Host


def probe(
    root: Path = Path("/"),
    identify: bool = False,
    live: Live | None = None,
    stacks: Mapping[str, Path] | None = None,
) -> Host:
    """Read the files below `root` and ask the kernel; what can't be known has its reason.

    `identify` puts the host's name into the answer, `stacks` are interpreters of the user's by the
    names of their stacks. `live` stands for the kernel's answers where
    `root` is the tree of a recorded host.
    """
    files = Files(root)
    live = live or Live.ask(stacks or {})
    cpuinfo = read_cpuinfo(files)
    flags = cpu_flags(cpuinfo)
    if flags is not None and "amx_tile" in flags:
        flags |= live.unlisted_flags()
    topology = read_topology(files, cpuinfo, live.affinity)
    allowance = read_allowance(files, topology, live)
    return Host(
        id=_host_id(files, live.host_name),
        name=live.host_name if identify else None,
        cpu=read_cpu(cpuinfo, live.machine, live.describe_cpu),
        instruction_sets=read_instruction_sets(
            flags, live.machine, live.amx_permission, live.execute
        ),
        amx_permission=live.amx_permission,
        topology=topology,
        allowance=allowance,
        settings=read_settings(files, flags, live.kernel, live.environment),
        tools=live.tools(topology, allowance.bindable_nodes),
        stacks=live.stacks,
    )


def _host_id(files: Files, host_name: str) -> str:
    """Eight hex digits of the SHA-256 of machine id and host name.

    A container has no machine id and a random name: there it is of the kernel's boot id, which
    tells the host until it boots again.
    """
    machine_id = files.text("/etc/machine-id")
    boot_id = files.text("/proc/sys/kernel/random/boot_id")
    known = boot_id if machine_id is None and boot_id else f"{machine_id or ''}\n{host_name}"
    return hashlib.sha256(known.encode()).hexdigest()[:8]
