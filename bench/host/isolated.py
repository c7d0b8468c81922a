"""CPUs that the scheduler does not balance: threads stay on the one that they were started on."""

from bench.host.files import Files
from bench.host.hierarchy import Hierarchy, find
from bench.model.base import Reading

_ISOLATED = "/sys/devices/system/cpu/isolated"


def isolated_cpus(files: Files) -> Reading[list[int]]:
    """Those of `isolcpus`, of isolated cpuset partitions, and of version 1's unbalanced cpusets."""
    listed, cpuset = files.numbers(_ISOLATED), find(files, "cpuset")
    mine = _of_cpuset(files, cpuset) if cpuset is not None else set()
    if listed.value is None and not mine:
        return listed
    return Reading(value=sorted({*(listed.value or []), *mine}))


def _of_cpuset(files: Files, cpuset: Hierarchy) -> set[int]:
    folders = cpuset.folders
    if cpuset.version == 1:
        # A cpuset is balanced as part of any above it that is (Linux: cgroup-v1/cpusets.rst).
        balanced = [files.text(f"{folder}/cpuset.sched_load_balance") for folder in folders]
        alone = bool(balanced) and all(each == "0" for each in balanced)
        return _cpus(files, folders[0], "cpuset.cpus") if alone else set()
    isolated: set[int] = set()
    for folder in folders:
        if files.text(f"{folder}/cpuset.cpus.partition") == "isolated":
            isolated |= _cpus(files, folder, "cpuset.cpus.effective")
        isolated |= _cpus(files, folder, "cpuset.cpus.isolated")  # of the whole host, at its root
    return isolated


def _cpus(files: Files, folder: str, name: str) -> set[int]:
    return set(files.numbers(f"{folder}/{name}").value or [])
