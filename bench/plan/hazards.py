"""What limits this process in ways that move the numbers, each with the setting that lifts it."""

from bench.model.base import Reading
from bench.model.host import Host
from bench.plan.cores import LaneCores
from bench.text import GIB, MIB, cpus_words, format_cpulist

NO_QUOTA = "no quota set"
"""How the reason of a missing quota begins where every level was seen: any other is not known."""

BATCHES_BESIDE = 2
"""Batches in shared memory beside one of each loader process: one in use and one being freed."""


def quota_notes(host: Host, cores: LaneCores) -> list[str]:
    """A CPU quota that the lane's threads can use up, called out with its remedy."""
    if not quota_bites(host, cores):
        return []
    cpus = format_cpulist(cores.cpus)
    return [
        f"the CPU quota of {host.allowance.quota_cpus.value:g} is a hazard to measuring: the "
        f"kernel stops every thread once a period's share is used up; pin instead, without a "
        f"quota: --cpuset-cpus {cpus} (compose: BENCH_CPUSET={cpus}; Kubernetes: whole cores under "
        "the static CPU manager)"
    ]


def quota_bites(host: Host, cores: LaneCores) -> bool:
    """Whether the lane's CPUs can use a quota up; one as large as all that are allowed never is."""
    quota = host.allowance.quota_cpus.value
    return quota is not None and quota < len(host.allowance.affinity) and quota <= len(cores.cpus)


def isolation_notes(host: Host, cores: LaneCores) -> list[str]:
    """A lane on isolated CPUs: what is not pinned to one by itself stays where it was started."""
    isolated = set(host.topology.isolated.value or []) & set(cores.cpus)
    if not isolated:
        return []
    return [
        f"isolated, the scheduler moves nothing between them: {cpus_words(isolated)}; "
        "loader processes may all share one; leave them out with --cores"
    ]


def high_notes(host: Host, needed: int) -> list[str]:
    """A control group's memory.high below what the lanes need: beyond it the kernel throttles."""
    high = host.allowance.memory_high_bytes.value
    if high is None or needed <= high:
        return []
    return [
        f"above {high / GIB:.1f} GiB (memory.high) the kernel slows this process down, and the "
        f"lanes need about {needed / GIB:.1f} GiB: raise it, or take a smaller --batch-size"
    ]


def fitting_loaders(wanted: int, batch_bytes: int, shm: Reading[int]) -> tuple[int, list[str]]:
    """As many of the loader processes that are wanted as `shm` has room for, and a note.

    `shm` is what is free in shared memory, or why nothing can be written there.

    A loader process passes its batches through /dev/shm and dies of a bus error if it is full.
    """
    fitting = max(0, min(wanted, (shm.value or 0) // batch_bytes - BATCHES_BESIDE))
    if fitting == wanted:
        return wanted, []
    had = f"has {shm.value // MIB} MiB free" if shm.value is not None else f"is none ({shm.reason})"
    needs = -(-shm_needed(wanted, batch_bytes) // MIB)
    loading = f"by {fitting} processes" if fitting else "in the main process, which costs time"
    return fitting, [
        f"shared memory {had}, {wanted} loader processes need {needs} MiB: batches are loaded "
        f"{loading}; add shm_size: {needs}mb (docker run: --shm-size {needs}m)"
    ]


def shm_needed(loaders: int, batch_bytes: int) -> int:
    """What so many loader processes need of shared memory, in bytes."""
    return (loaders + BATCHES_BESIDE) * batch_bytes if loaders else 0
