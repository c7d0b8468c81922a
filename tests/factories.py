"""Realistic artifacts for tests: two cores without AMX, three measured lanes, three rounds."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.analysis.summary import summarize
from bench.model.host import Host
from bench.model.plan import Plan, PlannedLane
from bench.model.process import Kernel, Noise, Process, Rank
from bench.model.protocol import Effort
from bench.model.record import (
    CoreLimits,
    Failure,
    MatmulRate,
    Measurement,
    Observed,
    Operator,
    RankRecord,
    StepTimes,
    Turn,
    Warmup,
)
from bench.model.result import Data, Kit, Result
from bench.model.workload import DataSpec
from tests.copies import copied
from tests.host_factory import GIB, NO_AMX, known, make_host, unknown
from tests.lanes import LANES, make_lane

RATES = {"fp32": 6.0, "fp32-ipex": 7.3, "bf16-avx512": 11.2}
"""Compute samples/s of the measured lanes, before jitter."""
PEAK_MEMORY = {"fp32": 3.1, "fp32-ipex": 3.4, "bf16-avx512": 2.6}
"""GiB."""
START = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def make_plan(
    lanes: list[PlannedLane] | None = None, rounds: int = 3, batch_size: int = 16, **changes: Any
) -> Plan:
    facts: dict[str, Any] = {
        "profile": "quick",
        "effort": Effort(
            warmup_max_steps=5,
            end_to_end_turns=2,
            compute_turns=4,
            turn_seconds=2.5,
            turn_min_steps=1,
            turn_max_steps=20,
        ),
        "lanes": make_lanes(batch_size) if lanes is None else lanes,
        "baseline": "fp32",
        "data_requested": "auto",
        "data_samples": 2_000,
        "scrubbed": {"OMP_NUM_THREADS": "8", "LD_PRELOAD": "/usr/lib/libjemalloc.so.2"},
        "seed": 20261123,
        "rounds_min": rounds,
        "rounds_max": rounds,
        "time_budget_seconds": 600,
        "target_precision": 0.02,
        "together": True,
        "together_reason": "together they need about 8.1 GiB of 60.0 GiB available",
        "lane_limit_seconds": 300,
        "estimate_seconds": 540,
        "notes": [
            "numactl is missing, so memory is not bound to node 0: install the package numactl",
            "libtcmalloc.so was not found: lanes use libc's allocator; install google-perftools",
        ],
    }
    return Plan(**(facts | changes))


def make_lanes(batch_size: int = 16) -> list[PlannedLane]:
    """The four lanes on a host without AMX."""
    return [_planned(lane, batch_size) for lane in LANES]


def _planned(lane: str, batch_size: int) -> PlannedLane:
    if lane == "bf16-amx":
        return make_lane(
            lane, batch_size=batch_size, intention="skipped", reason=NO_AMX, command=[]
        )
    memory = int(PEAK_MEMORY[lane] * 1.1 * GIB)
    return make_lane(lane, batch_size=batch_size, memory_estimate_bytes=memory)


def make_steps(seconds: float, count: int, shares: dict[str, float], seed: int = 0) -> StepTimes:
    """`count` steps of about `seconds` each, split by `shares`, 1% jitter."""
    noise = random.Random(seed)
    totals = [seconds * noise.uniform(0.99, 1.01) * 1e9 for _ in range(count)]
    phases = {phase: [round(t * share) for t in totals] for phase, share in shares.items()}
    return StepTimes(**phases)


def make_record(
    lane: str, rate: float, batch_size: int = 16, seed: int = 0, epochs: list[float] | None = None
) -> RankRecord:
    """A completed record of about `rate` compute samples/s; 6% less through the loader."""
    step = batch_size / rate
    memory = {"data": 0.0002, "forward": 0.32, "backward": 0.66, "optimizer": 0.0198}
    loader = {"data": 0.06, "forward": 0.30, "backward": 0.62, "optimizer": 0.02}
    return RankRecord(
        lane=lane,
        outcome="completed",
        warmup=Warmup(steps=make_steps(step * 1.5, 3, memory, seed), steady=True),
        compute=Measurement(
            timed=make_steps(step, 12, memory, seed + 1),
            turns=[Turn(at=1000.0 + 10 * i, steps=3) for i in range(4)],
            samples=12 * batch_size,
            loss_first=2.31,
            loss_last=2.27,
        ),
        end_to_end=Measurement(
            timed=make_steps(step / 0.94, 10, loader, seed + 3),
            turns=[Turn(at=900.0 + 20 * i, steps=5) for i in range(2)],
            samples=10 * batch_size,
            loss_first=2.29,
            loss_last=2.2,
        ),
        epoch_seconds=epochs or [],
        observed=make_observed(int(PEAK_MEMORY.get(lane, 3.0) * GIB)),
        limits=make_limits(lane),
        evidence_seconds=16 / RATES.get(lane, 5.0),
        import_seconds=4.8,
        setup_seconds=1.9,
    )


def make_limits(lane: str) -> CoreLimits:
    """Cores that multiply BF16 matrices 1.6 times faster than FP32 ones, and copy 30 GB/s."""
    bf16 = lane.startswith("bf16")
    element = 2 if bf16 else 4
    rates = [(512, 0.7), (1024, 0.95), (2048, 1.0)]
    best = 420.0 if bf16 else 260.0
    return CoreLimits(
        matmul=[MatmulRate(size=n, library="oneDNN", gflops=best * part) for n, part in rates],
        copy_gigabytes_per_second=30.0,
        copy_array_bytes=256 * 2**20,
        clock_mhz=2600.0,
        operators=[
            Operator(
                name="aten.convolution", kind="convolution", calls=53,
                flop=2_470_000_000, bytes=4_600_000 * element,
            ),
            Operator(
                name="aten.convolution_backward", kind="convolution", calls=53,
                flop=4_930_000_000, bytes=9_300_000 * element,
            ),
            Operator(
                name="aten.native_batch_norm", kind="normalization", calls=53,
                flop=0, bytes=6_700_000 * element,
            ),
            Operator(
                name="aten.relu_", kind="elementwise", calls=49, flop=0, bytes=6_300_000 * element
            ),
        ],
    )  # fmt: skip


def make_kernels(lane: str) -> list[Kernel]:
    """One step's kernels, at the lane's own instruction set, half of the time in convolutions."""
    level = "avx512_core_bf16" if lane.startswith("bf16") else "avx512_core"
    data_type = "bf16" if lane.startswith("bf16") else "f32"
    whole = 1000 * 16 / RATES.get(lane, 5.0)
    convolution = [
        ("forward", f"brgconv:{level}", 0.2),
        ("backward data", f"brg_conv_bwd:{level}", 0.22),
        ("backward weights", f"jit:{level}", 0.25),
    ]
    return [
        *(
            Kernel(
                primitive="convolution", direction=direction, implementation=implementation,
                instruction_sets=[level], data_types=[data_type], fpmath=None, calls=53,
                milliseconds=whole * part,
            )
            for direction, implementation, part in convolution
        ),
        Kernel(
            primitive="reorder", direction="none", implementation="jit:uni", instruction_sets=[],
            data_types=["f32"], fpmath=None, calls=107, milliseconds=whole * 0.06,
        ),
        Kernel(
            primitive="inner_product", direction="forward", implementation=f"brgemm:{level}",
            instruction_sets=[level], data_types=[data_type], fpmath=None, calls=1,
            milliseconds=whole * 0.001,
        ),
    ]  # fmt: skip


def make_observed(peak_memory_bytes: int = 3 * GIB) -> Observed:
    return Observed(
        pid=4242,
        affinity_at_start=[0, 1],
        affinity_of_threads=[[0], [1]],
        torch_threads=2,
        openmp_libraries=["/opt/bench/lib/libiomp5.so"],
        allocators=[],
        ipex_mapped=False,
        memory_policy=None,
        environment={"ONEDNN_MAX_CPU_ISA": "AVX512_CORE"},
        environment_differs=[],
        versions={"torch": "2.8.0", "torchvision": "0.23.0", "python": "3.11.7"},
        onednn="v3.7.1",
        onednn_isa="Intel AVX-512",
        torch_capability="AVX512",
        ipex_isa=None,
        peak_memory_bytes=peak_memory_bytes,
        major_faults=12,
        context_switches_involuntary=340,
        flush_denormal=True,
    )


def make_noise(**seen: float) -> Noise:
    """A quiet minute in a virtual machine; `seen` replaces figures."""
    figures: dict[str, float] = {
        "steal_seconds": 0.0,
        "others_cpu_seconds": 0.3,
        "throttled_periods": 0,
        "throttled_seconds": 0.0,
    }
    return Noise(
        load_before=known(0.1),
        watched_seconds=40.0,
        frequency_mhz=unknown("no cpufreq"),
        temperature_celsius=unknown("no sensor"),
        **{name: known(value) for name, value in (figures | seen).items()},
    )


def make_process(
    lane: str = "fp32",
    round: int = 1,
    position: int = 0,
    rate: float | None = None,
    failure: str | None = None,
    batch_size: int = 16,
    epochs: list[float] | None = None,
) -> Process:
    """One lane in one round, completed at `rate` compute samples/s, or failed for a reason."""
    seed = round * 100 + position
    rate = RATES.get(lane, 5.0) if rate is None else rate
    record = make_record(lane, rate, batch_size, seed, epochs)
    if failure is not None:
        record = RankRecord(
            lane=lane, outcome="failed", failure=Failure(kind="RuntimeError", message=failure)
        )
    return Process(
        round=round,
        position=position,
        lane=lane,
        outcome="completed" if failure is None else "failed",
        reason=failure,
        started_at=(START + timedelta(seconds=150 * round + 50 * position)).isoformat(),
        wall_seconds=60.0 if failure is None else 7.0,
        launcher_exit_code=0 if failure is None else 1,
        noise=make_noise(),
        ranks=[
            Rank(
                record=record,
                evidence=None if failure else f"evidence/round{round:02d}-{lane}.txt",
                kernels=[] if failure else make_kernels(lane),
            )
        ],
        log=f"logs/round{round:02d}-{lane}.log",
    )


@copied
def make_result(
    rounds: int = 3,
    failing: dict[str, str] | None = None,
    host: Host | None = None,
    measured_epochs: bool = False,
    nothing: bool = False,
    data_samples: int = 50_000,
    **plan: Any,
) -> Result:
    """A run of the catalogue's lanes: `failing` lanes fail in every round, with that reason.

    With `nothing`, the run was interrupted before any process ended.
    """
    processes = [] if nothing else make_rounds(rounds, failing or {}, measured_epochs)
    planned = make_plan(rounds=rounds, **plan)
    return Result(
        kit=Kit(version="0.1.0", commit="1a2b3c4d5e6f"),
        status="interrupted" if nothing else "completed",
        stop_reason="interrupted by the user" if nothing else "every planned round is measured",
        command=["bench", "run", "--profile", "quick"],
        started_at=START.isoformat(),
        finished_at=(START + timedelta(minutes=9)).isoformat(),
        host=host or make_host(),
        plan=planned,
        data=Data(
            spec=DataSpec(kind="synthetic", root="data", samples=data_samples),
            reason="CIFAR-10 was not there and could not be had within 5 s",
        ),
        processes=processes,
        summary=summarize(planned, processes, data_samples),
    )


def make_rounds(rounds: int, failing: dict[str, str], measured_epochs: bool) -> list[Process]:
    """Every measured lane once a round, in an order shuffled by seed, with a drifting host."""
    noise = random.Random(7)
    processes = []
    for i in range(1, rounds + 1):
        order = list(RATES)
        noise.shuffle(order)
        drift = noise.uniform(0.93, 1.05)
        for position, lane in enumerate(order):
            rate = RATES[lane] * drift * noise.uniform(0.98, 1.02)
            epochs = [50_000 / rate * 1.07] if measured_epochs else None
            failure = failing.get(lane)
            processes.append(make_process(lane, i, position, rate, failure, epochs=epochs))
    return processes
