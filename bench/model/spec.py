"""What passes between the controller and a lane's worker: the spec in, progress out."""

from typing import Literal

from pydantic import Field

from bench.model.base import Fact
from bench.model.protocol import DEFAULT_PROTOCOL, Effort
from bench.model.setup import Setup
from bench.model.workload import DataSpec, Workload

PROGRESS_PREFIX = "@bench "
"""A worker's standard output line that starts so carries one `Progress` as JSON."""

Stage = Literal[
    "import", "data", "model", "waiting", "compile", "warm-up", "compute", "end-to-end", "epoch",
    "evidence", "limits",
]  # fmt: skip


class LaneSpec(Fact):
    """All a worker needs to train one lane once, by hand or started by the controller."""

    lane: str
    setup: Setup
    workload: Workload
    data: DataSpec
    protocol: str = DEFAULT_PROTOCOL
    effort: Effort
    rank: int = 0
    releases: dict[str, str] = Field(
        default={}, description="of the stack's packages, as they were found; {} by hand"
    )
    not_bound: str | None = Field(
        default=None, description="what numactl said when it refused: it is pinned by taskset"
    )
    record_path: str
    evidence_path: str | None = Field(
        default=None, description="where oneDNN's verbose lines of one extra step go"
    )
    cache_path: str | None = Field(
        default=None,
        description="a folder for what the engine compiles, which the lane's next process finds "
        "again; null: one that goes with the process",
    )
    measure_limits: bool = Field(
        default=False, description="measure the cores' limits and count the model's work as well"
    )
    guarded: bool = Field(
        default=False,
        description="a controller is at standard input: wait for its `go` before each turn, and "
        "end when it closes, which it does too if the controller dies",
    )


class Progress(Fact):
    """One line from a worker at work, at most two a second."""

    stage: Stage
    step: int = 0
    steps: int | None = Field(default=None, description="steps expected in this stage, if known")
    samples_per_second: float | None = None
