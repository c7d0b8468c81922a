"""Room for results, data and temporary files, and the right to write them."""

import os
import shlex

from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.doctor.fixes import for_container, in_container
from bench.doctor.folders import WritableFolder
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
    unwritable = [folder for folder in case.folders if folder.needs and not folder.writable]
    if unwritable:
        named = ", ".join(f"{folder.what} in {folder.path}" for folder in unwritable)
        return ABOUT.failure(f"can't be written: {named}", _fixes(case, unwritable, writable=False))
    unknown = [folder.free.reason for folder in case.folders if folder.free.value is None]
    if unknown:
        return ABOUT.unknown("; ".join(f"{reason}" for reason in unknown))
    value = "free: " + ", ".join(_room(folder) for folder in case.folders)
    full = [folder for folder in case.folders if _free(folder) < folder.needs]
    scarce = [folder for folder in case.folders if _free(folder) < AMPLE * folder.needs]
    if full:
        return ABOUT.failure(value, _fixes(case, full))
    if scarce:
        return ABOUT.warning(value, _fixes(case, scarce))
    return ABOUT.ok(value)


def _free(folder: WritableFolder) -> int:
    return folder.free.value or 0


def _room(folder: WritableFolder) -> str:
    needs = f"needs {size(folder.needs)}" if folder.needs else "in place"
    return f"{size(_free(folder))} for {folder.what} ({needs})"


def _fixes(case: Case, folders: list[WritableFolder], writable: bool = True) -> list[str]:
    return [line for folder in folders for line in _fix(case, folder, writable)]


def _fix(case: Case, folder: WritableFolder, writable: bool) -> list[str]:
    contained = in_container(case.host)
    if folder.variable == "TMPDIR" and contained:
        return for_container(
            case.host,
            'tmpfs: ["/tmp:mode=1777,exec,size=1g"]',
            "--tmpfs /tmp:exec,size=1g",
            "volumes: [{name: tmp, emptyDir: {medium: Memory, sizeLimit: 1Gi}}]",
        )
    if writable:
        room = f"# {folder.what}: a folder on a disk with room"
        return [room, f"export {folder.variable}=/a/disk/with/room/bench"]
    if contained:
        mount = f"bench-{folder.what}"
        return [
            f"# {folder.what}: on the host, a folder of your own",
            f'mkdir -p {mount} && export {folder.variable}="$PWD/{mount}"',
        ]
    mine = f"sudo install -d -o {os.getuid()} {shlex.quote(str(folder.path))}"
    return [f"# {folder.what}: makes the folder this user's", mine]
