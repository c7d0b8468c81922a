"""Which lanes a host can run, and why it can't run the others."""

from bench.model.base import Reading
from bench.model.host import Host, Stack
from bench.plan.catalogue.engines import ENGINES
from bench.plan.catalogue.lanes import LANES, Lane

AMX_SETS = ("amx_tile", "amx_bf16")


def matches(host: Host) -> dict[str, str | None]:
    """Every lane of the catalogue: None if `host` can run it, else why not."""
    return {lane.id: why_not(lane, host) for lane in LANES}


def why_not(lane: Lane, host: Host) -> str | None:
    """Return the reason that `host` can't run `lane`, or None if it can."""
    reasons = []
    sets = {i.name: i for i in host.instruction_sets}
    unlisted = [n for n in lane.requires if n not in sets or sets[n].advertised is False]
    asked = [sets[n] for n in lane.requires if n not in unlisted]
    unknown = [one for one in asked if one.advertised is None and one.usable is None]
    broken = [one.name for one in asked if one.usable is False]
    if unlisted:
        reasons.append(f"the CPU does not advertise {', '.join(unlisted)}")
    if unknown:
        names = ", ".join(one.name for one in unknown)
        reasons.append(f"it is not known whether the CPU has {names}: {unknown[0].why}")
    reasons += [f"{name} is advertised but does not run here: {sets[name].why}" for name in broken]
    if set(AMX_SETS) & set(lane.requires) and host.amx_permission.granted is not True:
        answer = host.amx_permission
        reasons.append(f"the kernel answered {answer.request} with {answer.answer}")
    reasons += _missing_packages(lane, stack_of(lane, host))
    reasons += _missing_to_compile(lane, host)
    return "; ".join(reasons) or None


def stack_of(lane: Lane, host: Host) -> Stack:
    """The lane's stack on `host`; one that has nothing, and says so, if it is not known there."""
    none = Reading[str](reason=f"not found: this host has no stack {lane.stack}")
    return host.stack(lane.stack) or Stack(
        name=lane.stack, python=none, packages={}, ipexrun=none, iomp5=none, lock=none
    )


def instruction_set(lane: Lane, host: Host) -> str:
    """What the lane's products are meant to run on here, by oneDNN's name.

    The best that the host has; the least of them where it has none, and the lane can't run.
    """
    usable = (name for needed, name in lane.runs_on if host.usable(needed))
    return next(usable, lane.runs_on[-1][1])


def _missing_to_compile(lane: Lane, host: Host) -> list[str]:
    """What the lane's engine makes code with, if it compiles, and is not here."""
    stack = stack_of(lane, host)
    if not ENGINES[lane.engine].compiling or stack.python.value is None:
        return []
    needed = {"a C++ compiler": host.tools.compiler, "its stack's Python.h": stack.headers}
    return [f"{what} is {read.reason}" for what, read in needed.items() if read.value is None]


def _missing_packages(lane: Lane, stack: Stack) -> list[str]:
    """What the lane's engine requires and its stack does not have, each with the remedy."""
    if stack.python.value is None:
        return [f"the interpreter of stack {stack.name} is {stack.python.reason}"]
    none = Reading[str](reason=f"not found in stack {stack.name}")
    return [
        f"{word} is {stack.packages.get(package, none).reason}"
        for package, word in ENGINES[lane.engine].requires.items()
        if not stack.has(package)
    ]
