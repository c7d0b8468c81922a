"""Made runs of several hosts, to be published as examples: none of their figures was measured."""

import random
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bench.analysis.contradictions import rank_contradictions
from bench.analysis.evidence import announced_sets, kernels
from bench.model.process import Process
from bench.model.result import Result
from tests import artifacts
from tests.factories import START, make_process, make_result
from tests.host_factory import known, make_host
from tests.lanes import COMMAND, PLACEMENT
from tests.recorded_onednn import lines
from tests.report.scenes import change_lane, summarized

EVIDENCE = artifacts.EVIDENCE | {"bf16-amx": lines("3.7-ipex-bf16-amx")}


@dataclass(frozen=True)
class Processor:
    """A processor as its host shows it, and what its lanes do: compute samples/s a core."""

    brand: str
    model: int
    stepping: int
    cores: int
    rates: dict[str, float]


PROCESSORS = (
    Processor("Intel(R) Xeon(R) Gold 6248R CPU @ 3.00GHz (example)", 85, 7, 24,
              {"fp32": 2.2, "fp32-ipex": 2.9}),
    Processor("Intel(R) Xeon(R) Platinum 8380 CPU @ 2.30GHz (example)", 106, 6, 40,
              {"fp32": 2.6, "fp32-ipex": 3.3}),
    Processor("Intel(R) Xeon(R) Platinum 8480+ (example)", 143, 8, 56,
              {"fp32": 2.9, "fp32-ipex": 3.5, "bf16-avx512": 5.1, "bf16-amx": 17.5}),
    Processor("INTEL(R) XEON(R) PLATINUM 8592+ (example)", 207, 2, 64,
              {"fp32": 3.0, "fp32-ipex": 3.7, "bf16-avx512": 5.6, "bf16-amx": 19.5}),
    Processor("Intel(R) Xeon(R) 6787P (example)", 173, 1, 86,
              {"fp32": 3.3, "fp32-ipex": 4.1, "bf16-avx512": 6.4, "bf16-amx": 23.0}),
)  # fmt: skip


def example(number: int, rounds: int = 2, batch: int = 16, **changes: object) -> Result:
    """The run of that number: another processor, time, seed and batch than its neighbours'."""
    processor = PROCESSORS[number % len(PROCESSORS)]
    noise = random.Random(number)
    result = make_result(rounds=rounds, host=_host(processor, number), **changes)
    result.started_at = (START - timedelta(hours=7 * number)).isoformat()
    result.finished_at = (START - timedelta(hours=7 * number - 1)).isoformat()
    result.command = ["bench", "run", "--profile", "quick", "--seed", str(number)]
    cores = min(processor.cores, (8, 16, processor.cores)[number // len(PROCESSORS) % 3])
    _plan(result, processor, cores, batch)
    better = noise.gauss(1, 0.02)
    result.processes = [
        _process(result, lane, i, position, rate * cores**0.85 * better * noise.gauss(1, 0.004))
        for i in range(1, rounds + 1)
        for position, (lane, rate) in enumerate(processor.rates.items())
    ]
    return summarized(result)


def write_example(folder: Path, result: Result) -> Path:
    """Its folder, valid in all that `bench verify` looks at."""
    before, artifacts.EVIDENCE = artifacts.EVIDENCE, EVIDENCE
    try:
        return artifacts.write_artifact(folder, result)
    finally:
        artifacts.EVIDENCE = before


def _host(processor: Processor, number: int):
    host = make_host(processor.brand, amx="bf16-amx" in processor.rates, big=True)
    host.id = f"{number % 300:016x}"
    host.cpu.model, host.cpu.stepping = known(processor.model), known(processor.stepping)
    topology = host.topology
    topology.sockets, topology.cores, topology.threads = 1, processor.cores, 2 * processor.cores
    for each in topology.cpus:
        each.core, each.socket, each.node = each.cpu % processor.cores, 0, 0
    topology.cpus = topology.cpus[: 2 * processor.cores]
    return host


def _plan(result: Result, processor: Processor, cores: int, batch: int) -> None:
    placement = PLACEMENT.model_copy(update={"cores": list(range(cores))})
    for lane in result.plan.lanes:
        runs = lane.id in processor.rates
        change_lane(
            result, lane.id, placement=placement, batch_size=batch,
            intention="planned" if runs else "skipped",
            reason=None if runs else f"this processor does not have {lane.instruction_set}",
            command=COMMAND if runs else [],
        )  # fmt: skip


def _process(result: Result, lane: str, i: int, position: int, rate: float) -> Process:
    setup = result.plan.lane(lane).setup
    process = make_process(lane, i, position, rate, batch_size=setup.batch_size)
    process.started_at, process.wall_seconds = result.started_at, 90.0
    rank = process.ranks[0]
    text = EVIDENCE[lane]
    rank.kernels, rank.announced = kernels(text), announced_sets(text)
    record = process.record
    assert record is not None
    assert record.limits is not None
    assert record.observed is not None
    cores = setup.placement.cores
    record.observed.affinity_at_start, record.observed.torch_threads = cores, len(cores)
    record.observed.affinity_of_threads = [[core] for core in cores]
    record.evidence_seconds = 2 * sum(each.milliseconds for each in rank.kernels) / 1000
    record.limits.operators = [
        each.model_copy(update={"calls": 3 if lane == "bf16-amx" else artifacts.CONVOLUTIONS})
        if each.kind == "convolution"
        else each
        for each in record.limits.operators
    ]
    record.limits.matmul = [
        each.model_copy(update={"gflops": each.gflops * len(cores)})
        for each in record.limits.matmul
    ]
    rank.contradictions = rank_contradictions(result.plan.lane(lane), rank)
    return process
