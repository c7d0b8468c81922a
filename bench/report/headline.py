"""What was measured and where, in a few words: the head of every report and chart."""

from bench.model.plan import Plan
from bench.model.result import Data, Result
from bench.report.outcomes import measured_rounds
from bench.text import counted, format_cpulist, printable

MODEL_NAMES = {"resnet50": "ResNet-50"}
DATA_NAMES = {"cifar10": "CIFAR-10", "synthetic": "synthetic"}


def cpu_brand(result: Result) -> str:
    """The processor's name, or its architecture where that is unknown."""
    cpu = result.host.cpu
    return printable(cpu.brand.value or f"{cpu.architecture} processor of unknown name")


def cores_used(plan: Plan) -> str:
    """`2 cores (CPUs 0-1, node 0)`."""
    count = len(plan.cores)
    where = f"CPU{'' if count == 1 else 's'} {format_cpulist(plan.cores)}, node {plan.node}"
    return f"{counted(count, 'core')} ({where})"


def workload(plan: Plan, data: Data | None) -> str:
    """`ResNet-50, 224×224, batch 16, synthetic data (50,000 images)`."""
    work = plan.workload
    model = MODEL_NAMES.get(work.model, work.model)
    shape = f"{model}, {work.image_size}×{work.image_size}, batch {work.batch_size}"
    if data is None:
        return f"{shape}, no data set was prepared"
    return f"{shape}, {DATA_NAMES[data.spec.kind]} data ({counted(data.spec.images, 'image')})"


def rounds_words(result: Result) -> str:
    """`3 rounds`, or `3 rounds, 1 of them complete`."""
    rounds, complete = measured_rounds(result), result.summary.rounds_completed
    partly = "" if rounds == complete else f", {complete} of them complete"
    return counted(rounds, "round") + partly


def versions(result: Result) -> str:
    """The software as the workers saw it, else as the probe did: `torch 2.8.0, …`."""
    seen: dict[str, str] = {}
    for process in result.processes:
        if process.record is not None and process.record.observed is not None:
            seen |= process.record.observed.versions
    tools = result.host.tools
    probed = {
        "torch": tools.torch.value,
        "torchvision": tools.torchvision.value,
        "intel-extension-for-pytorch": tools.intel_extension_for_pytorch.value,
    }
    found = {name: value for name, value in probed.items() if value is not None} | seen
    return printable(", ".join(f"{name} {value}" for name, value in sorted(found.items())))


def system(result: Result) -> str:
    """`1 socket, 2 cores, 2 threads; KVM; docker; Linux 6.1…`: what is known of it."""
    topology, settings = result.host.topology, result.host.settings
    parts = [
        ", ".join(
            (
                counted(topology.sockets, "socket"),
                counted(topology.cores, "core"),
                counted(topology.threads, "thread"),
            )
        ),
        settings.hypervisor.value,
        settings.container.value,
        f"Linux {settings.kernel}",
    ]
    return printable("; ".join(part for part in parts if part))
