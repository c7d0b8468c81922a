"""A run's facts by kind, as text: of the host once, of each lane where they may differ. Pure.

None is what is not known. Kinds are those of `bench.analysis.compare.kinds`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from statistics import median

from bench.analysis.compare.sameness import caches, processor, topology
from bench.analysis.ratios import Records
from bench.analysis.summary import measured_limits
from bench.model.base import Reading
from bench.model.comparison import ComparedRun
from bench.model.host import Host
from bench.model.plan import PlannedLane
from bench.model.record import Observed
from bench.model.result import Result
from bench.text import counted, one_line, size

TEXT = 100
"""Characters of a fact: it may be a stranger's."""

SEVERAL = 4
"""Texts of one fact that are kept: the processes of a lane may have seen several."""

Texts = dict[str, str | None]
LEVELS = {"ONEDNN_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY"}
"""Variables that are the ceiling, which is a kind of its own."""


@dataclass(frozen=True)
class Facts:
    """By kind: of the whole run, of each lane, and what was measured in it, as a figure."""

    run: Texts
    lanes: dict[str, Texts]
    measured: dict[str, dict[str, float | None]]
    """Of each lane: memory bandwidth in GB/s, the run's best, and clock in MHz."""


def facts(result: Result, records: dict[str, Records], about: ComparedRun) -> Facts:
    """All of them; `records` are those of each lane that count."""
    copied = [x.copy_gigabytes_per_second for own in records.values() for x in measured_limits(own)]
    bandwidth = max(copied, default=None)  # it depends on neither precision nor ceiling
    own = _host(result.host) | _run(result)
    own["disturbed rounds"] = f"{about.disturbed} of {about.rounds}" if about.disturbed else "none"
    return Facts(
        run={kind: _short(text) for kind, text in own.items()},
        lanes={
            lane.id: {kind: _short(text) for kind, text in _lane(lane, records[lane.id]).items()}
            for lane in result.plan.lanes
        },
        measured={
            lane: {"memory bandwidth": bandwidth, "clock": _clock(own)}
            for lane, own in records.items()
        },
    )


def _host(host: Host) -> Texts:
    settings, allowance = host.settings, host.allowance
    return {
        "processor": processor(host),
        "microcode": host.cpu.microcode.value,
        "cores of the host": topology(host),
        "caches": caches(host),
        "memory": _size(host.topology.memory_bytes),
        "governor": settings.governor.value,
        "frequency driver": settings.frequency_driver.value,
        "turbo": _on(settings.turbo),
        "SMT": _on(settings.smt),
        "CPU quota": _or_none(allowance.quota_cpus),
        "huge pages": settings.transparent_huge_pages.value,
        "NUMA balancing": _on(settings.numa_balancing),
        "hypervisor": _or_none(settings.hypervisor),
        "container": _or_none(settings.container),
        "kernel": settings.kernel,
        "operating system": settings.operating_system.value,
        "host id": host.id,
    }


def _run(result: Result) -> Texts:
    plan, kit = result.plan, result.kit
    effort = plan.effort
    spec = result.data.spec if result.data else None
    of_samples = f", {counted(spec.samples, 'sample')}" if spec else ""
    return {
        "protocol": plan.protocol,
        "data": f"{spec.kind}{of_samples}" if spec else None,
        "effort": f"{effort.compute_turns} turns of {effort.turn_seconds:g} s, "
        f"{effort.turn_min_steps} to {effort.turn_max_steps} steps each, after "
        f"{effort.warmup_max_steps} steps at most",
        "kit": f"{kit.version}, {kit.commit[:19]}" if kit.commit else None,
    }


def _lane(lane: PlannedLane, records: Records) -> Texts:
    own, placement = lane.setup, lane.setup.placement
    variables = {k: v for k, v in own.environment.items() if k not in LEVELS}
    planned: Texts = {
        "model": lane.workload.model,
        "image size": str(lane.workload.image_size),
        "precision": own.precision + ("" if own.fp32_math == "fp32" else ", products in BF16"),
        "engine": own.engine,
        "memory format": own.memory_format,
        "instruction set": lane.instruction_set,
        "ceiling": own.ceiling,
        "stack": own.stack,
        "batch": str(own.batch_size),
        "ranks": str(placement.ranks),
        "cores of the lane": str(len(placement.cores)),
        "NUMA node": "several or none" if placement.node is None else str(placement.node),
        "launcher": f"{placement.launcher}, {placement.task_manager}",
        "loader workers": str(own.loader_workers),
        "variables": ", ".join(f"{k}={v}" for k, v in sorted(variables.items())) or "none",
    }
    seen = [each.observed for each in records.values() if each.observed is not None]
    return planned | _observed(seen)


def _observed(seen: list[Observed]) -> Texts:
    """What its processes got; nothing of a lane that did not run."""
    return {
        "threads": _distinct(str(each.torch_threads) for each in seen),
        "allocator": _distinct(_files(each.allocators) or "libc's own" for each in seen),
        "OpenMP library": _distinct(_files(each.openmp_libraries) or "none" for each in seen),
        "memory binding": _distinct(each.memory_policy for each in seen),
        "torch": _distinct(each.versions.get("torch") for each in seen),
        "IPEX": _distinct(_ipex(each) for each in seen),
        "oneDNN": _distinct(each.onednn for each in seen),
        "Python": _distinct(each.versions.get("python") for each in seen),
    }


def _ipex(seen: Observed) -> str:
    names = ("intel_extension_for_pytorch", "intel-extension-for-pytorch", "ipex")
    return next((seen.versions[name] for name in names if name in seen.versions), "none")


def _clock(records: Records) -> float | None:
    clocks = [each.clock_mhz for each in measured_limits(records) if each.clock_mhz is not None]
    return median(clocks) if clocks else None


def _distinct(texts: Iterable[str | None]) -> str | None:
    """Each text once; None where nobody knows."""
    known = sorted({one_line(text, TEXT) for text in texts if text is not None})
    more = ["…"] if len(known) > SEVERAL else []
    return "; ".join([*known[:SEVERAL], *more]) or None


def _files(paths: list[str]) -> str:
    return ", ".join(sorted({PurePosixPath(path).name for path in paths[:8]}))


def _short(text: str | None) -> str | None:
    return None if text is None else one_line(text, TEXT)


def _on(read: Reading[bool]) -> str | None:
    return None if read.value is None else "on" if read.value else "off"


def _or_none(read: Reading[str] | Reading[float]) -> str | None:
    """The value; `none` where the reason says that there is none, and is no failure to look."""
    if read.value is not None:
        return f"{read.value:g} CPUs" if isinstance(read.value, float) else read.value
    reason = read.reason or ""
    return "none" if reason.startswith(("no ", "not in ", "not virtual")) else None


def _size(read: Reading[int]) -> str | None:
    return None if read.value is None else size(read.value)
