"""Where a step's kernel time went, and what part of it ran as the lane's name says. Pure."""

from collections import defaultdict
from statistics import median

from bench.analysis.isa import AMX_BITS, MASKS, is_amx, parts
from bench.model.plan import PlannedLane
from bench.model.process import Kernel
from bench.model.summary import KernelShare

CONVOLUTIONS = ("convolution", "deconvolution")
PRODUCTS = (*CONVOLUTIONS, "inner_product", "matmul")
"""oneDNN's primitives that multiply and add: the ones that a lane's name is about."""

KINDS = {
    "inner_product": "inner product",
    "matmul": "inner product",  # the linear layer of stock PyTorch
    "reorder": "reorder",
    "batch_normalization": "normalization",
    "layer_normalization": "normalization",
    "group_normalization": "normalization",
    "lrn": "normalization",
    "pooling": "pooling",
}
"""Words for oneDNN's primitives; convolutions have their direction, the rest is `other`."""


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
        instruction_set=own_set(lane),
        at_instruction_set=median(known) if known else None,
        milliseconds=dict(sorted(medians.items(), key=lambda each: (-each[1], each[0]))),
    )


def own_set(lane: PlannedLane) -> str:
    """The instruction set that the lane's convolutions and products are meant to run on.

    The best that serves its precision within its ceiling, by oneDNN's name: for FP32
    `avx512_core`, above which there is nothing for FP32; for BF16 `avx512_core_bf16`, or `amx`,
    which stands for all names that AMX had.
    """
    ceiling = lane.ceiling.lower()
    mask = MASKS.get(ceiling, 0)
    if lane.precision == "bf16" and mask & AMX_BITS:
        return "amx"
    best = "avx512_core" if lane.precision == "fp32" else "avx512_core_bf16"
    return best if mask & MASKS[best] == MASKS[best] else ceiling


def at_own_set(lane: PlannedLane, kernel: Kernel) -> bool:
    """Whether a kernel ran in the lane's precision on its own set.

    Every part of a composite name must name that very set: neither a lower one counts nor a
    higher one, nor a name that tells none (`gemm:jit`, `ref:any`).
    """
    own, types = own_set(lane), set(kernel.data_types)
    precise = "bf16" in types if lane.precision == "bf16" else types == {"f32"}
    return precise and all(
        any(is_amx(name) if own == "amx" else name == own for name in names)
        for names in parts(kernel.implementation)
    )


def share_at_own_set(lane: PlannedLane, kernels: list[Kernel]) -> float | None:
    """The part of these kernels' time that was at the lane's own set. None if they took none."""
    total = sum(kernel.milliseconds for kernel in kernels)
    own = sum(kernel.milliseconds for kernel in kernels if at_own_set(lane, kernel))
    return own / total if total > 0 else None


def products(kernels: list[Kernel]) -> list[Kernel]:
    """The convolutions, inner products and matrix products among the kernels."""
    return [kernel for kernel in kernels if kernel.primitive in PRODUCTS]


def milliseconds(kernels: list[Kernel]) -> dict[str, float]:
    """Milliseconds of the kernels by kind."""
    found: dict[str, float] = defaultdict(float)
    for kernel in kernels:
        found[_kind(kernel)] += kernel.milliseconds
    return dict(found)


def _kind(kernel: Kernel) -> str:
    if kernel.primitive in CONVOLUTIONS:
        return f"convolution {kernel.direction}"
    return KINDS.get(kernel.primitive.removesuffix("_v2"), "other")
