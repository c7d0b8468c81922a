"""One lane in one round: what came of it, what went on beside it, which kernels ran."""

from typing import Literal

from pydantic import Field

from bench.model.base import Fact, Reading
from bench.model.record import Outcome, RankRecord


class EnergyTurn(Fact):
    """What the packages of a lane's CPUs used in one of its turns."""

    at: float = Field(description="its begin, in seconds of the host's monotonic clock")
    seconds: float
    joules: list[float] = Field(description="of each package")


class Energy(Fact):
    """What the packages of a lane's CPUs used in its turns, their idle power included.

    Who used it a counter does not tell: other processes' share of the packages' CPU time stands
    beside it. Memory's own use is not in it.
    """

    packages: list[str] = Field(min_length=1, description="the kernel's names, e.g. package-0")
    cpus: int = Field(ge=1, description="CPUs of those packages, whoever has them")
    others_cpu_seconds: Reading[float] = Field(
        description="CPU time on those of all but the lane, over all its turns"
    )
    turns: list[EnergyTurn] = Field(description="those of which it is known")


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
    energy: Reading[Energy] = Field(
        default_factory=lambda: Reading[Energy](reason="not looked at"),
        description="of the lane's packages, where the kernel shows it",
    )


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


class Rank(Fact):
    """One rank of a process: what it measured, and which kernels ran in it."""

    rank: int = 0
    record: RankRecord | None = Field(description="null: it left none")
    evidence: str | None = Field(default=None, description="oneDNN's lines, a path inside")
    kernels: list[Kernel] = Field(default=[], description="what those lines come to")
    announced: list[str] = Field(
        default=[],
        description="what each copy of oneDNN in it said that it may use, each sentence once",
    )
    contradictions: list[str] = Field(
        default=[], description="what ran that the lane's name denies; the lane is then invalid"
    )


class Process(Fact):
    """One lane in one round: one fresh process, or one group of ranks, and what came of it."""

    round: int
    position: int = Field(description="place in the round's shuffled order, from 0")
    lane: str
    outcome: Outcome
    reason: str | None = None
    started_at: str
    wall_seconds: float
    launcher_exit_code: int | None
    noise: Noise
    ranks: list[Rank] = Field(min_length=1)
    log: str = Field(description="the process's output, a path inside the artifact")

    @property
    def record(self) -> RankRecord | None:
        """What its first rank measured."""
        return self.ranks[0].record

    @property
    def kernels(self) -> list[Kernel]:
        """What ran in its first rank."""
        return self.ranks[0].kernels

    @property
    def contradictions(self) -> list[str]:
        """Of all its ranks, each once."""
        return list(dict.fromkeys(text for each in self.ranks for text in each.contradictions))
