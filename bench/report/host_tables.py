"""The probe's view of a host: what it is, what may run on it, what a lane will get."""

import json
from dataclasses import asdict

from rich.console import Group
from rich.table import Table
from rich.text import Text

from bench.model.host import Host, Limits, Settings, Tools, Topology
from bench.plan.cores import LaneCores
from bench.report.blocks import facts, heading, lane_name, listing, words
from bench.report.wording import on_off, reading, yes_no
from bench.text import counted, format_cpulist, size


def host_view(host: Host, cores: LaneCores, lanes: dict[str, str | None]) -> Group:
    """The whole host for a console of 80 columns or more.

    `lanes` has None for each lane that the host can run, else the reason why not.
    """
    count = counted(len(cores.cpus), "core")
    lane = f"{count}, CPUs {format_cpulist(cores.cpus)}, on node {cores.node}: {cores.reason}"
    return Group(
        heading("Host"),
        facts(
            [
                ("processor", words(reading(host.cpu.brand))),
                ("identity", words(_identity(host))),
                ("topology", words(_topology(host.topology))),
                ("caches", words(_caches(host.topology))),
            ]
        ),
        Text(),
        _instruction_sets(host),
        Text(),
        words(_amx(host)),
        Text(),
        heading("This process may use"),
        facts([(label, words(value)) for label, value in _limits(host.limits)]),
        Text(),
        heading("A lane gets"),
        facts([("cores", words(lane))]),
        Text(),
        heading("Settings"),
        facts([(label, words(value)) for label, value in _settings(host.settings)]),
        Text(),
        heading("Tools"),
        facts([(label, words(value)) for label, value in _tools(host.tools)]),
        Text(),
        _lanes(lanes),
    )


def host_json(host: Host, cores: LaneCores, lanes: dict[str, str | None]) -> str:
    """The same as JSON: `host` as in `result.json`, the cores of a lane, and the lanes."""
    facts = {
        "host": host.model_dump(),
        "lane_cores": asdict(cores),
        "lanes": [
            {"id": lane, "runs": reason is None, "reason": reason} for lane, reason in lanes.items()
        ],
    }
    return json.dumps(facts, indent=1)


def _lanes(lanes: dict[str, str | None]) -> Table:
    table = listing("Lanes")
    table.add_column("lane", no_wrap=True)
    table.add_column("runs here", no_wrap=True)
    table.add_column("why not", overflow="fold")
    for lane, reason in lanes.items():
        table.add_row(lane_name(lane), yes_no(reason is None), words(reason or ""))
    return table


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
    nodes = "\n".join(
        f"node {n.node}: CPUs {format_cpulist(n.cpus)}, memory {reading(n.memory_bytes, size)}"
        for n in topology.nodes
    )
    return f"{', '.join(counted(*each) for each in counts)}\n{nodes}"


def _caches(topology: Topology) -> str:
    kinds = {"data": "d", "instruction": "i"}
    found = [
        f"L{c.level}{kinds.get(c.kind.lower(), '')} {size(c.size_bytes)} × {c.instances}"
        for c in topology.caches
    ]
    return ", ".join(found) or "unknown"


def _instruction_sets(host: Host) -> Table:
    table = listing("Instruction sets")
    table.add_column("name", no_wrap=True)
    table.add_column("advertised", no_wrap=True)
    table.add_column("usable", no_wrap=True)
    table.add_column("why", overflow="fold")
    for each in host.instruction_sets:
        usable = "not tried" if each.usable is None else yes_no(each.usable)
        table.add_row(words(each.name), yes_no(each.advertised), _coloured(usable), words(each.why))
    return table


def _coloured(answer: str) -> Text:
    return Text(answer, style={"yes": "green", "no": "yellow"}.get(answer, ""))


def _amx(host: Host) -> str:
    permission = host.amx_permission
    verdict = {True: "granted", False: "refused", None: "not asked"}[permission.granted]
    answer = "" if permission.answer == verdict else f": {permission.answer}"
    return f"AMX permission, {permission.request}: {verdict}{answer}"


def _limits(limits: Limits) -> list[tuple[str, str]]:
    return [
        ("CPUs", _cpus(limits)),
        ("quota", reading(limits.quota_cpus, lambda cpus: f"{cpus:g} CPUs")),
        ("memory", _memory(limits)),
        ("memory policy", reading(limits.memory_policy, _policy)),
        ("/dev/shm", reading(limits.shm_bytes, size)),
        ("control groups", reading(limits.cgroup_version, lambda version: f"version {version}")),
    ]


def _cpus(limits: Limits) -> str:
    affinity = f"{format_cpulist(limits.affinity)} ({len(limits.affinity)})"
    if limits.cpuset.value is not None and set(limits.cpuset.value) == set(limits.affinity):
        return f"{affinity}, by affinity and cpuset"
    return f"{affinity} by affinity; cpuset {reading(limits.cpuset, format_cpulist)}"


def _memory(limits: Limits) -> str:
    available = reading(limits.memory_available_bytes, size)
    return f"{available} available; limit {reading(limits.memory_limit_bytes, size)}"


def _policy(may: bool) -> str:
    return "may bind memory to a node" if may else "may not bind memory to a node"


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
    """Those found, in one line; each missing one with its remedy."""
    names = list(Tools.model_fields)
    found = {name: getattr(tools, name) for name in names}
    there = [
        name if str(read.value).startswith("/") else f"{name} {read.value}"
        for name, read in found.items()
        if read.value is not None
    ]
    missing = [f"{name}: {read.reason}" for name, read in found.items() if read.value is None]
    return [
        ("found", ", ".join(there) or "none"),
        ("missing", "\n".join(missing) or "none"),
    ]
