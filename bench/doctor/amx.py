"""AMX, link by link: flags, kernel, permission, execution. What oneDNN says no one can ask here.

torch and IPEX hold oneDNN as hidden symbols of their libraries: only its verbose lines tell, which
are in every run's evidence.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.doctor.fixes import newer_kernel, permit, show_the_cpu
from bench.host.generations import WITH_AMX, generation
from bench.model.finding import Finding
from bench.model.host import Host, InstructionSet
from bench.plan.match import AMX_SETS

ABOUT = Topic(
    "AMX",
    "BF16 on AMX is what this kit is for. Each link of flags, kernel, permission and execution "
    "can be missing by itself, and the AMX lane is then skipped.",
)


@dataclass(frozen=True)
class Link:
    """One condition: met, not met, or not known, in words, and what mends it."""

    name: str
    holds: bool | None
    said: str
    fix: Callable[[Host], list[str]]


def amx(case: Case) -> Finding:
    """The first link that does not hold decides."""
    host = case.host
    sets = [one for one in host.instruction_sets if one.name in AMX_SETS]
    if not any(one.advertised for one in sets):
        return _no_flags(host, sets)
    links = [_flags(sets), *_kernel_and_permission(host), _execution(sets)]
    broken = next((n for n, link in enumerate(links) if link.holds is not True), None)
    if broken is None:
        yes = ", ".join(link.name for link in links)
        return ABOUT.ok(f"{yes}: all there; what oneDNN makes of it, a run's evidence tells")
    link = links[broken]
    value = ", ".join([*(f"{each.name} yes" for each in links[:broken]), link.name])
    if link.holds is None:
        return ABOUT.unknown(f"{value} unknown: {link.said}")
    return ABOUT.warning(f"{value} no: {link.said}", link.fix(host))


def _no_flags(host: Host, sets: list[InstructionSet]) -> Finding:
    cpu = host.cpu
    unknown = [one for one in sets if one.advertised is None]
    if unknown or not sets:
        return ABOUT.unknown(unknown[0].why if sets else "not among the probe's instruction sets")
    if generation(cpu) not in WITH_AMX:
        return ABOUT.ok("this CPU has no AMX")
    hides = "virtual machine" if host.settings.hypervisor.value else "firmware or the kernel"
    return ABOUT.warning(
        f"this CPU shows no AMX: its model has it, but the {hides} hides it", show_the_cpu(host)
    )


def _flags(sets: list[InstructionSet]) -> Link:
    hidden = ", ".join(one.name for one in sets if not one.advertised)
    return Link("flags", not hidden, f"{hidden} is hidden", show_the_cpu)


def _kernel_and_permission(host: Host) -> list[Link]:
    """One answer of the kernel, told apart by its error.

    From Linux, arch/x86/kernel: EINVAL is an unknown request, EOPNOTSUPP a state that the kernel
    does not offer (`xstate_request_perm`). Any other is of a filter before it.
    """
    granted, answer = host.amx_permission.granted, host.amx_permission.answer
    if granted is None:
        return [Link("kernel", None, answer, newer_kernel)]
    too_old, not_offered = answer.startswith("EINVAL"), answer.startswith("EOPNOTSUPP")
    return [
        Link(
            "kernel",
            granted or not (too_old or not_offered),
            f"{answer}; this is Linux {host.settings.kernel}",
            newer_kernel if too_old else show_the_cpu,
        ),
        Link("permission", granted, answer, _permit),
    ]


def _execution(sets: list[InstructionSet]) -> Link:
    answers = {one.usable for one in sets}
    usable = False if False in answers else None if None in answers else True
    why = next((f"{one.name}: {one.why}" for one in sets if one.usable is usable), "")
    return Link("execution", usable, why, show_the_cpu)


def _permit(host: Host) -> list[str]:
    return permit(
        host,
        "security_opt: [seccomp=unconfined]",
        "--security-opt seccomp=unconfined",
        "securityContext: {seccompProfile: {type: Unconfined}}",
    )
