"""Where a step's kernel time went, and what part of it ran as the lane's name says. Pure."""

from collections import defaultdict
from statistics import median

from bench.analysis.evidence import GEMM, MKL
from bench.analysis.isa import is_amx, parts
from bench.model.plan import PlannedLane
from bench.model.process import Kernel, Rank
from bench.model.summary import KernelShare

CONVOLUTIONS = ("convolution", "deconvolution")
PRODUCTS = (*CONVOLUTIONS, "inner_product", "matmul", GEMM)
"""oneDNN's primitives that multiply and add: the ones that a lane's name is about."""

PORTABLE = {"any", "ref"}
"""In a name: plain C++, on no instruction set in particular."""

TELLING_MIN = 0.5
"""Of their time, that kernels must tell their instruction set in, for a share to say anything."""

KINDS = {
    "inner_product": "inner product",
    "matmul": "inner product",  # linear layers of stock PyTorch, and all products of MKL
    GEMM: "inner product",
    "reorder": "reorder",
    "batch_normalization": "normalization",
    "layer_normalization": "normalization",
    "group_normalization": "normalization",
    "lrn": "normalization",
    "pooling": "pooling",
}
"""Words for oneDNN's primitives; convolutions have their direction, the rest is `OTHER`."""

OTHER = "other"


def kernel_share(lane: PlannedLane, processes: list[list[Kernel]]) -> KernelShare | None:
    """The lane's kernel time by kind and its share at the lane's own set: medians over processes.

    `processes` are the kernels of each process; those without any say nothing and do not count.
    None if there is none.
    """
    steps = [kernels for kernels in processes if kernels]
    if not steps:
        return None
    kinds = [milliseconds(kernels) for kernels in steps]
    names = {kind for each in kinds for kind in each}
    medians = {kind: median(each.get(kind, 0.0) for each in kinds) for kind in names}
    shares = [share_at_own_set(lane, products(kernels)) for kernels in steps]
    known = [share for share in shares if share is not None]
    return KernelShare(
        instruction_set=lane.instruction_set,
        at_instruction_set=median(known) if known else None,
        milliseconds=dict(sorted(medians.items(), key=lambda each: (-each[1], each[0]))),
    )


def at_own_set(lane: PlannedLane, kernel: Kernel) -> bool:
    """Whether a kernel ran in the lane's precision on its own set.

    Every part of a composite name must name that very set: neither a lower one counts nor a
    higher one, nor a name that tells none (`gemm:jit`, `ref:any`). `amx` stands for all names
    that AMX had.
    """
    own = lane.instruction_set
    return _precise(lane, kernel) and all(
        any(is_amx(name) if own == "amx" else name == own for name in names)
        for names in parts(kernel.implementation)
    )


def share_at_own_set(lane: PlannedLane, kernels: list[Kernel]) -> float | None:
    """The part of these kernels' time that was at the lane's own set.

    Of those that tell: see `_tells`. None if they took no time, or less than `TELLING_MIN` of all.
    """
    telling = [kernel for kernel in kernels if _tells(lane, kernel)]
    own = [kernel for kernel in telling if at_own_set(lane, kernel)]
    known = spent(telling)
    if known == 0 or known < TELLING_MIN * spent(kernels):
        return None
    return spent(own) / known


def _tells(lane: PlannedLane, kernel: Kernel) -> bool:
    """Whether a kernel's name says that it ran on the lane's set, or that it did not.

    In the lane's precision MKL's never do, nor do oneDNN's function for products and its FP32
    kernels that take the best set there is without naming it (`gemm:jit`): they speak neither for
    the lane nor against it. A BF16 primitive of oneDNN's without a name does: with BF16's
    instructions it would have theirs in it.
    """
    if not _precise(lane, kernel) or any(parts(kernel.implementation)):
        return True
    words = set(kernel.implementation.split(":"))
    nameless = kernel.implementation.startswith(MKL) or kernel.primitive == GEMM
    return not nameless and (lane.setup.in_bf16 or bool(words & PORTABLE))


def spent(kernels: list[Kernel]) -> float:
    """Milliseconds of them all."""
    return sum(kernel.milliseconds for kernel in kernels)


def step_milliseconds(rank: Rank) -> float | None:
    """Of the step that the rank's kernels were told of; None if it was not timed.

    Another process may stop that one step for a second, and nothing of the lane's ran meanwhile:
    so it counts as no longer than the compute steps usually are.
    """
    record = rank.record
    if record is None or not record.evidence_seconds:
        return None
    usual = [median(steps) / 1e6] if (steps := record.compute.timed.totals()) else []
    return min([1000 * record.evidence_seconds, *usual])


def _precise(lane: PlannedLane, kernel: Kernel) -> bool:
    types = set(kernel.data_types)
    if lane.setup.precision == "bf16":
        return "bf16" in types
    return types == {"f32"} and (lane.setup.fp32_math == "fp32" or kernel.fpmath == "bf16")


def products(kernels: list[Kernel]) -> list[Kernel]:
    """The convolutions, inner products and matrix products among the kernels."""
    return [kernel for kernel in kernels if kernel.primitive in PRODUCTS]


def milliseconds(kernels: list[Kernel]) -> dict[str, float]:
    """Milliseconds of the kernels by kind."""
    by_kind: dict[str, float] = defaultdict(float)
    for kernel in kernels:
        by_kind[_kind(kernel)] += kernel.milliseconds
    return dict(by_kind)


def _kind(kernel: Kernel) -> str:
    if kernel.primitive in CONVOLUTIONS:
        return f"convolution {kernel.direction}"
    return KINDS.get(kernel.primitive.removesuffix("_v2"), OTHER)
