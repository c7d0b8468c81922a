"""Conclusions drawn from the raw steps."""

from typing import Literal

from pydantic import Field

from bench.model.base import Fact

LaneState = Literal["measured", "invalid", "failed", "interrupted", "skipped", "not reached"]
Verdict = Literal["faster", "slower", "undecided"]


class Spread(Fact):
    """A figure over rounds: the median of the processes' values, with the lowest and highest."""

    median: float
    low: float
    high: float
    rounds: int

    def inverse(self) -> "Spread":
        """Of the values' reciprocals, as J/img is turned into img/J: the ends change places."""
        return Spread(
            median=1 / self.median, low=1 / self.high, high=1 / self.low, rounds=self.rounds
        )


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
    covered: float | None = Field(
        default=None, description="share of the step's wall time that these kernels took; median"
    )
    calls: int | None = Field(
        default=None,
        description="of the calls expected, how many were seen; the least over processes",
    )
    calls_expected: int | None = Field(
        default=None,
        description="convolutions' and products', from the model's operators; null: unknown",
    )


class LimitShare(Fact):
    """How far a lane's compute throughput is from what its cores can do."""

    achieved_gflops: float
    peak_gflops: float = Field(description="best matrix product at the lane's precision, ceiling")
    peak_share: float
    bound_samples_per_second: float = Field(
        description="roofline: each operator at the peak or at copy bandwidth, whichever is slower"
    )
    bound_share: float
    memory_bound_share: float = Field(
        description="share of the bound's time in operators that bandwidth limits"
    )
    copy_gigabytes_per_second: float
    clock_mhz: float | None
    gflop_per_sample: float
    megabytes_per_sample: float


class LaneEnergy(Fact):
    """What the packages of a lane's CPUs used in its compute turns, idle power and all."""

    packages: list[str] = Field(description="the kernel's names, e.g. package-0")
    joules_per_sample: Spread
    watts: float = Field(description="of all those packages; median over processes")
    others_share: float | None = Field(
        description="share of those packages' CPU time that other processes had; median"
    )


class CompileCost(Fact):
    """What compiling costs a lane, and when it has earned that back."""

    cold_seconds: float | None = Field(
        description="with nothing to find again: its first step less a usual one; null: not seen"
    )
    warm_seconds: Spread | None = Field(description="the same, from the cache of an earlier round")
    against: str | None = Field(description="the fastest lane that does the same uncompiled")
    pays_off_steps: float | None = Field(
        default=None, description="training steps until the cold seconds are earned back"
    )
    pays_off_steps_low: float | None = Field(
        default=None, description="the same, by the end of the ratio's interval that gains most"
    )
    pays_off_steps_high: float | None = Field(default=None, description="and by its other end")
    pays_off_seconds: float | None = Field(default=None, description="of training, until then")
    never: str | None = Field(default=None, description="why it is never earned back, or unknown")


class Departure(Fact):
    """A lane of an archived engine, held against one that does the same in another stack."""

    lane: str = Field(description="the archived engine's")
    other: str
    compute: Ratio | None = Field(
        description="of the other against the lane: above 1 leaving gains; null: see `reason`"
    )
    end_to_end: Ratio | None
    reason: str | None = Field(default=None, description="why the two are not held together")
    explained: list[str] = Field(
        default=[], description="what explains a difference, weightiest first"
    )


class LaneSummary(Fact):
    """What a lane comes to over all rounds. Null where it was not measured."""

    lane: str
    state: LaneState
    reason: str | None = Field(description="why it has no figure, or not of every round")
    compute_samples_per_second: Spread | None
    end_to_end_samples_per_second: Spread | None
    epoch_seconds: Spread | None
    epoch_measured: bool = Field(description="false: extrapolated from end-to-end throughput")
    phase_seconds: dict[str, float] = Field(description="median seconds a compute step, by phase")
    peak_memory_bytes: int | None
    cautions: list[str] = Field(
        default=[], description="what its processes got that was not planned, or could not be had"
    )
    outliers: int = Field(description="timed compute steps flagged as outliers; all count")
    unsteady_warmups: int = Field(description="processes whose warm-up never became steady")
    kernels: KernelShare | None = None
    limits: LimitShare | None = None
    energy: LaneEnergy | None = None
    loss_first: float | None = Field(default=None, description="of its very first step; median")
    loss_last: float | None = Field(
        default=None, description="of the run's `loss_steps`-th step; median"
    )
    compilation: CompileCost | None = Field(
        default=None, description="null: its engine compiles nothing"
    )
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


class Method(Fact):
    """The analysis that drew a summary's conclusions: its version, and what it went by."""

    version: str
    constants: dict[str, float] = Field(description="thresholds and levels, by name")


class Summary(Fact):
    """Conclusions drawn from the raw steps by `bench.analysis`, recomputable from them."""

    method: Method
    rounds_completed: int
    baseline: str
    best_fp32: str | None
    lanes: list[LaneSummary]
    rounds: list[RoundState] = []
    family: int = Field(
        default=2, description="lanes whose pairs' intervals hold together, at their level"
    )
    loss_steps: int | None = Field(
        default=None, description="loaded steps that every lane took in every round, from the first"
    )
    departures: list[Departure] = []
