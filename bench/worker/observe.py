"""What the process really got: affinity, threads, libraries, memory, versions."""

import os
import re
import resource
import sys
from collections.abc import Set
from importlib import metadata
from pathlib import Path

import torch

from bench.model.base import Reading
from bench.model.record import Observed
from bench.model.spec import LaneSpec
from bench.model.steering import steering
from bench.worker import AFFINITY_AT_START, engines

OPENMP = re.compile(r"lib(iomp5|gomp|omp)\b")
ALLOCATOR = re.compile(r"lib(tcmalloc|jemalloc)")
IPEX = "intel_extension_for_pytorch"
PACKAGES = ("torchvision", "intel-extension-for-pytorch", "intel-openmp", "numpy")


def observe(
    spec: LaneSpec,
    engine: engines.Engine,
    not_workers: Set[int],
    loaders: list[list[int]],
    evidence: str,
) -> Observed:
    """Read everything now: call after the timed steps, with the OpenMP threads still alive.

    `not_workers` are threads by kernel id that take no part in the training, `evidence` is what
    the libraries printed in verbose mode.
    """
    mapped, policy = _mapped_libraries(), _memory_policy()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return Observed(
        pid=os.getpid(),
        affinity_at_start=AFFINITY_AT_START,
        affinity_of_threads=_thread_affinities(not_workers),
        affinity_of_loaders=loaders,
        torch_threads=torch.get_num_threads(),
        openmp_libraries=[p for p in mapped if OPENMP.search(Path(p).name)],
        allocators=[p for p in mapped if ALLOCATOR.search(Path(p).name)],
        ipex_mapped=any(f"/{IPEX}/" in p for p in mapped),
        memory_policy=policy.value,
        memory_policy_reason=policy.reason or spec.not_bound,
        environment=steering(os.environ),
        environment_differs=spec.setup.differing(os.environ),
        preloaded=[path for path in spec.setup.preload if str(Path(path).resolve()) in mapped],
        versions=_versions(),
        torch_path=torch.__file__,
        onednn=_first(r"oneDNN v(\S+)", evidence),
        onednn_isa=_first(r"info,cpu,isa:(.+)", evidence),
        torch_capability=torch.backends.cpu.get_cpu_capability(),
        ipex_isa=engine.instruction_set(),
        peak_memory_bytes=usage.ru_maxrss * 1024,
        major_faults=usage.ru_majflt,
        context_switches_involuntary=usage.ru_nivcsw,
        flush_denormal=_denormals_are_flushed(),
    )


def _mapped_libraries() -> list[str]:
    lines = Path("/proc/self/maps").read_text().splitlines()
    paths = (line.split(maxsplit=5)[5] for line in lines if "/" in line)
    return sorted({path for path in paths if ".so" in path})


def _thread_affinities(leave_out: Set[int]) -> list[list[int]]:
    """Allowed CPUs of each live thread, the main thread first."""
    threads = sorted({int(task.name) for task in Path("/proc/self/task").iterdir()} - leave_out)
    affinities = []
    for thread in threads:
        try:
            affinities.append(sorted(os.sched_getaffinity(thread)))
        except ProcessLookupError:
            continue  # ended since it was listed
    return affinities


def _memory_policy() -> Reading[str]:
    """The kernel's policy for the heap; a reason where numa_maps can't be read."""
    try:
        lines = Path("/proc/self/numa_maps").read_text().splitlines()
    except OSError as error:
        return Reading(reason=f"/proc/self/numa_maps: {error.strerror}")
    heap = [line for line in lines if " heap" in line] or lines
    return Reading(value=heap[0].split()[1]) if heap else Reading(reason="numa_maps is empty")


def _versions() -> dict[str, str]:
    """Releases of what is loaded or installed; torch's in its own words, build included."""
    versions = {"python": sys.version.split()[0], "torch": str(torch.__version__)}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return versions


def _first(pattern: str, text: str) -> str | None:
    match = re.search(pattern, text)
    return match.group(1).strip() if match else None


def _denormals_are_flushed() -> bool:
    tiny = torch.tensor([1e-40])
    return bool((tiny * 1.0).item() == 0.0)
