"""The catalogue of lanes. A lane added later is one entry here."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Lane:
    """One training configuration: precision, instruction-set ceiling, engine, memory format.

    `requires` are the instruction sets it needs, by the names the kernel gives them.
    `onednn_isa` caps both oneDNN copies; `aten_capability` sets IPEX's own level and overrides
    the cap in IPEX's copy, so BF16 lanes set both (IPEX 2.8, `csrc/cpu/isa/cpu_feature.cpp`).
    """

    id: str
    title: str
    engine: Literal["stock", "ipex"]
    precision: Literal["fp32", "bf16"]
    memory_format: Literal["contiguous", "channels_last"]
    requires: tuple[str, ...]
    onednn_isa: str
    aten_capability: str | None

    def environment(self) -> dict[str, str]:
        """The variables that make the ceiling, to be set before Python starts."""
        ceiling = {"ONEDNN_MAX_CPU_ISA": self.onednn_isa}
        if self.aten_capability is not None:
            ceiling["ATEN_CPU_CAPABILITY"] = self.aten_capability
        return ceiling


LANES: tuple[Lane, ...] = (
    Lane(
        id="fp32",
        title="FP32, stock PyTorch",
        engine="stock",
        precision="fp32",
        memory_format="contiguous",
        requires=(),
        onednn_isa="AVX512_CORE",
        aten_capability=None,
    ),
    Lane(
        id="fp32-ipex",
        title="FP32, IPEX",
        engine="ipex",
        precision="fp32",
        memory_format="channels_last",
        requires=("avx512f",),
        onednn_isa="AVX512_CORE",
        aten_capability="avx512",
    ),
    Lane(
        id="bf16-avx512",
        title="BF16 on AVX-512, IPEX",
        engine="ipex",
        precision="bf16",
        memory_format="channels_last",
        requires=("avx512_bf16",),
        onednn_isa="AVX512_CORE_BF16",
        aten_capability="avx512_bf16",
    ),
    Lane(
        id="bf16-amx",
        title="BF16 on AMX, IPEX",
        engine="ipex",
        precision="bf16",
        memory_format="channels_last",
        requires=("amx_tile", "amx_bf16"),
        onednn_isa="AVX512_CORE_AMX",
        aten_capability="amx",
    ),
)

BASELINE = "fp32"
"""The lane every speed-up is quoted against: the baseline of Intel's sample."""
