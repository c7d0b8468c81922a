"""What the process really got: affinity, threads, libraries, memory, versions."""

import os
import re
import resource
import sys
from importlib import metadata
from pathlib import Path

import torch

from bench.model.record import Observed
from bench.model.spec import LaneSpec
from bench.worker import engines

OPENMP = re.compile(r"lib(iomp5|gomp|omp)\b")
ALLOCATOR = re.compile(r"lib(tcmalloc|jemalloc)")
IPEX = "intel_extension_for_pytorch"
PACKAGES = ("torch", "torchvision", "intel-extension-for-pytorch", "intel-openmp", "numpy")


def observe(
    spec: LaneSpec,
    engine: engines.Engine,
    affinity_at_start: list[int],
    not_workers: set[int],
    loaders: list[list[int]],
    evidence: str,
) -> Observed:
    """Read everything now: call after the timed steps, with the OpenMP threads still alive.

    `not_workers` are threads by kernel id that take no part in the training, `evidence` is what
    oneDNN printed in verbose mode.
    """
    mapped = _mapped_libraries()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return Observed(
        pid=os.getpid(),
        affinity_at_start=affinity_at_start,
        affinity_of_threads=_thread_affinities(not_workers),
        affinity_of_loaders=loaders,
        torch_threads=torch.get_num_threads(),
        openmp_libraries=[p for p in mapped if OPENMP.search(Path(p).name)],
        allocators=[p for p in mapped if ALLOCATOR.search(Path(p).name)],
        ipex_mapped=any(f"/{IPEX}/" in p for p in mapped),
        memory_policy=_memory_policy(),
        environment=lane_environment(),
        environment_differs=spec.differing(os.environ),
        versions=_versions(),
        onednn=_first(r"oneDNN v(\S+)", evidence),
        onednn_isa=_first(r"info,cpu,isa:(.+)", evidence),
        torch_capability=torch.backends.cpu.get_cpu_capability(),
        ipex_isa=engine.instruction_set(),
        peak_memory_bytes=usage.ru_maxrss * 1024,
        major_faults=usage.ru_majflt,
        context_switches_involuntary=usage.ru_nivcsw,
        flush_denormal=_denormals_are_flushed(),
    )


def lane_environment() -> dict[str, str]:
    """The variables of this process that steer libraries, as Python sees them now."""
    steering = re.compile(r"(ONEDNN|DNNL|OMP|KMP|GOMP|MKL|ATEN|LD_PRELOAD|MALLOC|TCMALLOC|IPEX)")
    return {k: v for k, v in sorted(os.environ.items()) if steering.match(k)}


def _mapped_libraries() -> list[str]:
    lines = Path("/proc/self/maps").read_text().splitlines()
    paths = (line.split(maxsplit=5)[5] for line in lines if "/" in line)
    return sorted({path for path in paths if ".so" in path})


def _thread_affinities(leave_out: set[int]) -> list[list[int]]:
    """Allowed CPUs of each live thread, the main thread first."""
    threads = sorted({int(task.name) for task in Path("/proc/self/task").iterdir()} - leave_out)
    found = []
    for thread in threads:
        try:
            found.append(sorted(os.sched_getaffinity(thread)))
        except ProcessLookupError:
            continue  # ended since it was listed
    return found


def _memory_policy() -> str | None:
    """The kernel's policy for the heap, or None where numa_maps can't be read."""
    try:
        lines = Path("/proc/self/numa_maps").read_text().splitlines()
    except OSError:
        return None
    heap = [line for line in lines if " heap" in line] or lines
    return heap[0].split()[1] if heap else None


def _versions() -> dict[str, str]:
    versions = {"python": sys.version.split()[0]}
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
