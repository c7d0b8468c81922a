"""Rough figures before anything is measured: memory, and time. Both are labelled estimates.

They are made of what the catalogue knows of engine and model, and of the set-up's batch.
"""

from collections.abc import Sequence

from bench.model.protocol import Effort
from bench.model.setup import Setup
from bench.model.workload import Workload
from bench.plan.catalogue.engines import ENGINES
from bench.plan.catalogue.workloads import COUNTED_AT, WORKLOADS
from bench.text import MIB

LAUNCHER_BYTES = 30 * MIB
"""The launcher and its shell, which stay beside the worker. Measured."""

STATE_BYTES = {"fp32": 12, "bf16": 16}
"""A parameter's weight, gradient and momentum, four bytes each; BF16 copies of the first two."""

WORKING_SHARE = 1.1
"""Peak over what autograd keeps: the backward pass has gradients beside it. Measured on ResNet-50
between batches of 16 and 48: 86 MiB a sample for 82 in FP32, 46 for 42 in BF16."""

BATCHES_IN_MEMORY = 4
BATCHES_A_LOADER = 2
"""Batches in flight: torch's DataLoader fetches two ahead in each of its processes."""

START_SECONDS = 12.0
"""A worker's import of torch and IPEX, and the building of its model (seen: 6 to 12)."""

GFLOPS_PER_CORE = 60.0
"""A guess at what FP32 training reaches on one core; only ever used before the first round."""


def memory_bytes(setup: Setup, workload: Workload) -> int:
    """Peak memory of a lane's process, its launcher and batches in flight included, in bytes."""
    facts = WORKLOADS[workload.model]
    kept = facts.activation_bytes[setup.precision] * _area(workload) * setup.batch_size
    in_flight = BATCHES_IN_MEMORY + BATCHES_A_LOADER * setup.loader_workers
    engine, cores = ENGINES[setup.engine], len(setup.placement.cores)
    # An engine that compiles does so before it trains.
    compilers = cores * engine.compiling.compiler_bytes if engine.compiling else 0
    return int(
        LAUNCHER_BYTES
        + engine.libraries_bytes
        + facts.parameters * STATE_BYTES[setup.precision]
        + max(compilers, WORKING_SHARE * kept)
        + in_flight * batch_bytes(setup.batch_size, workload)
    )


def batch_bytes(batch_size: int, workload: Workload) -> int:
    """One batch of images: three colours, each a float of four bytes."""
    return 3 * workload.image_size**2 * 4 * batch_size


def largest_batch(setup: Setup, workload: Workload, available: int) -> int:
    """The largest power of two whose estimate fits in `available` bytes; 0 if none does."""
    sizes = (2**n for n in range(12, 0, -1))
    fitting = (
        size
        for size in sizes
        if memory_bytes(setup.model_copy(update={"batch_size": size}), workload) <= available
    )
    return next(fitting, 0)


def process_seconds(setup: Setup, workload: Workload, effort: Effort, samples: int) -> float:
    """Seconds that one process of a lane works, after its start and between its waits.

    `samples` are those of a whole epoch.
    """
    flop = WORKLOADS[workload.model].flop_per_sample * _area(workload) * setup.batch_size
    step = flop / (GFLOPS_PER_CORE * 1e9 * len(setup.placement.cores))
    turn = max(effort.turn_min_steps * step, effort.turn_seconds + step / 2)
    turns = (effort.compute_turns + effort.end_to_end_turns) * turn
    epochs = effort.whole_epochs * samples / setup.batch_size * step
    return effort.warmup_max_steps * step + turns + epochs + 2 * step


def compile_seconds(setup: Setup, *, cold: bool) -> float:
    """Seconds that its engine compiles, before it trains: with nothing to find again, or with all.

    As of ResNet-50, which takes longest of the catalogue.
    """
    compiling = ENGINES[setup.engine].compiling
    if compiling is None:
        return 0.0
    if not cold:
        return compiling.warm_cpu_seconds
    return compiling.cpu_seconds + compiling.compiler_cpu_seconds / len(setup.placement.cores)


def start_seconds(setups: Sequence[Setup]) -> float:
    """Seconds until processes of these set-ups, started at once, can train."""
    computed = (
        ENGINES[setup.engine].start_cpu_seconds / len(setup.placement.cores) for setup in setups
    )
    return max(START_SECONDS, sum(computed))


def _area(workload: Workload) -> float:
    """The image's area, as a share of the one that the catalogue counts at."""
    return (workload.image_size / COUNTED_AT) ** 2
