"""What one worker measured and saw: its record."""

from typing import Literal

from pydantic import Field

from bench.model.base import Fact

Outcome = Literal["completed", "failed", "interrupted"]


class StepTimes(Fact):
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


PHASES = tuple(StepTimes.model_fields)
"""The phases of a step, in the order they run."""


class Turn(Fact):
    """Consecutive timed steps of one process, between two waits."""

    at: float = Field(description="its begin, in seconds of the host's monotonic clock")
    steps: int


class Measurement(Fact):
    """One part of a process: its timed steps, in turns, and the loss they reached."""

    timed: StepTimes = Field(default_factory=StepTimes)
    turns: list[Turn] = []
    samples: int = Field(default=0, description="samples in the timed steps")
    loss_first: float | None = None
    loss_last: float | None = None


class Warmup(Fact):
    """The steps before the timed ones, and whether they had become steady by their end."""

    steps: StepTimes = Field(default_factory=StepTimes)
    steady: bool | None = Field(default=None, description="null: there was no warm-up")


class Operator(Fact):
    """Calls of one operator of a training step that do the same work, counted without running."""

    name: str = Field(description="PyTorch's own, e.g. aten.convolution_backward")
    kind: Literal[
        "convolution", "matmul", "attention", "normalization", "pooling", "elementwise", "optimizer"
    ]
    calls: int
    flop: int = Field(description="floating-point operations of one call")
    bytes: int = Field(description="what one call reads and writes: its operands, each once")


class MatmulRate(Fact):
    """The best of a few square matrix products of one size."""

    size: int
    library: str = Field(description="what computed it: oneDNN or MKL")
    gflops: float


class CoreLimits(Fact):
    """What the lane's cores can do at its precision and ceiling, measured in its own process."""

    matmul: list[MatmulRate]
    copy_gigabytes_per_second: float = Field(description="read and written, 10^9 bytes")
    copy_array_bytes: int = Field(description="of each array: four times the last-level caches")
    clock_mhz: float | None = Field(description="of one core, right after a matrix product")
    clock_reason: str | None = Field(default=None, description="why there is no clock")
    operators: list[Operator] = Field(description="one training step of the workload")


class Generated(Fact):
    """The code that an engine's compiler made for this model: what no library prints a line of."""

    vector_set: str = Field(description="the engine's own account, e.g. avx2, avx512; scalar")
    kernels: int = Field(description="compiled functions of the model that the process loaded")
    instructions: dict[str, int] | None = Field(
        default=None,
        description="vector instructions in their machine code, by the least set that has them, "
        "by oneDNN's names: sse41, avx2, avx512_core, avx512_core_bf16, amx",
    )
    reason: str | None = Field(default=None, description="why their machine code was not read")


class Compilation(Fact):
    """What it took an engine to compile the model, in a turn of its own before the warm-up."""

    cold: bool = Field(description="nothing compiled was found; else it came from a cache")
    first_step_seconds: float = Field(description="the first step: compiling, and one training")
    graphs: int = Field(description="that the model was compiled in; one if nothing broke it")
    graph_breaks: int = 0
    recompiled: int = Field(default=0, description="graphs compiled after the first step")
    generated: Generated | None = None


class Observed(Fact):
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
    memory_policy_reason: str | None = Field(
        default=None, description="why it is not known, or not the planned one"
    )
    environment: dict[str, str] = Field(description="the lane's variables as the process had them")
    environment_differs: list[str] = Field(description="variables that differ from the spec")
    preloaded: list[str] | None = Field(
        default=None,
        description="the set-up's libraries to preload that are mapped; null: nobody looked",
    )
    versions: dict[str, str]
    torch_path: str | None = Field(
        default=None, description="where torch was imported from: `torch.__file__`"
    )
    onednn: str | None = Field(description="oneDNN's version as torch reports it")
    onednn_isa: str | None = Field(description="the instruction set oneDNN says it may use")
    torch_capability: str
    ipex_isa: str | None
    peak_memory_bytes: int
    major_faults: int
    context_switches_involuntary: int
    flush_denormal: bool


class Failure(Fact):
    """Why a worker did not complete: the exception's class and text."""

    kind: str
    message: str


class RankRecord(Fact):
    """What one worker measured and saw. A launcher's exit code proves nothing; this file does."""

    lane: str
    rank: int = 0
    outcome: Outcome
    failure: Failure | None = None
    warmup: Warmup = Field(default_factory=Warmup)
    compute: Measurement = Field(default_factory=Measurement)
    end_to_end: Measurement = Field(default_factory=Measurement)
    epoch_seconds: list[float] = Field(
        default=[], description="measured training time of each whole epoch; [] if none was run"
    )
    losses: list[float] = Field(
        default=[],
        description="of each step trained through the loader, from the first: warm-up, "
        "end to end. The lanes of a run see the same batches in the same order",
    )
    compilation: Compilation | None = Field(
        default=None, description="null: its engine compiles nothing"
    )
    observed: Observed | None = None
    limits: CoreLimits | None = Field(default=None, description="of a lane's first process only")
    limits_failure: Failure | None = Field(default=None, description="why they were not had")
    evidence_seconds: float | None = Field(
        default=None, description="wall time of the step under verbose mode"
    )
    import_seconds: float | None = None
    setup_seconds: float | None = None
