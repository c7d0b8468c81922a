"""The artifact's content: `result.json`, versioned. Raw step times are kept."""

from typing import Literal

from pydantic import Field

from bench.host.model import Fact, Host, Reading
from bench.worker.contract import DataSpec, Effort, LaneRecord, Workload

SCHEMA_VERSION = "1.0"

LaneStatus = Literal["planned", "measured", "failed", "invalid", "skipped"]
Verdict = Literal["faster", "slower", "undecided"]
RunStatus = Literal["running", "completed", "interrupted", "failed"]


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


class Noise(Fact):
    """What else wanted the lane's CPUs while it had its turns. The process's record has more."""

    load_before: Reading[float] = Field(description="the host's load average at its start, 1 min")
    watched_seconds: float = Field(description="of its turns: what follows is of that time alone")
    steal_seconds: Reading[float] = Field(description="CPU time a hypervisor gave to others")
    others_cpu_seconds: Reading[float] = Field(
        description="CPU time of other processes on the lane's CPUs, the kernel's included"
    )
    throttled_periods: Reading[int] = Field(description="periods cut short by a CPU quota")
    throttled_seconds: Reading[float]
    frequency_mhz: Reading[float] = Field(
        description="the kernel's, mean over the lane's CPUs, eight at most"
    )
    temperature_celsius: Reading[float] = Field(description="the hottest CPU sensor")


class Kernel(Fact):
    """Calls of one oneDNN implementation in the step under verbose mode."""

    primitive: str = Field(description="oneDNN's own word, e.g. convolution")
    direction: Literal["forward", "backward data", "backward weights", "backward", "none"]
    implementation: str = Field(description="as oneDNN names it, e.g. brgconv:avx512_core_bf16")
    instruction_sets: list[str] = Field(description="named in the implementation; [] if none is")
    data_types: list[str] = Field(description="of its operands, e.g. bf16, f32")
    fpmath: str | None = Field(description="the math mode its attributes allow, e.g. bf16")
    calls: int
    milliseconds: float


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
    kernels: list[Kernel] = Field(default=[], description="what those lines come to")
    contradictions: list[str] = Field(
        default=[], description="what ran that the lane's name denies; the lane is then invalid"
    )


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


class Interval(Fact):
    """A confidence interval, and the method that made it."""

    low: float
    high: float
    level: float = Field(description="e.g. 0.95")
    method: str


class Ratio(Fact):
    """Geometric mean over rounds of the ratio of two lanes, each pair taken in one round."""

    against: str
    value: float
    low: float = Field(description="lowest round")
    high: float = Field(description="highest round")
    rounds: int
    interval: Interval | None
    no_interval: str | None = Field(default=None, description="why there is none")
    verdict: Verdict | None = Field(description="null without an interval")


class KernelShare(Fact):
    """Milliseconds of oneDNN kernels in a step by kind, and what part ran at the lane's level."""

    instruction_set: str = Field(description="the lane's own, e.g. avx512_core_bf16")
    at_instruction_set: float | None = Field(
        description="share of the convolutions' and inner products' time; null without any"
    )
    milliseconds: dict[str, float] = Field(
        description="by kind: convolution forward, reorder, …; median over processes"
    )


class LimitShare(Fact):
    """How far a lane's compute throughput is from what its cores can do."""

    achieved_gflops: float
    peak_gflops: float = Field(description="best matrix product at the lane's precision, ceiling")
    peak_share: float
    bound_images_per_second: float = Field(
        description="roofline: each operator at the peak or at copy bandwidth, whichever is slower"
    )
    bound_share: float
    memory_bound_share: float = Field(
        description="share of the bound's time in operators that bandwidth limits"
    )
    copy_gigabytes_per_second: float
    clock_mhz: float | None
    gflop_per_image: float
    megabytes_per_image: float


class LaneSummary(Fact):
    """What a lane comes to over all rounds. Null where it was not measured."""

    lane: str
    compute_images_per_second: Spread | None
    end_to_end_images_per_second: Spread | None
    epoch_seconds: Spread | None
    epoch_measured: bool = Field(description="false: extrapolated from end-to-end throughput")
    phase_seconds: dict[str, float] = Field(description="median seconds a compute step, by phase")
    peak_memory_bytes: int | None
    outliers: int = Field(description="timed compute steps flagged as outliers; all count")
    unsteady_warmups: int = Field(description="processes whose warm-up never became steady")
    kernels: KernelShare | None = None
    limits: LimitShare | None = None
    compute_ratios: list[Ratio] = []
    end_to_end_ratios: list[Ratio] = []


class RoundState(Fact):
    """One round: whether something disturbed it, and what it weighs in the ratios."""

    round: int
    complete: bool
    disturbed: list[str] = Field(description="what was seen, each with its lane; [] if nothing")
    weight: float = Field(
        description="share of the geometric means; disturbed rounds count in full"
    )


class Summary(Fact):
    """Conclusions drawn from the raw steps by `bench.analysis`, recomputable from them."""

    rounds_completed: int
    baseline: str
    best_fp32: str | None
    lanes: list[LaneSummary]
    rounds: list[RoundState] = []


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
