"""What ran that a lane's name denies: the evidence of one process against its lane. Pure.

How much of a step the evidence covers is judged with the lane's state, since it takes a step's
operators, which one process of a lane counts for all: `bench.analysis.coverage`.
"""

from bench.analysis.cautions import another_setup
from bench.analysis.generated import generated_contradictions
from bench.analysis.isa import announced, has_bf16, parts, within
from bench.analysis.kernels import CONVOLUTIONS, at_own_set, products, share_at_own_set, spent
from bench.model.plan import PlannedLane
from bench.model.process import Kernel, Rank
from bench.text import percent

OWN_SHARE_MIN = 0.5
"""The name of a lane that computes in BF16 must hold for more than this share of its time in what
it mostly does, convolutions or products. Not for all: oneDNN picks by shape, and a layer too small
for AMX runs without it."""

NAMES_SHOWN = 3


def rank_contradictions(lane: PlannedLane, rank: Rank) -> list[str]:
    """What makes a completed rank's lane invalid: what ran in it, and what it ran on."""
    record = rank.record
    return [
        *contradictions(lane, rank.kernels, rank.announced),
        *generated_contradictions(lane, record.compilation if record else None),
        *another_setup(lane.setup, record.observed if record else None),
    ]


def contradictions(
    lane: PlannedLane, kernels: list[Kernel], announced_sets: list[str] | None = None
) -> list[str]:
    """Sentences on what contradicts the lane; [] if the evidence fits it.

    `announced_sets` is what the copies of oneDNN say that they may use: more than the ceiling, and
    the ceiling was not in force, whatever ran. What is not known contradicts nothing. Reorders,
    which turn BF16 into FP32 and back in any lane, are held to the ceiling and to FP32's strict
    math alone.
    """
    if not kernels:
        return ["oneDNN printed no kernel: nothing proves what ran"]
    worked = products(kernels)
    if not any(kernel.milliseconds for kernel in worked):
        return ["oneDNN timed no convolution and no product: nothing proves what ran"]
    if lane.setup.precision == "fp32":
        sentences = [_loose_math(lane, kernels), _narrow_operands(worked)]
    else:
        sentences = [_emulated(worked)]
    if lane.setup.in_bf16:
        sentences += [_elsewhere(lane, worked)]
    ceiling = lane.setup.ceiling
    sentences += [_above_ceiling(ceiling, kernels), _not_in_force(ceiling, announced_sets or [])]
    sentences += [_unknown_sets(ceiling, kernels)]
    return [sentence for sentence in sentences if sentence is not None]


def _loose_math(lane: PlannedLane, kernels: list[Kernel]) -> str | None:
    """FP32 kernels that may compute in less than the lane: `ONEDNN_DEFAULT_FPMATH_MODE` does it."""
    allowed = (None, "strict", *(["bf16"] if lane.setup.in_bf16 else []))
    loose = [kernel for kernel in kernels if kernel.fpmath not in allowed]
    modes = _listed([str(kernel.fpmath) for kernel in loose])
    return f"{_calls(loose, kernels)} may compute FP32 in {modes} (fpmath)" if loose else None


def _narrow_operands(worked: list[Kernel]) -> str | None:
    """FP32 work on operands of another type."""
    narrow = [kernel for kernel in worked if set(kernel.data_types) - {"f32"}]
    types = _listed([t for kernel in narrow for t in kernel.data_types if t != "f32"])
    what = f"{_calls(narrow, worked)} of convolutions and products"
    return f"{what} had {types} operands in an FP32 lane" if narrow else None


def _emulated(worked: list[Kernel]) -> str | None:
    """BF16 work on an instruction set that has no BF16: oneDNN then emulates it."""
    emulated = [
        kernel
        for kernel in worked
        if "bf16" in kernel.data_types
        and any(
            names and all(has_bf16(name) is False for name in names)
            for names in parts(kernel.implementation)
        )
    ]
    names = _listed([kernel.implementation for kernel in emulated])
    what = f"{_calls(emulated, worked)} of convolutions and products"
    return f"{what} emulated BF16, without its instructions: {names}" if emulated else None


def _elsewhere(lane: PlannedLane, worked: list[Kernel]) -> str | None:
    """Work that ran on another set or in FP32: the convolutions', or all of it where they are few.

    A vision transformer has one convolution, and a tenth of a percent of its time in it. Of FP32
    convolutions that may compute in BF16 only the forward pass is judged: oneDNN 3.12 has the
    gradients of weights, and of inputs behind a stride, in FP32 alone.
    """
    kind = "convolutions'"
    if lane.setup.fp32_math == "bf16":
        kind = "forward convolutions'"
        worked = [kernel for kernel in worked if kernel.direction in ("forward", "none")]
    convolutions = [kernel for kernel in worked if kernel.primitive in CONVOLUTIONS]
    mostly = spent(convolutions) >= spent(worked) / 2
    judged, what = (convolutions, kind) if mostly else (worked, "products'")
    share = share_at_own_set(lane, judged)
    if share is None:  # most of it was MKL's
        return f"nothing proves on which instruction set the {what} time was spent"
    if share > OWN_SHARE_MIN:
        return None
    instead = _listed([k.implementation for k in judged if not at_own_set(lane, k)])
    return (
        f"{percent(share)} of the {what} time ran in BF16 on {lane.instruction_set}, "
        f"and the lane's name asks for more than {percent(OWN_SHARE_MIN)}; the rest: {instead}"
    )


def _above_ceiling(ceiling: str, kernels: list[Kernel]) -> str | None:
    """Kernels of an instruction set that the lane may not use."""
    above = [n for k in kernels for n in k.instruction_sets if within(n, ceiling) is False]
    return f"{_listed(above)} ran, above the ceiling {ceiling}" if above else None


def _unknown_sets(ceiling: str, kernels: list[Kernel]) -> str | None:
    """Kernels of an instruction set that nobody had heard of: nothing holds it to the ceiling."""
    new = [n for k in kernels for n in k.instruction_sets if within(n, ceiling) is None]
    what = "an instruction set that this version of the kit does not know"
    return f"{_listed(new)} ran, {what}: nothing proves the ceiling {ceiling}" if new else None


def _not_in_force(ceiling: str, announced_sets: list[str]) -> str | None:
    """A ceiling that is misspelt, or came too late: oneDNN then goes by the CPU."""
    names = [name for each in announced_sets if (name := announced(each)) is not None]
    above = [name for name in names if not within(name, ceiling)]
    if not above:
        return None
    return f"oneDNN said that it may use {_listed(above)}: the ceiling {ceiling} was not in force"


def _calls(some: list[Kernel], all_of_them: list[Kernel]) -> str:
    return f"{sum(k.calls for k in some)} of {sum(k.calls for k in all_of_them)} calls"


def _listed(names: list[str]) -> str:
    """The names, each once, the first few."""
    once = list(dict.fromkeys(names))
    more = [f"{len(once) - NAMES_SHOWN} more"] if len(once) > NAMES_SHOWN else []
    return ", ".join(once[:NAMES_SHOWN] + more)
