"""What a run does on a host: its lanes, rounds and estimates."""

from typing import Literal

from pydantic import Field

from bench.model.base import Fact
from bench.model.workload import Effort, Workload

LaneStatus = Literal["planned", "measured", "failed", "invalid", "skipped"]


class PlannedLane(Fact):
    """One lane of the catalogue on this host: how it is started, or why it is not."""

    id: str
    entry: str = Field(description="its name in the catalogue; a lane that runs twice has two ids")
    title: str
    engine: str
    precision: Literal["fp32", "bf16"]
    memory_format: Literal["contiguous", "channels_last"]
    ceiling: str = Field(description="the highest instruction set oneDNN may use in this lane")
    status: LaneStatus
    reason: str | None = Field(default=None, description="why skipped, failed or invalid")
    environment: dict[str, str] = Field(
        default={}, description="all that the controller sets for this lane"
    )
    command: list[str] = Field(default=[], description="SPEC stands for the spec file's path")
    launcher: Literal["ipexrun", "direct"] | None = None
    memory_estimate_bytes: int | None = None


class Plan(Fact):
    """What a run does: lanes in catalogue order, pinning, rounds, effort and estimates."""

    profile: str
    workload: Workload
    data_requested: Literal["cifar10", "synthetic", "auto"]
    data_images: int = Field(description="training images, if the set is generated")
    effort: Effort
    lanes: list[PlannedLane]
    cores: list[int]
    node: int
    cores_reason: str = Field(description="how the cores were chosen")
    task_manager: Literal["numactl", "taskset", "affinity"]
    preload: list[str] = Field(description="libraries every lane preloads")
    scrubbed: dict[str, str] = Field(description="inherited variables kept from every lane")
    seed: int
    rounds_min: int
    rounds_max: int
    time_budget_seconds: float | None
    target_precision: float = Field(
        description="rounds are added until every compute ratio's half-width is under this share"
    )
    together: bool = Field(
        description="the lanes' processes of a round are alive together and take turns"
    )
    together_reason: str
    lane_limit_seconds: float
    estimate_seconds: float = Field(description="of the whole run, before anything is measured")
    notes: list[str] = Field(default=[], description="what could not be had, with its remedy")
