"""What was measured and where, in a few words: the head of every report and chart."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bench.report.document.parts import Facts, Label
from bench.report.document.wording import by_lane, listed
from bench.text import counted, cpus_words, one_line

if TYPE_CHECKING:
    from bench.model.host import Host
    from bench.model.plan import Plan, PlannedLane
    from bench.model.result import Data, Result


def cpu_brand(host: Host) -> str:
    """The processor's name, or its architecture where that is unknown."""
    return host.cpu.brand.value or f"{host.cpu.architecture} processor of unknown name"


def acting(plan: Plan) -> list[PlannedLane]:
    """The lanes whose set-ups a run is about: those to run, or all if there is none."""
    return plan.running or plan.lanes


def cores_used(plan: Plan) -> str:
    """`2 cores (CPUs 0-1, node 0)`, by lane where they differ."""
    return by_lane(acting(plan), _cores)


def cores_words(plan: Plan) -> str:
    """The same, with how they were chosen and what pins a lane to them."""

    def write(lane: PlannedLane) -> str:
        placement = lane.setup.placement
        return f"{_cores(lane)}: {placement.reason}; pinned by {placement.task_manager}"

    return by_lane(acting(plan), write)


def workload(plan: Plan, data: Data | None) -> str:
    """`ResNet-50, 224×224, batch 16, synthetic data (50,000 samples)`."""
    if data is None:
        return f"{training(plan)}, no data set was prepared"
    return f"{training(plan)}, {data.spec.kind} data ({counted(data.spec.samples, 'sample')})"


def training(plan: Plan) -> str:
    """`ResNet-50, 224×224, batch 16`: what is trained, by lane where it differs."""
    lanes = acting(plan)
    return f"{by_lane(lanes, _model)}, {batches(lanes)}"


def batches(lanes: list[PlannedLane]) -> str:
    """`batch 16`, by lane where they differ."""
    return by_lane(lanes, lambda lane: f"batch {lane.setup.batch_size}")


def measured_rounds(result: Result) -> int:
    """Rounds in which at least one lane completed."""
    return len({each.round for each in result.processes if each.outcome == "completed"})


def rounds_words(result: Result) -> str:
    """`3 rounds`, or `3 rounds, 1 of them complete`."""
    rounds, complete = measured_rounds(result), result.summary.rounds_completed
    partly = "" if rounds == complete else f", {complete} of them complete"
    return counted(rounds, "round") + partly


def versions(result: Result) -> str:
    """The software of each stack as its workers saw it, else as the probe did.

    `torch 2.8.0, …`; of several stacks each has its own list, after its name.
    """
    stacks = list(dict.fromkeys(lane.setup.stack for lane in acting(result.plan)))
    lists = {stack: _versions(result, stack) for stack in stacks}
    if len(lists) == 1:
        return lists[stacks[0]]
    return "; ".join(f"stack {stack}: {text}" for stack, text in lists.items())


def system(host: Host) -> str:
    """`1 socket, 2 cores, 2 threads; KVM; docker; Linux 6.1…`: what is known of it."""
    topology, settings = host.topology, host.settings
    counts = (
        counted(topology.sockets, "socket"),
        counted(topology.cores, "core"),
        counted(topology.threads, "thread"),
    )
    parts = [
        ", ".join(counts),
        settings.hypervisor.value,
        settings.container.value,
        f"Linux {settings.kernel}",
    ]
    return "; ".join(part for part in parts if part)


def run_id(result: Result) -> str:
    """`20261123T093000Z-3f9a1c0b7d2e4f61-quick`: the run's folder is named so when it begins."""
    host = result.host.name or result.host.id
    try:
        began = datetime.fromisoformat(result.started_at).astimezone(UTC)
    except ValueError:
        return one_line(f"{result.started_at}-{host}-{result.plan.profile}", 100)
    return one_line(f"{began:%Y%m%dT%H%M%SZ}-{host}-{result.plan.profile}", 100)


def provenance(result: Result) -> str:
    """What run it is, when it was and by what: in a line, for a picture that travels alone."""
    kit = result.kit
    commit = f" ({kit.commit[:12]})" if kit.commit else ""
    date = one_line(result.started_at, 100).split("T")[0]
    return (
        f"Run {run_id(result)}, {date}, profile {one_line(result.plan.profile, 100)}, "
        f"{rounds_words(result)}, bench {one_line(kit.version, 100)}{commit}"
    )


def head(result: Result) -> Facts:
    """What was run, where, on what and with which software."""
    plan, host, kit = result.plan, result.host, result.kit
    name = f", {host.name}" if host.name else ""
    commit = kit.commit or f"commit unknown: {kit.commit_reason}"
    data = result.data
    finished = result.finished_at or "not finished"
    return Facts(
        (
            Label("Host", f"{system(host)}; id {host.id}{name}"),
            Label("Cores", cores_words(plan)),
            Label("Workload", workload(plan, data)),
            *([Label("Batch", plan.batch_reason)] if plan.batch_reason else []),
            Label("Data", f"{data.spec.kind}: {data.reason}" if data else "none", detail=True),
            Label("Profile", f"{plan.profile}, {rounds_words(result)}"),
            Label("Run", _ended(result)),
            Label("Run id", run_id(result), detail=True),
            Label("Time", f"{result.started_at} to {finished}", detail=True),
            Label("Software", f"bench {kit.version} ({commit}); {versions(result)}"),
        )
    )


def _ended(result: Result) -> str:
    """`completed: all 6 rounds done`, `interrupted by SIGINT`."""
    status, why = result.status, result.stop_reason
    return why if why.startswith(f"{status} ") else f"{status}: {why}"


def _cores(lane: PlannedLane) -> str:
    cores, node = lane.setup.placement.cores, lane.setup.placement.node
    of_node = "" if node is None else f", node {node}"
    return f"{counted(len(cores), 'core')} ({cpus_words(cores)}{of_node})"


def _model(lane: PlannedLane) -> str:
    size = lane.workload.image_size
    return f"{lane.workload.title}, {size}×{size}"


def _versions(result: Result, stack: str) -> str:
    """`torch 2.8.0`, or `torch 2.8.0 (fp32); 2.8.1 (bf16-amx)` where its lanes saw several."""
    lanes = [lane.id for lane in result.plan.lanes if lane.setup.stack == stack]
    own = [process for lane in lanes for process in result.processes if process.lane == lane]
    seen: dict[str, list[tuple[str, str]]] = {}
    for process in own:
        observed = process.record.observed if process.record else None
        for package, version in observed.versions.items() if observed else ():
            seen.setdefault(package, []).append((process.lane, version))
    probed = result.host.stack(stack)
    for package, read in probed.packages.items() if probed else ():
        if package not in seen and read.value is not None:
            seen[package] = [("", read.value)]
    return ", ".join(f"{package} {listed(pairs)}" for package, pairs in sorted(seen.items()))
