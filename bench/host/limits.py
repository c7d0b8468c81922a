"""What this process may use of the host: affinity, cpuset, quota and memory."""

from bench.host.cgroup import read_cgroup
from bench.host.files import Files, parsed
from bench.host.topology import meminfo_bytes
from bench.model.base import Reading
from bench.model.host import Limits


def read_limits(
    files: Files, affinity: list[int], memory_policy: Reading[bool], shm_bytes: Reading[int]
) -> Limits:
    """The cgroups' limits beside what the kernel answered about this process."""
    cgroup = read_cgroup(files)
    return Limits(
        affinity=sorted(affinity),
        cgroup_version=cgroup.version,
        cpuset=cgroup.cpuset,
        quota_cpus=cgroup.quota_cpus,
        memory_limit_bytes=cgroup.memory_limit_bytes,
        memory_available_bytes=_available(files, cgroup.memory_headroom_bytes),
        memory_policy=memory_policy,
        shm_bytes=shm_bytes,
    )


def _available(files: Files, headroom: Reading[int]) -> Reading[int]:
    meminfo = files.reading("/proc/meminfo")
    host = parsed(meminfo, lambda text: meminfo_bytes(text, "MemAvailable"))
    if host.value is None:
        return host if headroom.value is None else headroom
    return host if headroom.value is None else Reading(value=min(host.value, headroom.value))
