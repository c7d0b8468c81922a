"""What this process may use of the host: affinity, cpuset, quota and memory."""

from bench.host.cgroup import read_cgroup
from bench.host.files import Files
from bench.host.meminfo import meminfo_bytes
from bench.model.base import Reading
from bench.model.host import Allowance


def read_allowance(
    files: Files, affinity: list[int], memory_policy: Reading[bool], shm_bytes: Reading[int]
) -> Allowance:
    """The cgroups' limits beside what the kernel answered about this process."""
    cgroup = read_cgroup(files)
    return Allowance(
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
    host = meminfo_bytes(files, "MemAvailable")
    if host.value is None:
        return host if headroom.value is None else headroom
    return host if headroom.value is None else Reading(value=min(host.value, headroom.value))
