"""Runs held against each other: two sides, lane by lane, how sure, and why they may differ."""

from typing import Literal

from pydantic import Field

from bench.model.base import Fact
from bench.model.summary import Interval, Method, Verdict

MachineLevel = Literal["the same machine", "the same kind", "different"]
Weight = Literal["large", "medium", "small"]
Spread = Literal["own", "shared", "elsewhere"]


class ComparedRun(Fact):
    """One run, by the name that it was given by."""

    name: str
    started_at: str
    profile: str
    rounds: int = Field(description="rounds that have a process")
    disturbed: int = Field(description="of these, rounds that something disturbed")


class Side(Fact):
    """Runs of one host and one set-up, whose mean counts."""

    processor: str
    workload: str = Field(description="what was trained, and on which data")
    runs: list[ComparedRun]


class Sameness(Fact):
    """Whether two sides ran on one machine, and what tells."""

    level: MachineLevel
    reason: str


class Lacking(Fact):
    """Runs that did not measure a lane, all for one reason."""

    state: str = Field(description="invalid, failed, skipped, …, or absent where they have none")
    reason: str | None
    runs: list[str]


class LaneSide(Fact):
    """A lane on one side: geometric mean of its runs, which is that of their rounds."""

    lane: str
    samples_per_second: float | None = Field(description="compute; null: no run measured it")
    low: float | None = Field(description="lowest run; of a single run its lowest round")
    high: float | None
    runs: int
    rounds: int
    lacking: list[Lacking] = Field(default=[], description="runs that did not measure it")


class Estimate(Fact):
    """Throughput of the other side over that of the reference: above 1 the other is faster."""

    value: float
    interval: Interval | None = Field(
        description="by what the sides' own runs and rounds tell; null: they are too few"
    )
    decisive: Interval | None = Field(
        description="what the verdict is drawn from: the same, or that widened by the spread "
        "between runs known from elsewhere"
    )
    spread: Spread = Field(
        description="how far runs differ is known from both sides' own runs, from the runs of "
        "one side (shared, on one machine), or only from elsewhere"
    )
    no_interval: str | None = Field(default=None, description="why there is none")


class LaneAgainst(Fact):
    """A lane of the reference and one of the other side."""

    reference: LaneSide
    other: LaneSide
    unit: str = Field(description="a sample's name, e.g. img")
    compute: Estimate | None = Field(description="null: one of the sides has not measured it")
    end_to_end: Estimate | None
    verdict: Verdict | None = Field(description="on compute throughput; null without an interval")


class Difference(Fact):
    """Something that differs between the sides and may explain a ratio."""

    name: str
    weight: Weight = Field(description="how far such a difference can move a throughput")
    why: str
    reference: str
    other: str
    lanes: list[str] = Field(default=[], description="lanes it is of; []: of all")


class Against(Fact):
    """One other side, held against the reference."""

    other: Side
    machine: Sameness
    obstacles: list[str] = Field(
        description="why they are not comparable, where that was overruled"
    )
    lanes: list[LaneAgainst]
    differences: list[Difference] = Field(description="the weightiest first")
    unknown: list[str] = Field(description="what is known of one side only")


class Gate(Fact):
    """What a limit on slowness found: lanes, each with its other side where there are several."""

    share: float = Field(description="0.05: slower by more than 5 %")
    slower: list[str] = Field(description="whose whole interval is slower by more than that")
    failed: list[str] = Field(description="measured in the reference and not in each other run")
    unjudged: list[str] = Field(description="without an interval")
    open: list[str] = Field(description="whose interval holds the limit")


class Comparison(Fact):
    """A reference, and one or more other sides."""

    method: Method
    reference: Side
    others: list[Against]
    gate: Gate | None = None
