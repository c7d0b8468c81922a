"""Rough figures before anything is measured: memory, and time. Both are labelled estimates."""

from bench.model.workload import Effort, Workload
from bench.plan.catalogue.lanes import Lane

MIB = 1024**2

PROCESS_MIB = {"stock": 900, "ipex": 1150}
"""Peak of a process that trains nothing: libraries, model, optimizer. Measured: torch 2.8.0 and
IPEX 2.8.0 on x86-64, ResNet-50, one process, `ru_maxrss`."""

LAUNCHER_MIB = 30
"""The launcher and its shell, which stay beside the worker. Measured."""

IMAGE_MIB_AT_224 = {"fp32": 86.0, "bf16": 46.0}
"""What one image of a 224-pixel batch adds to the peak, measured between batches of 16 and 48;
activations grow with the image's area."""

START_SECONDS = 12.0
"""A worker's import of torch and IPEX, and the building of its model (seen: 6 to 12)."""

START_CPU_SECONDS = 7.0
"""What a start computes, on one core for most of it: seen 9 to 10 s for three on two cores."""

GFLOP_PER_IMAGE_AT_224 = 24.5
"""ResNet-50: 4.09 G multiply-adds × 2, forward and backward × 3 (`torch.utils.flop_counter`)."""

GFLOPS_PER_CORE = 60.0
"""A guess at what FP32 training reaches on one core; only ever used before the first round."""


def memory_bytes(lane: Lane, workload: Workload) -> int:
    """Peak memory of one turn of the lane, its launcher and batches included, in bytes."""
    area = (workload.image_size / 224) ** 2
    activations = IMAGE_MIB_AT_224[lane.precision] * workload.batch_size * area
    batches = 3 * workload.image_size**2 * 4 * workload.batch_size / MIB
    in_flight = 4 + 2 * workload.loader_workers
    processes = LAUNCHER_MIB + PROCESS_MIB[lane.engine]
    total = processes + activations + in_flight * batches
    return int(total * MIB)


def largest_batch(lane: Lane, workload: Workload, available: int) -> int:
    """The largest power of two whose estimate fits in `available` bytes; 0 if none does."""
    sizes = (2**n for n in range(12, 0, -1))
    fitting = (
        size
        for size in sizes
        if memory_bytes(lane, workload.model_copy(update={"batch_size": size})) <= available
    )
    return next(fitting, 0)


def process_seconds(workload: Workload, effort: Effort, cores: int, images: int) -> float:
    """Seconds that one process of a lane works, after its start and between its waits."""
    gflop = GFLOP_PER_IMAGE_AT_224 * (workload.image_size / 224) ** 2 * workload.batch_size
    step = gflop / (GFLOPS_PER_CORE * cores)
    turn = max(effort.turn_min_steps * step, effort.turn_seconds + step / 2)
    turns = (effort.compute_turns + effort.end_to_end_turns) * turn
    epochs = effort.whole_epochs * images / workload.batch_size * step
    return effort.warmup_max_steps * step + turns + epochs + 2 * step


def start_seconds(processes: int, cores: int) -> float:
    """Seconds until that many processes, started at once on so many cores, can train."""
    return max(START_SECONDS, processes * START_CPU_SECONDS / cores)
