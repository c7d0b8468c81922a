"""Which CPUs a lane gets: one thread a physical core, of one kind, on one NUMA node."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.errors import BenchError, Exit
from bench.model.host import Host, LogicalCpu
from bench.plan.nodes import may_bind, memory_bytes, why_not_bound
from bench.text import counted, cpus_words, format_cpulist, parse_cpulist

_LIST = re.compile(r"[0-9]{1,6}(-[0-9]{1,6})?(,[0-9]{1,6}(-[0-9]{1,6})?)*")


class Group(NamedTuple):
    """What the CPUs of one lane share; the socket is told apart only where no node is known."""

    node: int | None
    isolated: bool
    socket: int | None


@dataclass(frozen=True)
class LaneCores:
    """The CPUs of every lane of a run, by the kernel's numbers, and how they were chosen.

    `node` is None where they are on several or in none. `left_out` says of every other CPU of the
    host why it is not among them.
    """

    cpus: list[int]
    node: int | None
    reason: str
    left_out: list[str] = field(default_factory=list)


def lane_cores(host: Host, cores: str | None = None, node: int | None = None) -> LaneCores:
    """Choose the CPUs, those of `--cores` and of `--node` where they are given.

    Without: of what affinity allows one thread a core, performance cores before efficiency cores,
    the node with most cores of those that memory may be bound to, as many as the quota gives.
    BenchError: a list that is none (exit 2), CPUs or a node that can't be had (exit 3).
    """
    may = allowed(host)
    mine = [cpu for cpu in host.topology.cpus if cpu.cpu in may]
    if not mine:
        there = format_cpulist(cpu.cpu for cpu in host.topology.cpus)
        raise BenchError(
            f"no CPU can be used: this process may run on CPUs {format_cpulist(may) or 'none'}, "
            f"and the host shows CPUs {there or 'none'}",
            "start bench where /proc and /sys show the CPUs that it runs on",
        )
    if node is not None:
        _refuse_node(host, mine, node)
    if cores is not None:
        return _asked_for(host, mine, cores, node)
    return _chosen(host, mine, node)


def needs_second_threads(host: Host, cpus: list[int]) -> bool:
    """True if one of `cpus` is not its core's first thread on the host: ipexrun leaves it out."""
    firsts = {c.cpu for c in _first_threads(host.topology.cpus)}
    return not set(cpus) <= firsts


def allowed(host: Host) -> set[int]:
    """The CPUs that this process may run on: the kernel's answer, which no file overrules."""
    return set(host.allowance.affinity)


def nodes_words(nodes: Collection[int]) -> str:
    """`NUMA node 1`, `NUMA nodes 1-7`."""
    return f"NUMA node{'' if len(nodes) == 1 else 's'} {format_cpulist(nodes)}"


def parse_cores(text: str) -> set[int]:
    """The CPUs of `--cores`. BenchError (exit 2) for what is no list of CPUs."""
    compact = re.sub(r"\s*([,-])\s*", r"\1", text.strip())
    try:
        if not _LIST.fullmatch(compact):
            raise ValueError
        return set(parse_cpulist(compact))
    except ValueError:
        raise BenchError(
            f"--cores {text!r} is no list of CPUs", "give one such as --cores 0-3,8", Exit.USAGE
        ) from None


def _asked_for(host: Host, mine: list[LogicalCpu], cores: str, node: int | None) -> LaneCores:
    """The CPUs of `--cores`, just so: who names them may mix kinds, threads and nodes."""
    asked, may = parse_cores(cores), {cpu.cpu for cpu in mine}
    use = f"this process may use CPUs {format_cpulist(may)}"
    if missing := asked - {cpu.cpu for cpu in host.topology.cpus}:
        raise BenchError(
            f"--cores {cores}: not there, or offline: {cpus_words(missing)}; {use}",
            f"give some of these: --cores {format_cpulist(may)}",
        )
    if others := asked - may:
        raise BenchError(
            f"--cores {cores}: outside its affinity: {cpus_words(others)}; {use}",
            f"give some of these: --cores {format_cpulist(may)}",
        )
    chosen = [cpu for cpu in mine if cpu.cpu in asked]
    nodes = {cpu.node for cpu in chosen}
    if node is not None and nodes != {node}:
        elsewhere = cpus_words({cpu.cpu for cpu in chosen if cpu.node != node})
        raise BenchError(
            f"--cores {cores} and --node {node}: not on that node: {elsewhere}",
            "leave one of the two out",
        )
    reason = f"asked for by --cores {format_cpulist(asked)}"
    if len(nodes) > 1:
        reason += f", on {len(nodes)} NUMA nodes: memory is not bound to one"
    if len({cpu.kind for cpu in chosen}) > 1:
        reason += ", performance and efficiency cores together"
    out = _Left(host)
    out.note([cpu for cpu in mine if cpu.cpu not in asked], "not among those of --cores")
    return LaneCores(sorted(asked), nodes.pop() if len(nodes) == 1 else None, reason, out.said())


def _chosen(host: Host, mine: list[LogicalCpu], node: int | None) -> LaneCores:
    """What a lane gets where nobody names the CPUs."""
    out, isolated = _Left(host), set(host.topology.isolated.value or [])
    there = [cpu for cpu in mine if node is None or cpu.node == node]
    of_kind = _preferred_kind(there)
    groups: dict[Group, list[LogicalCpu]] = {}
    for cpu in _first_threads(of_kind):
        groups.setdefault(_group(cpu, isolated), []).append(cpu)
    best = max(groups, key=lambda group: _rank(host, group, len(groups[group])))
    chosen = groups[best]
    _note_left(out, mine, of_kind, best, isolated)
    taken = {cpu.cpu for cpu in chosen}
    out.note([cpu for cpu in of_kind if cpu.cpu not in taken], "second threads of their cores")
    nodes = {cpu.node for cpu in of_kind}
    reason = _reason(host, chosen[0], best, len(nodes), asked=node is not None)
    quota = host.allowance.quota_cpus.value
    cut = len(chosen) if quota is None else max(1, int(quota))
    if cut < len(chosen):
        out.note(chosen[cut:], f"beyond the CPU quota of {quota:g}")
        reason += f", cut to the CPU quota of {quota:g}"
    return LaneCores([cpu.cpu for cpu in chosen[:cut]], best.node, reason, out.said())


def _group(cpu: LogicalCpu, isolated: set[int]) -> Group:
    return Group(cpu.node, cpu.cpu in isolated, cpu.socket if cpu.node is None else None)


def _reason(host: Host, one: LogicalCpu, group: Group, nodes: int, *, asked: bool) -> str:
    node, isolated, socket = group
    kind = f"{one.kind} core" if one.kind else "core"
    where = f"on NUMA node {node}" if node is not None else f"on socket {socket}"
    if node is None:
        where += ", whose NUMA node is not known"
    reason = f"one thread of each {kind} that is allowed here {where}"
    if asked:
        reason += ", asked for by --node"
    elif nodes > 1:
        reason += f" (of {nodes} with allowed cores)"
    if node is not None and memory_bytes(host, node) == 0:
        reason += ", which has no memory of its own"
    if isolated:
        reason += "; isolated: the scheduler moves no thread between them"
    return reason


def _preferred_kind(cpus: list[LogicalCpu]) -> list[LogicalCpu]:
    """Those of one kind, the fastest: threads of a step wait for the slowest of them."""
    kinds = {cpu.kind for cpu in cpus}
    kind = "performance" if "performance" in kinds else None if None in kinds else "efficiency"
    return [cpu for cpu in cpus if cpu.kind == kind]


def _rank(host: Host, group: Group, cores: int) -> tuple[bool, bool, int, bool, int]:
    """What makes a group the one to choose: memory that can be bound, then cores."""
    node, isolated, socket = group
    if node is None:
        return False, False, cores, not isolated, -(socket or 0)
    return may_bind(host, node), memory_bytes(host, node) != 0, cores, not isolated, -node


def _note_left(
    out: "_Left", mine: list[LogicalCpu], of_kind: list[LogicalCpu], best: Group, isolated: set[int]
) -> None:
    """Why the CPUs of another node, kind or sort of scheduling are not taken."""
    node, alone, socket = best
    kinds = {cpu.kind for cpu in of_kind}
    others = {cpu.node for cpu in mine if cpu.node is not None} - {node}
    for why, nodes in out.of_nodes(others).items():
        out.note([cpu for cpu in mine if cpu.node in nodes], why)
    if node is not None:
        out.note([cpu for cpu in mine if cpu.node is None], "in no NUMA node")
    for other in sorted({cpu.socket for cpu in mine} - {socket} if node is None else set()):
        out.note([cpu for cpu in mine if cpu.socket == other], f"on socket {other}")
    for kind in ("performance", "efficiency"):
        unlike = [cpu for cpu in mine if cpu.kind == kind and kind not in kinds]
        out.note(unlike, f"{kind} cores, which share no lane with others")
    apart = [cpu for cpu in mine if (cpu.cpu in isolated) != alone]
    word = "not isolated, as the lane's are" if alone else "isolated: the scheduler leaves them out"
    out.note(apart, word)


class _Left:
    """The host's CPUs that a lane does not get, each with the first reason that is noted."""

    def __init__(self, host: Host) -> None:
        self._host, self._why = host, dict[int, str]()
        may = allowed(host)
        for cpu in host.topology.offline.value or []:
            self._why[cpu] = "offline"
        self.note(
            [cpu for cpu in host.topology.cpus if cpu.cpu not in may],
            "outside this process's affinity",
        )

    def note(self, cpus: list[LogicalCpu], why: str) -> None:
        for cpu in cpus:
            self._why.setdefault(cpu.cpu, why)

    def of_nodes(self, nodes: set[int]) -> dict[str, set[int]]:
        """Why those nodes' CPUs are left out, each sentence with its nodes: a host may have 16."""
        by_reason: dict[str, set[int]] = {}
        for node in sorted(nodes):
            why = "" if may_bind(self._host, node) else why_not_bound(self._host, node)
            by_reason.setdefault(why, set()).add(node)
        return {_on_nodes(some, why): some for why, some in by_reason.items()}

    def said(self) -> list[str]:
        """`CPUs 2-3: second threads of their cores`, one sentence a reason."""
        by_reason: dict[str, list[int]] = {}
        for cpu, why in self._why.items():
            by_reason.setdefault(why, []).append(cpu)
        return [f"{cpus_words(cpus)}: {why}" for why, cpus in by_reason.items()]


def _on_nodes(nodes: set[int], why: str) -> str:
    """`on NUMA nodes 1-3`, `on NUMA nodes 1-3, each of which has no memory`."""
    which = f", {'each of ' if len(nodes) > 1 else ''}which {why}" if why else ""
    return f"on {nodes_words(nodes)}{which}"


def _refuse_node(host: Host, mine: list[LogicalCpu], node: int) -> None:
    usable = sorted({cpu.node for cpu in mine if cpu.node is not None})
    choice = f"give one of these: --node {' or --node '.join(map(str, usable))}"
    if node not in {each.node for each in host.topology.nodes}:
        nodes = counted(len(host.topology.nodes), "NUMA node")
        why = f"there is no such node, this host has {nodes}"
    elif node not in usable:
        why = "this process may use no CPU of that node"
    else:
        return
    raise BenchError(f"--node {node}: {why}", choice if usable else "leave --node out")


def _first_threads(cpus: list[LogicalCpu]) -> list[LogicalCpu]:
    firsts: dict[int, LogicalCpu] = {}
    for cpu in sorted(cpus, key=lambda c: c.cpu):
        firsts.setdefault(cpu.core, cpu)
    return sorted(firsts.values(), key=lambda c: c.cpu)
