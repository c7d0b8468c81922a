"""What convolutions and products of FP32 tensors may compute in, by torch's own switch."""

from typing import Any

import torch

from bench.model.setup import Math

OPERATORS = ("conv", "matmul", "rnn")
"""Those with a switch, each under `torch.backends.mkldnn`."""


def allow(math: Math) -> None:
    """Switch it for this process. RuntimeError if this torch has no such switch."""
    if math == "fp32":  # torch's own choice
        return
    for operator in OPERATORS:
        switch: Any = getattr(torch.backends.mkldnn, operator, None)
        if not hasattr(switch, "fp32_precision"):
            raise RuntimeError(
                f"torch {torch.__version__} can't be told to compute FP32 in {math}: it has no "
                f"torch.backends.mkldnn.{operator}.fp32_precision"
            )
        switch.fp32_precision = math
