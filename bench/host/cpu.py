"""The processor model and its flags, from `/proc/cpuinfo`; what that leaves out, by py-cpuinfo."""

from collections.abc import Callable

from bench.host.files import Files, parsed
from bench.model.base import Reading
from bench.model.host import Cpu

Block = dict[str, str]
"""One logical CPU's lines in `/proc/cpuinfo`, by their names."""

_PY_CPUINFO = {
    "vendor_id": "vendor_id_raw",
    "model name": "brand_raw",
    "cpu family": "family",
    "model": "model",
    "stepping": "stepping",
}
"""What py-cpuinfo calls these lines. It has flags too, but of AMX's none: their absence says
nothing, so they are not taken from it."""


def read_cpuinfo(files: Files) -> list[Block]:
    """One block for each logical CPU; [] if the file can't be read.

    Parsed here rather than by py-cpuinfo, which knows this machine only, takes a second, and has
    no microcode, no package and no core numbers.
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


def ask_py_cpuinfo() -> Block:
    """What py-cpuinfo knows of this machine's CPU by other ways (CPUID, lscpu), in a second."""
    from cpuinfo import get_cpu_info  # where /proc/cpuinfo does not name the CPU, and only there

    try:
        known = get_cpu_info()
    except OSError:  # it starts a process
        return {}
    return {line: str(known[key]) for line, key in _PY_CPUINFO.items() if known.get(key)}


def read_cpu(blocks: list[Block], architecture: str, ask: Callable[[], Block]) -> Cpu:
    """The processor model, from the first CPU's block. `architecture` is the kernel's word.

    `ask` is for what a kernel does not name: ARM's has no line for it.
    """
    block = blocks[0] if blocks else {}
    if not block.get("model name"):
        block = ask() | block
    return Cpu(
        architecture=architecture,
        vendor=_line(block, "vendor_id", "CPU implementer"),
        brand=_line(block, "model name"),
        family=parsed(_line(block, "cpu family"), int),
        model=parsed(_line(block, "model"), int),
        stepping=parsed(_line(block, "stepping"), int),
        microcode=_line(block, "microcode"),
    )


def _line(block: Block, *names: str) -> Reading[str]:
    if not block:
        return Reading(reason="/proc/cpuinfo: no processor in it, or not readable")
    for name in names:
        if block.get(name):
            return Reading(value=block[name])
    return Reading(reason=f"/proc/cpuinfo: no line {names[0]!r}")
