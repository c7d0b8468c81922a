"""Intel Extension for PyTorch: prepacked weights, fused step, BF16 weights with FP32 masters."""

import logging
import warnings
from pathlib import Path

import torch

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns of its own operator overrides on every import
    import intel_extension_for_pytorch as ipex

logging.setLoggerClass(logging.Logger)  # the import replaces the class for everybody


def prepare(
    model: torch.nn.Module, optimizer: torch.optim.Optimizer, dtype: torch.dtype
) -> tuple[torch.nn.Module, torch.optim.Optimizer]:
    """Return both through `ipex.optimize` for training; it casts conv and linear weights only."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return ipex.optimize(model, optimizer=optimizer, dtype=dtype, inplace=True)  # type: ignore[no-any-return]


def instruction_set() -> str | None:
    """Return IPEX's level, e.g. `AVX512_BF16`. `AVX512_FP16` ranks above `AMX`."""
    return str(ipex._C._get_current_isa_level())


def compiler(cache: Path) -> None:
    """Return None: it compiles nothing."""
