"""What a host is, what may run on it, and what a lane will get."""

import json
from dataclasses import asdict

from bench.model.host import (
    Allowance,
    Host,
    InstructionSet,
    NumaNode,
    Settings,
    Stack,
    Tools,
    Topology,
)
from bench.plan.cores import LaneCores, nodes_words
from bench.report.document.parts import (
    Cell,
    Column,
    Document,
    Facts,
    Label,
    Paragraph,
    Section,
    Table,
    Tone,
    line,
)
from bench.report.document.wording import on_off, reading, reasons_once, yes_no
from bench.text import counted, format_cpulist, size

Lanes = dict[str, str | None]
"""None for each lane that the host can run, else the reason why not."""


def host_document(host: Host, cores: LaneCores, lanes: Lanes) -> Document:
    """The whole host."""
    lane = [("cores", _chosen(cores))]
    lane += [("left out", "\n".join(cores.left_out))] if cores.left_out else []
    processor = [
        ("processor", reading(host.cpu.brand)),
        ("identity", _identity(host)),
        ("topology", _topology(host.topology)),
        ("caches", _caches(host.topology)),
    ]
    sets = Section("Instruction sets", (_instruction_sets(host), Paragraph(line(_amx(host)))))
    return Document(
        "Host",
        (_facts(processor),),
        (
            sets,
            Section("This process may use", (_facts(_allowance(host.allowance)),)),
            Section("A lane gets", (_facts(lane),)),
            Section("Settings", (_facts(_settings(host.settings)),)),
            Section("Tools", (_facts(_tools(host.tools)),)),
            *(Section(f"Stack {each.name}", (_facts(_stack(each)),)) for each in host.stacks),
            Section("Lanes", (_lanes(lanes),)),
        ),
    )


def host_json(host: Host, cores: LaneCores, lanes: Lanes) -> str:
    """The same as JSON: `host` as in `result.json`, the cores of a lane, and the lanes."""
    facts = {
        "host": host.model_dump(),
        "lane_cores": asdict(cores),
        "lanes": [
            {"id": lane, "runs": reason is None, "reason": reason} for lane, reason in lanes.items()
        ],
    }
    return json.dumps(facts, indent=1)


def _facts(rows: list[tuple[str, str]]) -> Facts:
    return Facts(tuple(Label(name, value) for name, value in rows))


def _chosen(cores: LaneCores) -> str:
    where = "" if cores.node is None else f", on node {cores.node}"
    count = counted(len(cores.cpus), "core")
    return f"{count}, CPUs {format_cpulist(cores.cpus)}{where}: {cores.reason}"


def _lanes(lanes: Lanes) -> Table:
    columns = (Column("lane"), Column("runs here"), Column("why not", wraps=True))
    reasons = reasons_once({lane: reason or "" for lane, reason in lanes.items()})
    rows = tuple(
        (Cell(lane, lane=True), _answer(yes_no(lanes[lane] is None)), Cell(reason))
        for lane, reason in reasons.items()
    )
    return Table(columns, rows)


def _identity(host: Host) -> str:
    cpu = host.cpu
    parts = [
        cpu.architecture,
        reading(cpu.vendor),
        f"family {reading(cpu.family)}",
        f"model {reading(cpu.model)}",
        f"stepping {reading(cpu.stepping)}",
        f"microcode {reading(cpu.microcode)}",
    ]
    return ", ".join(parts)


def _topology(topology: Topology) -> str:
    counts = (
        (topology.sockets, "socket"),
        (topology.cores, "core"),
        (topology.threads, "thread"),
        (len(topology.nodes), "NUMA node"),
    )
    rows = [", ".join(counted(*each) for each in counts), *map(_node, topology.nodes)]
    homeless = [cpu.cpu for cpu in topology.cpus if cpu.node is None]
    if homeless:
        rows.append(f"in no node: CPUs {format_cpulist(homeless)}")
    for kind in ("performance", "efficiency"):
        cpus = [cpu.cpu for cpu in topology.cpus if cpu.kind == kind]
        rows += [f"{kind} cores: CPUs {format_cpulist(cpus)}"] if cpus else []
    for word, read in (("isolated", topology.isolated), ("offline", topology.offline)):
        rows += [f"{word}: CPUs {format_cpulist(read.value)}"] if read.value else []
    return "\n".join(rows)


def _node(node: NumaNode) -> str:
    cpus = f"CPUs {format_cpulist(node.cpus)}" if node.cpus else "no CPUs"
    left = node.memory_available_bytes.value
    memory = reading(node.memory_bytes, size)
    available = "" if left is None else f", {size(left)} of it available"
    return f"node {node.node}: {cpus}, memory {memory}{available}"


def _caches(topology: Topology) -> str:
    kinds = {"data": "d", "instruction": "i"}
    caches = [
        f"L{c.level}{kinds.get(c.kind.lower(), '')} {size(c.size_bytes)} × {c.instances}"
        for c in topology.caches
    ]
    return ", ".join(caches) or "unknown"


def _instruction_sets(host: Host) -> Table:
    columns = (Column("name"), Column("advertised"), Column("usable"), Column("why", wraps=True))
    return Table(columns, tuple(_instruction_set(each) for each in host.instruction_sets))


def _instruction_set(each: InstructionSet) -> tuple[Cell, ...]:
    usable = "not tried" if each.usable is None else yes_no(each.usable)
    advertised = "not known" if each.advertised is None else yes_no(each.advertised)
    return Cell(each.name), Cell(advertised), _answer(usable), Cell(each.why)


def _answer(word: str) -> Cell:
    tones: dict[str, Tone] = {"yes": "good", "no": "doubtful"}
    return Cell(word, tone=tones.get(word, "plain"))


def _amx(host: Host) -> str:
    permission = host.amx_permission
    verdict = {True: "granted", False: "refused", None: "not asked"}[permission.granted]
    answer = "" if permission.answer == verdict else f": {permission.answer}"
    return f"AMX permission, {permission.request}: {verdict}{answer}"


def _allowance(allowance: Allowance) -> list[tuple[str, str]]:
    return [
        ("CPUs", _cpus(allowance)),
        ("quota", reading(allowance.quota_cpus, lambda cpus: f"{cpus:g} CPUs")),
        ("memory", _memory(allowance)),
        ("memory binding", reading(allowance.bindable_nodes, _nodes)),
        ("/dev/shm", _shm(allowance)),
        ("control groups", reading(allowance.cgroup_version, lambda version: f"version {version}")),
    ]


def _cpus(allowance: Allowance) -> str:
    affinity = f"{format_cpulist(allowance.affinity)} ({len(allowance.affinity)})"
    cpuset = allowance.cpuset
    if cpuset.value is not None and set(cpuset.value) == set(allowance.affinity):
        return f"{affinity}, by affinity and cpuset"
    return f"{affinity} by affinity; cpuset {reading(cpuset, format_cpulist)}"


def _memory(allowance: Allowance) -> str:
    available = reading(allowance.memory_available_bytes, lambda left: f"{size(left)} available")
    limit = reading(allowance.memory_limit_bytes, size)
    high = allowance.memory_high_bytes.value
    slower = "" if high is None else f"; slowed down above {size(high)} (memory.high)"
    return f"{available}; limit {limit}{slower}"


def _shm(allowance: Allowance) -> str:
    if allowance.shm_bytes.value is None:
        return reading(allowance.shm_bytes, size)
    free = reading(allowance.shm_available_bytes, lambda left: f"{size(left)} free")
    return f"{size(allowance.shm_bytes.value)}, {free}"


def _nodes(nodes: list[int]) -> str:
    return f"memory can be bound to {nodes_words(nodes)}"


def _settings(settings: Settings) -> list[tuple[str, str]]:
    return [
        ("system", f"{reading(settings.operating_system)}, Linux {settings.kernel}"),
        ("hypervisor", reading(settings.hypervisor)),
        ("container", reading(settings.container)),
        ("governor", reading(settings.governor)),
        ("frequency driver", reading(settings.frequency_driver)),
        ("turbo", reading(settings.turbo, on_off)),
        ("SMT", reading(settings.smt, on_off)),
        ("huge pages", reading(settings.transparent_huge_pages)),
        ("NUMA balancing", reading(settings.numa_balancing, on_off)),
    ]


def _tools(tools: Tools) -> list[tuple[str, str]]:
    """Those that are there, in one line; each missing one with its remedy."""
    readings = {name: getattr(tools, name) for name in Tools.model_fields}
    there = [name for name, read in readings.items() if read.value is not None]
    missing = [f"{name}: {read.reason}" for name, read in readings.items() if read.value is None]
    rows = [("here", ", ".join(there) or "none")]
    return [*rows, ("missing", "\n".join(missing))] if missing else rows


def _stack(stack: Stack) -> list[tuple[str, str]]:
    """Its interpreter, releases and libraries; each missing one with its remedy.

    Of a stack that is not here its interpreter's reason stands for all.
    """
    packages = "\n".join(f"{name} {reading(read)}" for name, read in stack.packages.items())
    rows = [
        ("packages", packages, [*stack.packages.values()]),
        ("ipexrun", reading(stack.ipexrun), [stack.ipexrun]),
        ("libiomp5", reading(stack.iomp5), [stack.iomp5]),
        ("Python.h", reading(stack.headers), [stack.headers]),
        ("lock", reading(stack.lock, lambda lock: f"{lock[:12]}…"), [stack.lock]),
    ]
    told = [
        (name, said)
        for name, said, readings in rows
        if stack.python.value is not None or any(read != stack.python for read in readings)
    ]
    return [("interpreter", reading(stack.python)), *told]
