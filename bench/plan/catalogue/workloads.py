"""The catalogue of workloads: what each model holds and computes. Its code is the worker's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.model.setup import Precision

COUNTED_AT = 224
"""Pixels a side that the entries are counted at; work and activations grow with the area."""


@dataclass(frozen=True)
class WorkloadFacts:
    """A model to train, without torch: its names, the sizes it takes, and its counts.

    The counts are torch's own, with ten classes: `flop_per_sample` of one forward and backward
    (`torch.utils.flop_counter`, attention included), `activation_bytes` of what autograd keeps of
    one sample for the backward pass (`torch.autograd.graph.saved_tensors_hooks`), by precision.
    `benchmarks/count_workloads.py` prints them.
    """

    name: str
    title: str
    unit: str
    size_multiple: int
    smallest_size: int
    parameters: int
    flop_per_sample: float
    activation_bytes: Mapping[Precision, int]


WORKLOADS: dict[str, WorkloadFacts] = {
    facts.name: facts
    for facts in (
        WorkloadFacts(
            name="resnet50",
            title="ResNet-50",
            unit="img",
            size_multiple=1,
            smallest_size=32,
            parameters=23_528_522,
            flop_per_sample=24.29e9,
            activation_bytes={"fp32": 85_307_432, "bf16": 43_757_608},
        ),
        WorkloadFacts(
            name="resnet18",
            title="ResNet-18",
            unit="img",
            size_multiple=1,
            smallest_size=32,
            parameters=11_181_642,
            flop_per_sample=10.65e9,
            activation_bytes={"fp32": 21_577_768, "bf16": 11_892_776},
        ),
        WorkloadFacts(
            name="vit_b_16",
            title="ViT-B/16",
            unit="img",
            size_multiple=16,  # its patches
            smallest_size=32,
            parameters=85_806_346,
            flop_per_sample=105.15e9,
            activation_bytes={"fp32": 117_558_608, "bf16": 66_420_560},
        ),
    )
}
"""By name."""

DEFAULT_MODEL = "resnet50"
"""Of Intel's sample."""
