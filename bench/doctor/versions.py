"""torch, torchvision and IPEX: whether these releases work together."""

import re

from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.doctor.fixes import install_stack
from bench.model.finding import Finding

ABOUT = Topic(
    "versions",
    "torchvision and IPEX are compiled against one torch: with another they fail at import, or "
    "lanes fail. Figures compare only between the same releases.",
)

LOCKED = {
    "torch": "2.8.0",
    "torchvision": "0.23.0",
    "intel-extension-for-pytorch": "2.8.0",
}

OLDER_MINORS = 15
"""torchvision 0.15 came with torch 2.0, 0.16 with 2.1, and so on."""

_RELEASE = re.compile(r"(\d+)\.(\d+)[^+]*(?:\+(.+))?")


def versions(case: Case) -> Finding:
    """Without torch and torchvision nothing runs; without IPEX only the baseline does."""
    tools = case.host.tools
    torch, vision = tools.torch.value, tools.torchvision.value
    ipex = tools.intel_extension_for_pytorch.value
    found = {"torch": torch, "torchvision": vision, "IPEX": ipex}
    value = ", ".join(f"{name} {version or 'missing'}" for name, version in found.items())
    fix = install_stack(*(f"{name}=={release}" for name, release in LOCKED.items()))
    if torch is None or vision is None:
        return ABOUT.failure(value, fix)
    if not _vision_pairs(torch, vision):
        return ABOUT.failure(f"{value}: this torchvision is not for this torch", fix)
    if ipex is not None and _minor(ipex) != _minor(torch):
        return ABOUT.failure(f"{value}: this IPEX is not for this torch", fix)
    if ipex is None and case.host.usable("avx512f"):
        return ABOUT.warning(f"{value}: only the lane fp32 can run", fix)
    locked = (_public(torch), _public(vision)) == (LOCKED["torch"], LOCKED["torchvision"])
    if not locked or ipex not in (None, LOCKED["intel-extension-for-pytorch"]):
        return ABOUT.warning(f"{value}: not the releases that others measure", fix)
    return ABOUT.ok(value)


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
