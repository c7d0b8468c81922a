"""The catalogue of lanes. A lane added later is one entry here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.model.setup import Math, MemoryFormat, Precision

FP32_SETS = (("avx512f", "avx512_core"), ("avx2", "avx2"), ("sse4_1", "sse41"))
"""For FP32 there is nothing above AVX-512's first set: neither BF16's nor AMX's."""

BF16_SETS = (("avx512_bf16", "avx512_core_bf16"),)
AMX_SETS = (("amx_bf16", "amx"),)


@dataclass(frozen=True)
class Lane:
    """One named set-up: precision, ceiling, engine, stack, memory format.

    `title` is what it computes, a comma, and what trains it.
    `requires` are the instruction sets it needs, by the names the kernel gives them. `runs_on` is
    what its products are meant to run on, the best first: the host's set that it takes, and
    oneDNN's name for it (`amx` stands for all names that AMX had).
    `ceiling` caps both oneDNN copies; `aten_capability` sets IPEX's own level and overrides the
    cap in IPEX's copy, so its BF16 lanes set both (IPEX 2.8, `csrc/cpu/isa/cpu_feature.cpp`).
    """

    id: str
    title: str
    engine: str
    stack: str
    precision: Precision
    memory_format: MemoryFormat
    requires: tuple[str, ...]
    ceiling: str
    runs_on: tuple[tuple[str, str], ...]
    aten_capability: str | None = None
    fp32_math: Math = "fp32"

    def environment(self) -> dict[str, str]:
        """The variables that make the ceiling, to be set before Python starts."""
        capped = {"ONEDNN_MAX_CPU_ISA": self.ceiling}
        if self.aten_capability is not None:
            capped["ATEN_CPU_CAPABILITY"] = self.aten_capability
        return capped


LANES: list[Lane] = [
    Lane(
        id="fp32",
        title="FP32, stock PyTorch",
        engine="stock",
        stack="ipex",
        precision="fp32",
        memory_format="contiguous",
        requires=(),
        ceiling="AVX512_CORE",
        runs_on=FP32_SETS,
    ),
    Lane(
        id="fp32-ipex",
        title="FP32, IPEX",
        engine="ipex",
        stack="ipex",
        precision="fp32",
        memory_format="channels_last",
        requires=("avx512f",),
        ceiling="AVX512_CORE",
        runs_on=FP32_SETS,
        aten_capability="avx512",
    ),
    Lane(
        id="bf16-avx512",
        title="BF16 on AVX-512, IPEX",
        engine="ipex",
        stack="ipex",
        precision="bf16",
        memory_format="channels_last",
        requires=("avx512_bf16",),
        ceiling="AVX512_CORE_BF16",
        runs_on=BF16_SETS,
        aten_capability="avx512_bf16",
    ),
    Lane(
        id="bf16-amx",
        title="BF16 on AMX, IPEX",
        engine="ipex",
        stack="ipex",
        precision="bf16",
        memory_format="channels_last",
        requires=("amx_tile", "amx_bf16"),
        ceiling="AVX512_CORE_AMX",
        runs_on=AMX_SETS,
        aten_capability="amx",
    ),
    Lane(
        id="fp32-torch",
        title="FP32, today's PyTorch",
        engine="stock",
        stack="torch",
        precision="fp32",
        memory_format="channels_last",
        requires=(),
        ceiling="AVX512_CORE",
        runs_on=FP32_SETS,
    ),
    Lane(
        id="fp32-compile",
        title="FP32, torch.compile",
        engine="compile",
        stack="torch",
        precision="fp32",
        memory_format="channels_last",
        requires=(),
        ceiling="AVX512_CORE",
        runs_on=FP32_SETS,
    ),
    Lane(
        id="bf16-avx512-torch",
        title="BF16 on AVX-512, today's PyTorch",
        engine="stock",
        stack="torch",
        precision="bf16",
        memory_format="channels_last",
        requires=("avx512_bf16",),
        ceiling="AVX512_CORE_BF16",
        runs_on=BF16_SETS,
    ),
    Lane(
        id="bf16-avx512-compile",
        title="BF16 on AVX-512, torch.compile",
        engine="compile",
        stack="torch",
        precision="bf16",
        memory_format="channels_last",
        requires=("avx512_bf16",),
        ceiling="AVX512_CORE_BF16",
        runs_on=BF16_SETS,
    ),
    Lane(
        id="bf16-amx-torch",
        title="BF16 on AMX, today's PyTorch",
        engine="stock",
        stack="torch",
        precision="bf16",
        memory_format="channels_last",
        requires=("amx_tile", "amx_bf16"),
        ceiling="AVX512_CORE_AMX",
        runs_on=AMX_SETS,
    ),
    Lane(
        id="bf16-amx-compile",
        title="BF16 on AMX, torch.compile",
        engine="compile",
        stack="torch",
        precision="bf16",
        memory_format="channels_last",
        requires=("amx_tile", "amx_bf16"),
        ceiling="AVX512_CORE_AMX",
        runs_on=AMX_SETS,
    ),
    Lane(
        id="fp32-bf16math-amx",
        title="FP32 with BF16 products on AMX, today's PyTorch",
        engine="stock",
        stack="torch",
        precision="fp32",
        memory_format="channels_last",
        requires=("amx_tile", "amx_bf16"),
        ceiling="AVX512_CORE_AMX",
        runs_on=AMX_SETS,
        fp32_math="bf16",
    ),
]
"""In the order that they are shown in."""

DEFAULT = ("fp32", "fp32-ipex", "bf16-avx512", "bf16-amx")
"""The lanes of a run that names none: IPEX's, beside the baseline of Intel's sample."""

BASELINE = "fp32"
"""The lane every speed-up is quoted against: the baseline of Intel's sample."""
