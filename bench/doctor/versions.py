"""A stack's packages: whether these releases work together, and what can't run without one."""

import re

from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.doctor.fixes import install_stack
from bench.host.stacks import STACKS, made
from bench.model.base import Reading
from bench.model.finding import Finding
from bench.model.host import Host, Stack
from bench.model.plan import PlannedLane
from bench.plan.catalogue.lanes import LANES
from bench.plan.match import matches

ABOUT = Topic(
    "versions",
    "torchvision and IPEX are compiled against one torch: with another they fail at import, or "
    "lanes fail. Figures compare only between the same releases.",
)

OLDER_MINORS = 15
"""torchvision 0.15 came with torch 2.0, 0.16 with 2.1, and so on."""

_RELEASE = re.compile(r"(\d+)\.(\d+)[^+]*(?:\+(cpu|cu\d+|rocm\S*|xpu))?")


def versions(case: Case, stack: Stack) -> Finding:
    """Packages of one release, and none missing that a lane of this host needs."""
    about = ABOUT.of(stack.name)
    if absent(case, stack) or stack.python.value is None:
        return _not_here(about, case, stack)
    value = ", ".join(f"{name} {each.value or 'missing'}" for name, each in stack.packages.items())
    if stack.named:
        return _of_the_user(about, stack, stack.python.value, value)
    pins = STACKS[stack.name].packages
    fix = install_stack(stack.python.value, *(f"{name}=={pin}" for name, pin in pins.items()))
    reasons = matches(case.host)
    lost = any(reasons[lane] is not None for lane in _lanes_with_all(case.host, stack))
    if lost and all(lane.intention == "skipped" for lane in case.demand.asked):
        return about.failure(value, fix)
    if fault := _mismatch(stack.releases):
        return about.failure(f"{value}: {fault}", fix)
    if lost:
        left = [lane.id for lane in LANES if lane.stack == stack.name and not reasons[lane.id]]
        return about.warning(f"{value}: {_only(left)} can run", fix)
    if any(_public(release) != pins[name] for name, release in stack.releases.items()):
        return about.warning(f"{value}: not the releases that others measure", fix)
    return about.ok(value)


def absent(case: Case, stack: Stack) -> bool:
    """Whether it has nothing to check: no interpreter, or no torch and no lane that asks for it."""
    torch = stack.has("torch") or stack.named or _asked(case, stack)
    return stack.python.value is None or not torch


def _asked(case: Case, stack: Stack) -> list[PlannedLane]:
    return [lane for lane in case.demand.asked if lane.setup.stack == stack.name]


def _not_here(about: Topic, case: Case, stack: Stack) -> Finding:
    """Nothing to mend, unless lanes that are asked for need it or the user named it."""
    asked = _asked(case, stack)
    if not asked and not stack.named:
        return about.unknown(stack.python.reason or stack.packages["torch"].reason)
    value, fix = f"{stack.python.reason}", [made(stack.name)]
    if stack.named:
        fix = ["# do as that says, or name another interpreter", f"--stack {stack.name}=PYTHON"]
    return about.failure(value, fix) if asked == case.demand.asked else about.warning(value, fix)


def _of_the_user(about: Topic, stack: Stack, python: str, value: str) -> Finding:
    """Any releases that go together will do."""
    missing = [name for name in stack.packages if not stack.has(name)]
    fault = "its lanes can't run" if missing else _mismatch(stack.releases)
    if fault:
        return about.failure(f"{value}: {fault}", install_stack(python, *stack.packages))
    return about.ok(f"{value}; named by --stack, so no lock pins them")


def _lanes_with_all(host: Host, stack: Stack) -> list[str]:
    """The stack's lanes that this host could run if the stack had all of its packages."""
    pins = STACKS[stack.name].packages
    whole = stack.model_copy(update={"packages": {n: Reading(value=v) for n, v in pins.items()}})
    stacks = [whole if each.name == stack.name else each for each in host.stacks]
    reasons = matches(host.model_copy(update={"stacks": stacks}))
    return [lane.id for lane in LANES if lane.stack == stack.name and reasons[lane.id] is None]


def _only(lanes: list[str]) -> str:
    if not lanes:
        return "none of its lanes"
    return f"only the lane{'s' if len(lanes) > 1 else ''} {', '.join(lanes)}"


def _mismatch(releases: dict[str, str]) -> str | None:
    """Which package is not for the torch beside it."""
    torch, vision = releases.get("torch"), releases.get("torchvision")
    ipex = releases.get("intel-extension-for-pytorch")
    if torch is None:
        return None
    if vision is not None and not _vision_pairs(torch, vision):
        return "this torchvision is not for this torch"
    if ipex is not None and _minor(ipex) != _minor(torch):
        return "this IPEX is not for this torch"
    return None


def _vision_pairs(torch: str, vision: str) -> bool:
    """Of the same release, and built for the same: `+cpu` beside a plain build fails at import."""
    ours, theirs = _RELEASE.match(torch), _RELEASE.match(vision)
    if ours is None or theirs is None:
        return False
    return (int(ours[1]), int(ours[2]), ours[3]) == (2, int(theirs[2]) - OLDER_MINORS, theirs[3])


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _public(version: str) -> str:
    """Without the build's name: `2.8.0+cpu` is 2.8.0."""
    return version.partition("+")[0]
