"""Which CPUs are threads of one core, and on which socket, from sysfs or `/proc/cpuinfo`."""

from collections import Counter
from collections.abc import Hashable

from bench.host.cpu import Block
from bench.host.files import Files
from bench.text import format_cpulist

_CPUS = "/sys/devices/system/cpu"


def core_numbers(files: Files, cpus: list[int], by_cpu: dict[int, Block]) -> dict[int, int]:
    """Each CPU's core; cores are numbered by their first CPU."""
    names: dict[int, Hashable] = {cpu: _threads(files, cpu) for cpu in cpus}
    unnamed = [cpu for cpu, threads in names.items() if threads is None]
    ids = {cpu: _ids(files, cpu, by_cpu.get(cpu, {})) for cpu in unnamed}
    sharing = Counter(ids.values())
    for cpu in unnamed:
        block = by_cpu.get(cpu, {})
        # Core ids repeat from die to die, which cpuinfo does not tell: APIC ids do.
        crowded = ids[cpu] is not None and sharing[ids[cpu]] > _threads_per_core(block)
        names[cpu] = ids[cpu] or cpu, _apic_core(block) if crowded else None
    numbers: dict[Hashable, int] = {}
    return {cpu: numbers.setdefault(names[cpu], len(numbers)) for cpu in cpus}


def socket_of(files: Files, cpu: int, block: Block) -> int:
    """The CPU's socket; the kernel says -1 where it does not know, on some virtual and ARM ones."""
    return max(0, _number(files, cpu, "physical_package_id", block, "physical id") or 0)


def _threads(files: Files, cpu: int) -> str | None:
    # A core is its set of threads: core_id repeats from one socket, or die, to the next.
    for name in ("core_cpus_list", "thread_siblings_list"):
        threads = files.numbers(f"{_CPUS}/cpu{cpu}/topology/{name}").value or []
        if cpu in threads:
            return format_cpulist(threads)
    return None


def _ids(files: Files, cpu: int, block: Block) -> tuple[int | None, ...] | None:
    """Package, die and core as they are numbered; None where the core is not."""
    core = _number(files, cpu, "core_id", block, "core id")
    package = _number(files, cpu, "physical_package_id", block, "physical id")
    die = _number(files, cpu, "die_id", block, "die id")
    return None if core is None else (package, die, core)


def _number(files: Files, cpu: int, name: str, block: Block, line: str) -> int | None:
    number = files.integer(f"{_CPUS}/cpu{cpu}/topology/{name}")
    if number is None and block.get(line, "").isdecimal():
        number = int(block[line])
    return number


def _threads_per_core(block: Block) -> int:
    """Rounded up: a hybrid processor has cores with one thread and with two."""
    siblings, cores = block.get("siblings", ""), block.get("cpu cores", "")
    if not (siblings.isdecimal() and cores.isdecimal() and int(siblings) and int(cores)):
        return 2
    return -(-int(siblings) // int(cores))


def _apic_core(block: Block) -> int | None:
    """The APIC id without the bits that tell a core's threads apart; None if it is not told."""
    apic = block.get("apicid", "")
    return int(apic) >> (_threads_per_core(block) - 1).bit_length() if apic.isdecimal() else None
