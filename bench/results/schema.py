"""The artifact's content: `result.json`, versioned. Raw step times are kept."""

from typing import Literal

from pydantic import Field

from bench.host.model import Fact, Host, Reading
from bench.worker.contract import DataSpec, Effort, LaneRecord, Workload

SCHEMA_VERSION = "1.0"

LaneStatus = Literal["planned", "measured", "failed", "skipped"]
RunStatus = Literal["running", "completed", "interrupted", "failed"]


class PlannedLane(Fact):
    """One lane of the catalogue on this host: how it is started, or why it is not."""

    id: str
    title: str
    engine: str
    precision: Literal["fp32", "bf16"]
    memory_format: Literal["contiguous", "channels_last"]
    ceiling: str = Field(description="the highest instruction set oneDNN may use in this lane")
    status: LaneStatus
    reason: str | None = Field(default=None, description="why skipped or failed")
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
    lane_limit_seconds: float
    estimate_seconds: float = Field(description="of the whole run, before anything is measured")
    notes: list[str] = Field(default=[], description="what could not be had, with its remedy")


class Noise(Fact):
    """What else wanted the CPUs while a process ran. The process's own record has more."""

    load_before: float = Field(description="the host's one-minute load average at its start")
    steal_seconds: float = Field(description="CPU time a hypervisor gave to others meanwhile")


class Process(Fact):
    """One lane in one round: one fresh process, and what came of it."""

    round: int
    position: int = Field(description="place in the round's shuffled order, from 0")
    lane: str
    outcome: Literal["completed", "failed", "interrupted"]
    reason: str | None = None
    started_at: str
    wall_seconds: float
    launcher_exit_code: int | None
    noise: Noise
    record: LaneRecord | None
    log: str = Field(description="the process's output, a path inside the artifact")
    evidence: str | None = Field(default=None, description="oneDNN's lines, a path inside")


class Data(Fact):
    """The data set the run used, and why that one."""

    spec: DataSpec
    reason: str


class Spread(Fact):
    """A figure over rounds: the median of the processes' values, with the lowest and highest."""

    median: float
    low: float
    high: float
    rounds: int


class Ratio(Fact):
    """Geometric mean over rounds of the ratio of two lanes, each pair taken in one round."""

    against: str
    value: float
    low: float
    high: float
    rounds: int


class LaneSummary(Fact):
    """What a lane comes to over all rounds. Null where it was not measured."""

    lane: str
    compute_images_per_second: Spread | None
    end_to_end_images_per_second: Spread | None
    epoch_seconds: Spread | None
    epoch_measured: bool = Field(description="false: extrapolated from end-to-end throughput")
    phase_seconds: dict[str, float] = Field(description="median seconds a compute step, by phase")
    peak_memory_bytes: int | None
    compute_ratios: list[Ratio] = []
    end_to_end_ratios: list[Ratio] = []


class Summary(Fact):
    """Conclusions drawn from the raw steps by `bench.analysis`, recomputable from them."""

    rounds_completed: int
    baseline: str = "fp32"
    best_fp32: str | None
    lanes: list[LaneSummary]


class Build(Fact):
    """What an image was built from: the record that it carries."""

    commit: Reading[str]
    built_at: Reading[str] = Field(description="SOURCE_DATE_EPOCH, else the commit's time; UTC")
    locks: dict[str, str] = Field(description="SHA-256 of each lock file, by name")
    base: str
    base_digest: Reading[str]
    torch_build: Literal["cpu", "registry"] = Field(description="the index torch came from")


class Kit(Fact):
    """The build of this kit that made the result; `commit` may end in `-dirty`."""

    version: str
    commit: str | None
    commit_reason: str | None = None
    build: Reading[Build] = Reading(reason="not run from an image")
    image_id: Reading[str] = Reading(reason="not run from an image")
    image_digest: Reading[str] = Reading(reason="not run from an image")


class Result(Fact):
    """One run, whole: `result.json`."""

    schema_version: str = SCHEMA_VERSION
    kit: Kit
    status: RunStatus
    stop_reason: str
    command: list[str]
    started_at: str = Field(description="UTC, ISO 8601")
    finished_at: str | None
    host: Host
    plan: Plan
    data: Data | None
    processes: list[Process]
    summary: Summary
