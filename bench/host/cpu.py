"""The processor model and its flags, from `/proc/cpuinfo`."""

from bench.host.files import Files, parsed
from bench.model.base import Reading
from bench.model.host import Cpu

Block = dict[str, str]
"""One logical CPU's lines in `/proc/cpuinfo`, by their names."""


def read_cpuinfo(files: Files) -> list[Block]:
    """One block for each logical CPU; [] if the file can't be read.

    Parsed here rather than by py-cpuinfo, whose public call times the clock for a second and has
    no microcode, no package and no core numbers; `cpuid.py` uses what it alone can do.
    """
    blocks: list[Block] = []
    for paragraph in (files.text("/proc/cpuinfo") or "").split("\n\n"):
        pairs = (line.partition(":") for line in paragraph.splitlines())
        block = {name.strip(): value.strip() for name, colon, value in pairs if colon}
        # ARM kernels end the file with a paragraph about the board, which is no CPU.
        if "processor" in block:
            blocks.append(block)
    return blocks


def cpu_flags(blocks: list[Block]) -> frozenset[str] | None:
    """What the first CPU advertises: `flags` on x86, `Features` on ARM. None if it doesn't say."""
    for name in ("flags", "Features"):
        if blocks and name in blocks[0]:
            return frozenset(blocks[0][name].split())
    return None


def read_cpu(blocks: list[Block], architecture: str) -> Cpu:
    """The processor model, from the first CPU's block. `architecture` is the kernel's word."""
    return Cpu(
        architecture=architecture,
        vendor=_line(blocks, "vendor_id", "CPU implementer"),
        brand=_line(blocks, "model name"),
        family=parsed(_line(blocks, "cpu family"), int),
        model=parsed(_line(blocks, "model"), int),
        stepping=parsed(_line(blocks, "stepping"), int),
        microcode=_line(blocks, "microcode"),
    )


def _line(blocks: list[Block], *names: str) -> Reading[str]:
    if not blocks:
        return Reading(reason="/proc/cpuinfo: no processor in it, or not readable")
    for name in names:
        if blocks[0].get(name):
            return Reading(value=blocks[0][name])
    return Reading(reason=f"/proc/cpuinfo: no line {names[0]!r}")
