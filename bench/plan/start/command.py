"""How a lane's worker is started: where it is placed, by which command, with which variables."""

from dataclasses import dataclass

from bench.model.host import Host, Stack
from bench.model.setup import Launcher, Placement, TaskManager
from bench.plan.cores import LaneCores
from bench.plan.nodes import may_bind, why_not_bound
from bench.plan.start import direct, ipexrun

SPEC = "SPEC"
"""Stands in a command for the path of the lane's spec file."""

CONTAINER = "in a container add cap_add: [SYS_NICE] (docker run: --cap-add SYS_NICE)"


@dataclass(frozen=True)
class Start:
    """How every lane of a stack is started. `notes` say what could not be had, with its remedy.

    There is no command without an interpreter.
    """

    placement: Placement
    preload: list[str]
    command: list[str]
    environment: dict[str, str]
    notes: list[str]


def start(host: Host, stack: Stack, cores: LaneCores) -> Start:
    """Choose launcher and task manager for this host and stack, and build the command."""
    manager, notes = _task_manager(host, cores)
    libraries = {
        "tcmalloc": host.tools.tcmalloc,
        f"libiomp5 of stack {stack.name}": stack.iomp5,
    }
    notes += [f"{what}: {each.reason}" for what, each in libraries.items() if each.reason]
    missing = ipexrun.missing(host, stack, cores.cpus, manager)
    if missing is not None and ipexrun.belongs(stack):
        notes.append(
            f"the IPEX launcher is not used, workers of stack {stack.name} are pinned directly, by "
            f"the same settings: {missing}"
        )
    launcher: Launcher = "ipexrun" if missing is None else "direct"
    placement = Placement(
        cores=cores.cpus,
        node=cores.node,
        reason=cores.reason,
        left_out=cores.left_out,
        launcher=launcher,
        task_manager=manager,
    )
    return Start(
        placement=placement,
        preload=[each.value for each in libraries.values() if each.value is not None],
        command=_command(host, stack, placement),
        environment=direct.environment(cores.cpus, intel=stack.iomp5.value is not None)
        if launcher == "direct"
        else {},
        notes=notes,
    )


def _command(host: Host, stack: Stack, placement: Placement) -> list[str]:
    if stack.python.value is None:
        return []
    worker = [stack.python.value, "-m", "bench.worker", SPEC]
    if placement.launcher == "ipexrun":
        return ipexrun.command(host, stack, placement, worker)
    return direct.command(placement, worker)


def _task_manager(host: Host, cores: LaneCores) -> tuple[TaskManager, list[str]]:
    """Numactl where memory can be bound to the lane's node (it has no fallback), else taskset."""
    unbound = _unbound(host, cores.node)
    if unbound is None:
        return "numactl", []
    manager: TaskManager = "taskset" if host.tools.taskset.value is not None else "affinity"
    return manager, [f"memory is not bound to the node: {unbound}"]


def _unbound(host: Host, node: int | None) -> str | None:
    """Why a lane's memory is not bound to its node, with the remedy; None if it is."""
    tools, allowance = host.tools, host.allowance
    if node is None:
        return "the lane's cores are not known to be on one"
    if tools.numactl.value is None:
        return f"numactl is {tools.numactl.reason}"
    if allowance.bindable_nodes.value is None:
        why = f"{allowance.bindable_nodes.reason}"
        return f"{why}; {CONTAINER}" if "EPERM" in why else why
    if not may_bind(host, node):
        return f"node {node} {why_not_bound(host, node)}"
    return None
