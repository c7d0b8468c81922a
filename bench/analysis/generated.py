"""The code that an engine's compiler made for a model, held against its lane. Pure.

Convolutions and large products stay calls of the libraries, which print their lines; what lies
between them is compiled, and prints none. Two things tell of it: the compiler's own account, for
which vectors it compiled, and the machine code itself.
"""

from collections.abc import Iterator

from bench.analysis.isa import contains, within
from bench.model.plan import PlannedLane
from bench.model.record import Compilation, Generated
from bench.text import counted, one_line

VECTORS = {"avx512": "avx512_core", "avx2": "avx2", "scalar": "x64"}
"""A compiler's words for the vectors that it compiles for, and the least set with such: the widest
first."""

WORD_MAX = 40
"""Characters of an account that are told: it may be a stranger's."""


def generated_contradictions(lane: PlannedLane, compilation: Compilation | None) -> list[str]:
    """Sentences on what contradicts a lane that was compiled; [] if nothing does, or it was not."""
    if compilation is None:
        return []
    generated = compilation.generated
    if not compilation.graphs:
        return ["its model was not compiled: no graph of it was"]
    if generated is None:
        return ["there is no account of its generated code: nothing proves what that ran on"]
    if not generated.kernels:
        return ["its engine compiles, and no generated code was loaded"]
    instructions = generated.instructions
    read = [] if instructions is None else _machine_code(lane, instructions)
    return [*_account(lane, generated), *read]


def generated_cautions(compilation: Compilation | None) -> Iterator[str]:
    """What is to be said of a compiled lane that is what its name says."""
    if compilation is None:
        return
    if compilation.graph_breaks:
        yield (
            f"{counted(compilation.graph_breaks, 'graph break')} in its model: "
            "what lies between its compiled graphs ran uncompiled"
        )
    if compilation.recompiled:
        yield (
            f"it compiled {counted(compilation.recompiled, 'graph')} after its first step: "
            "its timed steps may hold compiling"
        )
    generated = compilation.generated
    if generated is not None and generated.instructions is None:
        reason = one_line(generated.reason or "no reason was recorded", 200)
        yield (
            f"the machine code of its generated code was not read ({reason}): "
            "only its compiler's account tells what that ran on"
        )


def _account(lane: PlannedLane, generated: Generated) -> Iterator[str]:
    """The compiler's own: it must have compiled for the lane's vectors, and no others."""
    own, said = _vectors(lane.instruction_set), one_line(generated.vector_set, WORD_MAX)
    if said not in VECTORS:
        yield (
            f"its code was generated for {said!r}, which this version of the kit does not know: "
            f"nothing proves the ceiling {lane.setup.ceiling}"
        )
    elif own is not None and said != own:
        yield f"its code was generated for {said}, and a lane on {lane.instruction_set} takes {own}"


def _machine_code(lane: PlannedLane, instructions: dict[str, int]) -> Iterator[str]:
    """All of it within the ceiling and on no wider vectors than the lane's, some of it on those.

    Less than those is in any code: a compiler takes short vectors for what is left of a loop.
    """
    counts = {name: count for name, count in instructions.items() if count}
    own, ceiling = _vectors(lane.instruction_set), lane.setup.ceiling
    if above := {n: c for n, c in counts.items() if within(n, ceiling) is False}:
        yield f"its generated code has {instruction_words(above)}, above the ceiling {ceiling}"
    if new := {n: c for n, c in counts.items() if _vectors(n) is None}:
        yield (
            f"its generated code has {instruction_words(new)}, which this version of the kit does "
            f"not know: nothing proves the ceiling {ceiling}"
        )
    if own is None:
        return
    if wider := {n: c for n, c in counts.items() if n not in above and _wider(n, own)}:
        yield f"its generated code has {instruction_words(wider)}, and its lane takes {own}"
    if own != "scalar" and not any(_vectors(name) == own for name in counts):
        found = f"but {instruction_words(counts)}" if counts else "and no vectors at all"
        yield f"its generated code has no instruction on {own} vectors, {found}"


def instruction_words(instructions: dict[str, int]) -> str:
    """`13,120 avx2, 4,013 sse41 instructions`: the most first."""
    ordered = sorted(instructions.items(), key=lambda each: (-each[1], each[0]))
    texts = [f"{count:,} {one_line(name, WORD_MAX)}" for name, count in ordered]
    return f"{', '.join(texts)} instruction{'' if sum(instructions.values()) == 1 else 's'}"


def _vectors(instruction_set: str) -> str | None:
    """The widest vectors that a set has; None for a set that is not known."""
    return next((word for word, least in VECTORS.items() if contains(instruction_set, least)), None)


def _wider(instruction_set: str, own: str) -> bool:
    words = list(VECTORS)
    found = _vectors(instruction_set)
    return found is not None and words.index(found) < words.index(own)
