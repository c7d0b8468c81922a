"""The frame `kernels`: what oneDNN told of one more step of each process."""

from collections.abc import Iterator

from bench.analysis.kernels import at_own_set, milliseconds
from bench.frames.columns import RANK, Column, Rows
from bench.model.plan import PlannedLane
from bench.model.process import Kernel

KERNELS = (
    *RANK,
    Column("primitive", "category", "", "oneDNN's own word, e.g. `convolution`"),
    Column("kind", "category", "", "the report's word, e.g. `convolution backward data`"),
    Column("direction", "category", "", "`forward`, `backward data`, …, `none`"),
    Column("implementation", "category", "", "as oneDNN names it, e.g. `brgconv:avx512_core_bf16`"),
    Column(
        "instruction_set",
        "category",
        "",
        "named in the implementation, several joined by `+`; missing if none is",
    ),
    Column("data_types", "category", "", "of its operands, joined by `+`, e.g. `bf16+f32`"),
    Column("fpmath", "category", "", "the math mode its attributes allow; missing if none is"),
    Column("own_set", "boolean", "", "whether it ran in the lane's precision, on its own set"),
    Column("calls", "Int64", "", "in that step"),
    Column("seconds", "float64", "s", "of all its calls, by oneDNN's own account"),
)


def kernel_rows(rank: Rows, lane: PlannedLane, kernels: list[Kernel]) -> Iterator[Rows]:
    """The kernels of a rank; `rank` are the columns that they have in common."""
    for kernel in kernels:
        (kind,) = milliseconds([kernel])
        yield rank | {
            "primitive": kernel.primitive,
            "kind": kind,
            "direction": kernel.direction,
            "implementation": kernel.implementation,
            "instruction_set": "+".join(kernel.instruction_sets) or None,
            "data_types": "+".join(kernel.data_types) or None,
            "fpmath": kernel.fpmath,
            "own_set": at_own_set(lane, kernel),
            "calls": kernel.calls,
            "seconds": kernel.milliseconds / 1000,
        }
