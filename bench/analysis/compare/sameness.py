"""Whether two hosts are one machine, by more than an id. Pure.

The id is a hash of machine id and host name, or in a container of the kernel's boot id. Equal ids
alone prove little: a machine's image is copied with its id. Different ids alone prove little too:
in a container the id is lost when the machine boots.
"""

from collections.abc import Iterator

from bench.model.comparison import Sameness
from bench.model.host import Host
from bench.text import counted, one_line, size

MEMORY = 0.02
"""Share by which one machine's memory may differ: each kernel keeps a part of it for itself."""

TEXT = 120


def sameness(one: Host, other: Host) -> Sameness:
    """The same machine, the same kind, or different ones; and what tells."""
    differing = list(_hardware(one, other))
    same_id = one.id == other.id
    if differing:
        copied = ", though the ids are the same, as of a copied image" if same_id else ""
        reason = f"not the same: {', '.join(differing)}{copied}"
        return Sameness(level="different", reason=reason)
    unknown = _unknown(one, other)
    but = f"; not known on both sides: {', '.join(unknown)}" if unknown else ""
    if same_id:
        reason = "id, processor, cores, caches and memory are the same"
        return Sameness(level="the same machine", reason=reason + but + _renewed(one, other))
    reason = "processor, cores, caches and memory are the same, the ids are not"
    if one.settings.container.value or other.settings.container.value:
        reason += "; in a container that can be one machine before and after it booted"
    return Sameness(level="the same kind", reason=reason + but)


def processor(host: Host) -> str:
    """Its name with family, model and stepping: clouds give several generations one name."""
    cpu = host.cpu
    numbers = [
        f"{word} {read.value}"
        for word, read in (("family", cpu.family), ("model", cpu.model), ("stepping", cpu.stepping))
        if read.value is not None
    ]
    name = one_line(cpu.brand.value or f"{cpu.architecture} processor of unknown name", TEXT)
    return f"{name} ({', '.join(numbers)})" if numbers else name


def topology(host: Host) -> str:
    """`1 socket, 2 cores, 2 threads, 1 NUMA node`."""
    own = host.topology
    counts = ((own.sockets, "socket"), (own.cores, "core"), (own.threads, "thread"))
    return ", ".join(counted(*each) for each in (*counts, (len(own.nodes), "NUMA node")))


def caches(host: Host) -> str | None:
    """`L1 data 32 KiB, L2 unified 512 KiB`, of one instance; None where none is known."""
    every = [
        f"L{each.level} {one_line(each.kind, 12).lower()} {size(each.size_bytes)}"
        for each in host.topology.caches[:16]
    ]
    return ", ".join(every) or None


def _hardware(one: Host, other: Host) -> Iterator[str]:
    """What differs of what no setting changes: threads and NUMA nodes are a setting's."""
    if processor(one) != processor(other):
        yield "the processors"
    cores = [(host.topology.sockets, host.topology.cores) for host in (one, other)]
    if cores[0] != cores[1]:
        words = (f"{n} in {counted(sockets, 'socket')}" for sockets, n in cores)
        yield f"the cores ({' and '.join(words)})"
    sizes = [caches(host) for host in (one, other)]
    if None not in sizes and sizes[0] != sizes[1]:
        yield "the caches"
    first, second = one.topology.memory_bytes.value, other.topology.memory_bytes.value
    if first and second and abs(first - second) > MEMORY * max(first, second):
        yield f"the memory ({size(first)} and {size(second)})"


def _unknown(one: Host, other: Host) -> list[str]:
    read: dict[str, list[str | int | None]] = {
        "processor's name": [each.cpu.brand.value for each in (one, other)],
        "caches": [caches(each) for each in (one, other)],
        "memory": [each.topology.memory_bytes.value for each in (one, other)],
    }
    return [word for word, values in read.items() if None in values]


def _renewed(one: Host, other: Host) -> str:
    """What may change on one machine, and did."""
    pairs = {
        "microcode": (one.cpu.microcode.value, other.cpu.microcode.value),
        "kernel": (one.settings.kernel, other.settings.kernel),
    }
    changed = [word for word, (then, now) in pairs.items() if then and now and then != now]
    return f"; updated since: {' and '.join(changed)}" if changed else ""
