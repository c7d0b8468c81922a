"""The kinds of difference that may explain a ratio, the weightiest first, each with why it counts.

A weight is how far such a difference has been seen to move a lane's throughput, or may by what it
changes: `large` is tens of percent up to a multiple, `medium` up to tens of percent, `small` some
percent. Kinds of one weight are ordered by how often they are the cause.
"""

from dataclasses import dataclass

from bench.model.comparison import Weight


@dataclass(frozen=True)
class Kind:
    """A kind of difference. `measured` ones tell of a run, and are no part of a set-up."""

    name: str
    weight: Weight
    why: str
    measured: bool = False


KINDS: tuple[Kind, ...] = (
    Kind("model", "large", "another model is other work"),
    Kind("image size", "large", "work grows with the square of it"),
    Kind("protocol", "large", "what is timed is another thing"),
    Kind("precision", "large", "BF16 halves the bytes, and has instructions of its own"),
    Kind("engine", "large", "what runs the training chooses kernels and fuses operators"),
    Kind("memory format", "large", "kernels are chosen by it, and reorders saved"),
    Kind("instruction set", "large", "per cycle and core AMX does 16 times AVX-512's work in FP32"),
    Kind("ceiling", "large", "oneDNN takes no kernel above it"),
    Kind("processor", "large", "clock, width, caches and memory channels are its own"),
    Kind("cores of the lane", "large", "they share the work of a step"),
    Kind("ranks", "large", "processes that train as one share the work, and wait for each other"),
    Kind("threads", "large", "a core without a thread does nothing, one with two waits"),
    Kind("batch", "large", "small batches leave cores idle, large ones leave the caches"),
    Kind("allocator", "large", "page faults: it moved a step by up to 1.9× where it was tried"),
    Kind("memory bandwidth", "large", "batch norm and activations wait for memory", measured=True),
    Kind("memory binding", "medium", "memory of another node is farther away"),
    Kind("NUMA node", "medium", "nodes may differ in memory, and in who else is on them"),
    Kind("clock", "medium", "each instruction follows it", measured=True),
    Kind("torch", "medium", "each release has its own kernels and choices"),
    Kind("IPEX", "medium", "each release has its own kernels and choices"),
    Kind("oneDNN", "medium", "convolutions and products are its"),
    Kind("stack", "medium", "another environment: every library may be another"),
    Kind("governor", "medium", "it decides how soon and how far the clock rises"),
    Kind("turbo", "medium", "without it the clock stays at its base"),
    Kind("SMT", "medium", "a sibling's work takes units and cache of the lane's core"),
    Kind("CPU quota", "medium", "above it every thread is stopped until the period ends"),
    Kind("disturbed rounds", "medium", "something else had CPU time", measured=True),
    Kind("hypervisor", "medium", "neighbours, page tables in two levels, hidden topology"),
    Kind("frequency driver", "medium", "it decides how soon and how far the clock rises"),
    Kind("cores of the host", "medium", "others may use what the lane leaves, and its bandwidth"),
    Kind("caches", "medium", "operands that stay in them need no memory"),
    Kind("effort", "medium", "less warm-up and shorter turns: less steady steps"),
    Kind("data", "medium", "end to end: decoding and resizing take the lane's cores"),
    Kind("loader workers", "medium", "end to end: they decode, on the lane's cores"),
    Kind("huge pages", "small", "fewer misses of the TLB, some percent with large operands"),
    Kind("NUMA balancing", "small", "pages are taken away and moved while they are used"),
    Kind("OpenMP library", "small", "threads meet after each operator by its barriers"),
    Kind("variables", "small", "they steer libraries"),
    Kind("launcher", "small", "it sets affinity and variables of its own"),
    Kind("kernel", "small", "scheduler, page faults and mitigations are its"),
    Kind("microcode", "small", "mitigations come with it"),
    Kind("container", "small", "measured at about 1 %, with its runtime's defaults"),
    Kind("operating system", "small", "libc and its allocator are its"),
    Kind("memory", "small", "only where it is scarce"),
    Kind("Python", "small", "it starts operators: some microseconds each"),
    Kind("kit", "small", "how steps are timed and lanes set up may have changed"),
    Kind("host id", "small", "two machines of one kind differ by some percent"),
)

NAMES = {kind.name: kind for kind in KINDS}
