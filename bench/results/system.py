"""The host and its software in the words of MLCommons' system descriptions: `system.json`."""

from bench.model.base import Reading
from bench.model.host import Cache, Host, Stack
from bench.model.result import Result
from bench.text import size

NAME = "system.json"

_UNKNOWN = (
    "division",
    "status",
    "host_processor_frequency",
    "host_processor_interconnect",
    "host_memory_configuration",
    "host_storage_type",
    "host_storage_capacity",
    "host_networking",
    "host_networking_topology",
    "accelerator_host_interconnect",
    "accelerator_frequency",
    "accelerator_on-chip_memories",
    "accelerator_memory_configuration",
    "accelerator_memory_capacity",
    "accelerator_interconnect",
    "accelerator_interconnect_topology",
    "cooling",
)
"""What a description must have and this kit does not know: empty, as submissions have it."""


def system(result: Result, submitter: str | None) -> dict[str, str]:
    """The fields that MLPerf Training's system descriptions must have, each a string.

    Their names are those that `mlperf_logging.system_desc_checker` asks for. Cores are those of one
    processor, and there are no accelerators: none is used.
    """
    host, stacks = result.host, used_stacks(result)
    topology = host.topology
    known = {
        "submitter": submitter or "",
        "system_name": host.name or host.id,
        "number_of_nodes": "1",
        "host_processors_per_node": str(topology.sockets),
        "host_processor_model_name": _known(host.cpu.brand),
        "host_processor_core_count": str(topology.cores // max(1, topology.sockets)),
        "host_processor_vcpu_count": str(topology.threads),
        "host_processor_caches": ", ".join(map(_cache, topology.caches)),
        "host_memory_capacity": size(topology.memory_bytes.value or 0).removeprefix("0 B"),
        "accelerators_per_node": "0",
        "accelerator_model_name": "N/A",
        "hw_notes": _notes(host),
        "framework": ", ".join(dict.fromkeys(_framework(each) for each in stacks)),
        "other_software_stack": ", ".join(dict.fromkeys(_packages(stacks))),
        "operating_system": f"{_known(host.settings.operating_system)}, "
        f"Linux {host.settings.kernel}".removeprefix(", "),
        "sw_notes": f"measured by bench {result.kit.version}, "
        f"commit {result.kit.commit or 'unknown'}",
    }
    return dict(sorted((known | dict.fromkeys(_UNKNOWN, "")).items()))


def used_stacks(result: Result) -> list[Stack]:
    """The stacks that the run's lanes trained in, in the plan's order."""
    names = dict.fromkeys(lane.setup.stack for lane in result.plan.running)
    stacks = [result.host.stack(name) for name in names]
    return [each for each in stacks if each is not None]


def _known(read: Reading[str]) -> str:
    return read.value or ""


def _cache(cache: Cache) -> str:
    kind = {"data": "d", "instruction": "i"}.get(cache.kind.lower(), "")
    return f"L{cache.level}{kind} {size(cache.size_bytes)} x {cache.instances}"


def _notes(host: Host) -> str:
    """What of the hardware was the run's."""
    notes = [f"{len(host.allowance.affinity)} CPUs were the run's to use"]
    for what, read in (
        ("hypervisor", host.settings.hypervisor),
        ("container", host.settings.container),
    ):
        notes += [f"{what}: {read.value}"] if read.value is not None else []
    return "; ".join(notes)


def _framework(stack: Stack) -> str:
    torch = stack.packages.get("torch")
    return f"PyTorch {torch.value}" if torch is not None and torch.value else "PyTorch"


def _packages(stacks: list[Stack]) -> list[str]:
    return [
        f"{name} {release}"
        for stack in stacks
        for name, release in stack.releases.items()
        if name != "torch"
    ]
