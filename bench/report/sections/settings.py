"""The host's settings, as far as they move the numbers."""

from bench.model.base import Reading
from bench.model.result import Result
from bench.report.sections.markup import safe, table
from bench.report.wording import on_off, reading
from bench.text import format_cpulist, size


def settings(result: Result) -> str:
    """Two columns: what it is, and its value or why that is not known."""
    cpu, limits, system = result.host.cpu, result.host.limits, result.host.settings
    tools = result.host.tools
    usable = [each.name for each in result.host.instruction_sets if each.usable]
    amx = result.host.amx_permission
    rows = [
        ("microcode", reading(cpu.microcode)),
        ("instruction sets usable", ", ".join(usable) or "none known"),
        ("AMX permission", amx.answer),
        ("CPUs of this process", format_cpulist(limits.affinity)),
        ("CPU quota", reading(limits.quota_cpus, "{:g} CPUs".format)),
        ("memory limit", reading(limits.memory_limit_bytes, size)),
        ("governor", reading(system.governor)),
        ("turbo", reading(system.turbo, on_off)),
        ("SMT", reading(system.smt, on_off)),
        ("huge pages", reading(system.transparent_huge_pages)),
        ("NUMA balancing", reading(system.numa_balancing, on_off)),
        ("hypervisor", reading(system.hypervisor)),
        ("container", reading(system.container)),
        ("operating system", f"{reading(system.operating_system)}, Linux {system.kernel}"),
        ("pinned by", result.plan.task_manager),
        ("tcmalloc", _found(tools.tcmalloc)),
        ("libiomp5", _found(tools.iomp5)),
    ]
    cells = [[label, safe(value)] for label, value in rows]
    return "## Host and settings\n\n" + table(["", ""], cells, 2)


def _found(library: Reading[str]) -> str:
    """Whether it is there, not where: a path says more of the machine than a report needs."""
    return reading(library, lambda path: "found")
