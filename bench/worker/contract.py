"""What passes between the controller and a lane's worker: the spec in, the record out.

The only module of this room that the controller reads. It imports neither torch nor the controller.
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

PROGRESS_PREFIX = "@bench "
"""A worker's standard output line that starts so carries one `Progress` as JSON."""

Outcome = Literal["completed", "failed", "interrupted"]
Stage = Literal[
    "import", "data", "model", "waiting", "warm-up", "compute", "end-to-end", "epoch", "evidence",
    "limits",
]  # fmt: skip


class Message(BaseModel):
    """Base of what crosses the process border: unknown keys are errors on both sides."""

    model_config = ConfigDict(extra="forbid")


class DataSpec(Message):
    """Where the images are. `root` is the folder that holds `cifar-10-batches-py/`."""

    kind: Literal["cifar10", "synthetic"]
    root: str
    images: int = Field(ge=1, description="training images in the set: one epoch")


class Workload(Message):
    """What is trained: the same for every lane of a run."""

    model: Literal["resnet50"] = "resnet50"
    classes: int = 10
    image_size: int = Field(ge=32, description="pixels a side, after resizing CIFAR-10's 32")
    batch_size: int = Field(ge=2, description="images a step; batch norm needs two")
    learning_rate: float = 0.001
    momentum: float = 0.9
    seed: int = 0
    loader_workers: int = Field(ge=0, description="DataLoader processes; 0: in the main process")


class Effort(Message):
    """How long one process measures: a warm-up, then turns of steps of each kind.

    A turn ends at its time once it has `turn_min_steps`, or at `turn_max_steps` at the latest.
    """

    warmup_max_steps: int = Field(ge=0, description="it ends earlier once the steps are steady")
    end_to_end_turns: int = Field(ge=0)
    compute_turns: int = Field(ge=1)
    turn_seconds: float = Field(ge=0)
    turn_min_steps: int = Field(ge=1)
    turn_max_steps: int = Field(ge=1)
    whole_epochs: int = Field(
        default=0, ge=0, description="epochs trained first, instead of warm-up and end-to-end turns"
    )


class LaneSpec(Message):
    """All a worker needs to train one lane once, by hand or started by the controller."""

    lane: str
    engine: str
    precision: Literal["fp32", "bf16"]
    memory_format: Literal["contiguous", "channels_last"]
    workload: Workload
    data: DataSpec
    effort: Effort
    cores: list[int] = Field(min_length=1, description="CPUs by the kernel's numbers")
    environment: dict[str, str] = Field(
        default={}, description="what must be set before Python starts, for the worker to check"
    )
    record_path: str
    evidence_path: str | None = Field(
        default=None, description="where oneDNN's verbose lines of one extra step go"
    )
    measure_limits: bool = Field(
        default=False, description="measure the cores' limits and count the model's work as well"
    )
    guarded: bool = Field(
        default=False,
        description="a controller is at standard input: wait for its `go` before each turn, and "
        "end when it closes, which it does too if the controller dies",
    )

    def differing(self, environment: Mapping[str, str]) -> list[str]:
        """Names of the lane's variables that `environment` has not, or not with that value."""
        return [k for k, v in self.environment.items() if environment.get(k) != v]


class Progress(Message):
    """One line from a worker at work, at most two a second."""

    stage: Stage
    step: int = 0
    steps: int | None = Field(default=None, description="steps expected in this stage, if known")
    images_per_second: float | None = None


class StepTimes(Message):
    """Nanoseconds of each step by phase (`time.perf_counter_ns`): four lists of equal length."""

    data: list[int] = []
    forward: list[int] = []
    backward: list[int] = []
    optimizer: list[int] = []

    def __len__(self) -> int:
        return len(self.data)

    def cut(self) -> None:
        """Drop what is not a whole step: an interrupt may have come between two phases' times."""
        lists = (self.data, self.forward, self.backward, self.optimizer)
        shortest = min(map(len, lists))
        for phase in lists:
            del phase[shortest:]

    def totals(self) -> list[int]:
        """Nanoseconds of each whole step."""
        phases = zip(self.data, self.forward, self.backward, self.optimizer, strict=True)
        return [sum(step) for step in phases]


class Turn(Message):
    """Consecutive timed steps of one process, between two waits."""

    at: float = Field(description="its begin, in seconds of the host's monotonic clock")
    steps: int


class Measurement(Message):
    """One part of a process: its timed steps, in turns, and the loss they reached."""

    timed: StepTimes = Field(default_factory=StepTimes)
    turns: list[Turn] = []
    images: int = Field(default=0, description="images in the timed steps")
    loss_first: float | None = None
    loss_last: float | None = None


class Warmup(Message):
    """The steps before the timed ones, and whether they had become steady by their end."""

    steps: StepTimes = Field(default_factory=StepTimes)
    steady: bool | None = Field(default=None, description="null: there was no warm-up")


class Operator(Message):
    """Calls of one operator of a training step that do the same work, counted without running."""

    name: str = Field(description="PyTorch's own, e.g. aten.convolution_backward")
    kind: Literal["convolution", "matmul", "normalization", "pooling", "elementwise", "optimizer"]
    calls: int
    flop: int = Field(description="floating-point operations of one call")
    bytes: int = Field(description="what one call reads and writes: its operands, each once")


class MatmulRate(Message):
    """The best of a few square matrix products of one size."""

    size: int
    library: str = Field(description="what computed it: oneDNN or MKL")
    gflops: float


class Limits(Message):
    """What the lane's cores can do at its precision and ceiling, measured in its own process."""

    matmul: list[MatmulRate]
    copy_gigabytes_per_second: float = Field(description="read and written, 10^9 bytes")
    copy_array_bytes: int = Field(description="of each array: four times the last-level caches")
    clock_mhz: float | None = Field(description="of one core, right after a matrix product")
    clock_reason: str | None = Field(default=None, description="why there is no clock")
    operators: list[Operator] = Field(description="one training step of the workload")


class Observed(Message):
    """What the process really got, read from the kernel and the libraries, not from the spec."""

    pid: int
    affinity_at_start: list[int]
    affinity_of_threads: list[list[int]] = Field(
        description="allowed CPUs of each OpenMP thread, main thread first"
    )
    affinity_of_loaders: list[list[int]] = []
    torch_threads: int
    openmp_libraries: list[str] = Field(description="paths mapped, from /proc/self/maps")
    allocators: list[str] = Field(description="tcmalloc or jemalloc paths mapped; [] is libc's")
    ipex_mapped: bool
    memory_policy: str | None = Field(description="numa_maps' policy of the heap, e.g. bind:0")
    environment: dict[str, str] = Field(description="the lane's variables as the process had them")
    environment_differs: list[str] = Field(description="variables that differ from the spec")
    versions: dict[str, str]
    onednn: str | None = Field(description="oneDNN's version as torch reports it")
    onednn_isa: str | None = Field(description="the instruction set oneDNN says it may use")
    torch_capability: str
    ipex_isa: str | None
    peak_memory_bytes: int
    major_faults: int
    context_switches_involuntary: int
    flush_denormal: bool


class Failure(Message):
    """Why a worker did not complete: the exception's class and text."""

    kind: str
    message: str


class LaneRecord(Message):
    """What one worker measured and saw. A launcher's exit code proves nothing; this file does."""

    lane: str
    outcome: Outcome
    failure: Failure | None = None
    warmup: Warmup = Field(default_factory=Warmup)
    compute: Measurement = Field(default_factory=Measurement)
    end_to_end: Measurement = Field(default_factory=Measurement)
    epoch_seconds: list[float] = Field(
        default=[], description="measured training time of each whole epoch; [] if none was run"
    )
    observed: Observed | None = None
    limits: Limits | None = Field(default=None, description="of a lane's first process only")
    limits_failure: Failure | None = Field(default=None, description="why they were not had")
    import_seconds: float | None = None
    setup_seconds: float | None = None
