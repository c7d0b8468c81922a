"""Room for results, data and temporary files, and the right to write them."""

import os
import shlex

from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.doctor.fixes import for_container, in_container
from bench.doctor.places import Place
from bench.model.finding import Finding
from bench.text import size

ABOUT = Topic(
    "disk",
    "A run saves after each lane, and ends where it can't: what was measured after that is lost.",
)

AMPLE = 2
"""A warning below this many times what a run needs: others write to the disk too."""


def disk(case: Case) -> Finding:
    """The worst of the three folders decides; all are told."""
    unwritable = [place for place in case.places if place.needs and not place.writable]
    if unwritable:
        told = ", ".join(f"{place.what} in {place.path}" for place in unwritable)
        return ABOUT.failure(f"can't be written: {told}", _fixes(case, unwritable, writable=False))
    unknown = [place.free.reason for place in case.places if place.free.value is None]
    if unknown:
        return ABOUT.unknown("; ".join(f"{reason}" for reason in unknown))
    value = "free: " + ", ".join(_told(place) for place in case.places)
    full = [place for place in case.places if _free(place) < place.needs]
    scarce = [place for place in case.places if _free(place) < AMPLE * place.needs]
    if full:
        return ABOUT.failure(value, _fixes(case, full))
    if scarce:
        return ABOUT.warning(value, _fixes(case, scarce))
    return ABOUT.ok(value)


def _free(place: Place) -> int:
    return place.free.value or 0


def _told(place: Place) -> str:
    needs = f"needs {size(place.needs)}" if place.needs else "in place"
    return f"{size(_free(place))} for {place.what} ({needs})"


def _fixes(case: Case, places: list[Place], writable: bool = True) -> list[str]:
    return [line for place in places for line in _fix(case, place, writable)]


def _fix(case: Case, place: Place, writable: bool) -> list[str]:
    contained = in_container(case.host)
    if place.variable == "TMPDIR" and contained:
        return for_container(
            case.host,
            'tmpfs: ["/tmp:mode=1777,exec,size=1g"]',
            "--tmpfs /tmp:exec,size=1g",
            "volumes: [{name: tmp, emptyDir: {medium: Memory, sizeLimit: 1Gi}}]",
        )
    if writable:
        room = f"# {place.what}: a folder on a disk with room"
        return [room, f"export {place.variable}=/a/disk/with/room/bench"]
    if contained:
        folder = f"bench-{place.what}"
        return [
            f"# {place.what}: on the host, a folder of your own",
            f'mkdir -p {folder} && export {place.variable}="$PWD/{folder}"',
        ]
    mine = f"sudo install -d -o {os.getuid()} {shlex.quote(str(place.path))}"
    return [f"# {place.what}: makes the folder this user's", mine]
