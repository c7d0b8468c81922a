"""How a lane's worker is started: where it is placed, by which command, with which variables."""

from dataclasses import dataclass

from bench.model.host import Host, Stack
from bench.model.setup import Launcher, Placement, TaskManager
from bench.plan.cores import LaneCores
from bench.plan.start import direct, ipexrun

SPEC = "SPEC"
"""Stands in a command for the path of the lane's spec file."""


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
    manager, notes = _task_manager(host)
    libraries = {"tcmalloc": host.tools.tcmalloc, "libiomp5": stack.iomp5}
    notes += [f"{what}: {each.reason}" for what, each in libraries.items() if each.reason]
    missing = ipexrun.missing(host, stack)
    if missing is not None:
        notes.append(f"the IPEX launcher is not used, workers are pinned directly: {missing}")
    launcher: Launcher = "ipexrun" if missing is None else "direct"
    placement = Placement(
        cores=cores.cpus,
        node=cores.node,
        reason=cores.reason,
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


def _task_manager(host: Host) -> tuple[TaskManager, list[str]]:
    """Numactl where the kernel lets it bind memory (it has no fallback), else taskset."""
    tools, policy = host.tools, host.allowance.memory_policy
    notes = []
    if tools.numactl.value is None:
        notes.append(f"memory is not bound to the node: numactl is {tools.numactl.reason}")
    elif policy.value is not True:
        why = policy.reason or "the kernel refuses set_mempolicy"
        notes.append(
            f"memory is not bound to the node: {why}; in a container add cap_add: [SYS_NICE] "
            "(docker run: --cap-add SYS_NICE)"
        )
    else:
        return "numactl", notes
    return ("taskset" if tools.taskset.value is not None else "affinity"), notes
