"""A lane's set-up: everything that makes one lane differ from another, as one value."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from bench.model.base import Fixed

Precision = Literal["fp32", "bf16"]
Math = Literal["fp32", "bf16"]
MemoryFormat = Literal["contiguous", "channels_last"]
Launcher = Literal["ipexrun", "direct"]
TaskManager = Literal["numactl", "taskset", "affinity"]


class Placement(Fixed):
    """Where a lane's process runs, and what puts it there."""

    cores: list[int] = Field(min_length=1, description="CPUs by the kernel's numbers")
    node: int | None = Field(
        description="the NUMA node that they are on; null: on several, or in none"
    )
    reason: str = Field(description="how the cores were chosen")
    left_out: list[str] = Field(
        default=[], description="CPUs that may be used and are not in it, with why"
    )
    launcher: Launcher
    task_manager: TaskManager = Field(description="numactl binds memory too; the others do not")
    ranks: int = Field(default=1, ge=1, description="processes that train as one")


class Setup(Fixed):
    """What trains a workload: the lane's own, never the run's."""

    engine: str = Field(description="what runs the training, e.g. stock, ipex")
    precision: Precision
    fp32_math: Math = Field(
        default="fp32",
        description="what convolutions and products of FP32 tensors may compute in: "
        "bf16 is oneDNN's math mode of that name",
    )
    memory_format: MemoryFormat
    ceiling: str = Field(description="the highest instruction set oneDNN may use, by its name")
    stack: str = Field(description="the environment it trains in")
    placement: Placement
    preload: list[str] = Field(default=[], description="libraries to preload")
    environment: dict[str, str] = Field(
        default={}, description="variables that must be set before Python starts"
    )
    batch_size: int = Field(ge=2, description="samples a step; batch norm needs two")
    loader_workers: int = Field(ge=0, description="DataLoader processes; 0: in the main process")

    @property
    def in_bf16(self) -> bool:
        """Whether convolutions and products compute in BF16."""
        return "bf16" in (self.precision, self.fp32_math)

    @property
    def arithmetic(self) -> tuple[str, str, str]:
        """What the peak of its products depends on besides its cores; lanes alike in it compare."""
        return self.precision, self.fp32_math, self.ceiling

    def differing(self, environment: Mapping[str, str]) -> list[str]:
        """Names of the set-up's variables that `environment` has not, or not with that value."""
        return [k for k, v in self.environment.items() if environment.get(k) != v]
