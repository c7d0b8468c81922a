"""What a run does on a host: its lanes, rounds and estimates. Made once, and never changed."""

from typing import Literal

from pydantic import Field

from bench.model.base import Fixed
from bench.model.protocol import DEFAULT_PROTOCOL, Effort
from bench.model.setup import Setup
from bench.model.workload import Workload

Intention = Literal["planned", "skipped", "too large"]
"""What the plan has in mind for a lane: to run it; the host can't; it does not fit in memory."""


class PlannedLane(Fixed):
    """One lane of the catalogue on this host: how it is started, or why it is not."""

    id: str
    entry: str = Field(
        description="its name in the catalogue, with @STACK if it trains in another stack than "
        "there; a lane that runs twice has two ids"
    )
    title: str
    setup: Setup
    workload: Workload
    instruction_set: str = Field(
        description="what its products are meant to run on here, e.g. avx512_core_bf16, amx"
    )
    instead_of: str | None = Field(
        default=None,
        description="the lane of an archived engine that it would replace: same precision, ceiling",
    )
    intention: Intention
    reason: str | None = Field(default=None, description="why it is not planned to run")
    command: list[str] = Field(default=[], description="SPEC stands for the spec file's path")
    memory_estimate_bytes: int | None = None


class Plan(Fixed):
    """What a run does: lanes in catalogue order, rounds, effort and estimates."""

    profile: str
    protocol: str = DEFAULT_PROTOCOL
    effort: Effort
    functional_check: bool = Field(
        default=False, description="too short to measure by: no verdict is drawn from it"
    )
    lanes: list[PlannedLane]
    baseline: str = Field(description="the lane that speed-ups are quoted against")
    data_requested: str = Field(description="auto, cifar10, synthetic or folder:PATH")
    data_samples: int = Field(description="training samples, if the set is generated")
    cores_requested: str | None = Field(default=None, description="a list of CPUs; null: none")
    node_requested: int | None = Field(default=None, description="a NUMA node; null: none")
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
    batch_reason: str | None = Field(
        default=None, description="why the batch is not the profile's own"
    )
    estimate_seconds: float = Field(description="of the whole run, before anything is measured")
    notes: list[str] = Field(default=[], description="what could not be had, with its remedy")

    def lane(self, name: str) -> PlannedLane:
        """The lane with that id. KeyError if there is none."""
        for each in self.lanes:
            if each.id == name:
                return each
        raise KeyError(name)

    @property
    def running(self) -> list[PlannedLane]:
        """The lanes that are planned to run."""
        return [each for each in self.lanes if each.intention == "planned"]
