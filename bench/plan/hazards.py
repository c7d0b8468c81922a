"""What limits this process in ways that move the numbers, each with the setting that lifts it."""

from bench.model.base import Reading
from bench.model.host import Host
from bench.plan.cores import LaneCores, allowed
from bench.text import format_cpulist


def quota_notes(host: Host, cores: LaneCores) -> list[str]:
    """A CPU quota below the CPUs that are allowed, called out with its remedy."""
    quota = host.allowance.quota_cpus.value
    if quota is None or quota >= len(allowed(host)):
        return []
    cpus = format_cpulist(cores.cpus)
    return [
        f"the CPU quota of {quota:g} is a hazard to measuring: the kernel stops every thread "
        f"once a period's share is used up; pin instead, without a quota: --cpuset-cpus {cpus} "
        f"(compose: BENCH_CPUSET={cpus}; Kubernetes: whole cores under the static CPU manager)"
    ]


def fitting_loaders(wanted: int, batch_bytes: int, shm: Reading[int]) -> tuple[int, list[str]]:
    """As many of the loader processes that are wanted as shared memory has room for, and a note.

    A loader process passes its batches through /dev/shm and dies of a bus error if it is full:
    room is for one batch of each process, one in use and one being freed.
    """
    fitting = max(0, min(wanted, (shm.value or 0) // batch_bytes - 2))
    if fitting == wanted:
        return wanted, []
    had = f"has {shm.value / 2**20:.0f} MiB" if shm.value is not None else f"is none ({shm.reason})"
    needs = -(-(wanted + 2) * batch_bytes // 2**20)
    loading = f"by {fitting} processes" if fitting else "in the main process, which costs time"
    return fitting, [
        f"shared memory {had}, {wanted} loader processes need {needs} MiB: batches are loaded "
        f"{loading}; add shm_size: {needs}mb (docker run: --shm-size {needs}m)"
    ]
