"""The kernel's list syntax for CPUs and nodes: `0-3,8`."""

from collections.abc import Iterable


def parse_cpulist(text: str) -> list[int]:
    """The numbers of a list such as `0-3,8`, ascending. Raises ValueError for anything else."""
    numbers: set[int] = set()
    for part in text.strip().split(","):
        first, dash, last = part.partition("-")
        if part:
            numbers.update(range(int(first), int(last if dash else first) + 1))
    return sorted(numbers)


def format_cpulist(cpus: Iterable[int]) -> str:
    """The shortest list of these numbers: `format_cpulist([0, 1, 2, 5]) == "0-2,5"`."""
    ranges: list[list[int]] = []
    for cpu in sorted(set(cpus)):
        if ranges and cpu == ranges[-1][1] + 1:
            ranges[-1][1] = cpu
        else:
            ranges.append([cpu, cpu])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges)
