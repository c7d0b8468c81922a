"""The host's settings, as far as they move the numbers."""

from bench.model.base import Reading
from bench.model.host import Host
from bench.model.result import Result
from bench.report.document.energy import counter
from bench.report.document.headline import acting
from bench.report.document.parts import Cell, Column, Section, Table
from bench.report.document.wording import on_off, reading
from bench.text import format_cpulist, size


def settings(result: Result) -> Section:
    """What each is, and its value or why that is not known."""
    host = result.host
    cpu, allowance, system = host.cpu, host.allowance, host.settings
    usable = [each.name for each in host.instruction_sets if each.usable]
    stacks = list(dict.fromkeys(lane.setup.stack for lane in acting(result.plan)))
    rows = [
        ("microcode", reading(cpu.microcode)),
        ("instruction sets usable", ", ".join(usable) or "none known"),
        ("AMX permission", host.amx_permission.answer),
        ("CPUs of this process", format_cpulist(allowance.affinity)),
        ("CPU quota", reading(allowance.quota_cpus, "{:g} CPUs".format)),
        ("memory limit", reading(allowance.memory_limit_bytes, size)),
        ("governor", reading(system.governor)),
        ("turbo", reading(system.turbo, on_off)),
        ("SMT", reading(system.smt, on_off)),
        ("huge pages", reading(system.transparent_huge_pages)),
        ("NUMA balancing", reading(system.numa_balancing, on_off)),
        ("energy counters", counter(result)),
        ("hypervisor", reading(system.hypervisor)),
        ("container", reading(system.container)),
        ("operating system", f"{reading(system.operating_system)}, Linux {system.kernel}"),
        ("tcmalloc", _there(host.tools.tcmalloc)),
        *((f"libiomp5 of stack {name}", _iomp5(host, name)) for name in stacks),
    ]
    cells = tuple((Cell(label), Cell(value)) for label, value in rows)
    columns = (Column("setting"), Column("value", wraps=True))
    return Section("Host and settings", (Table(columns, cells),), detail=True)


def _iomp5(host: Host, stack: str) -> str:
    described = host.stack(stack)
    return "– (the host was not asked for it)" if described is None else _there(described.iomp5)


def _there(library: Reading[str]) -> str:
    """Whether it is there, not where: a path says more of the machine than a report needs."""
    return reading(library, lambda path: "found")
