"""Runs as people will meet them: four lanes, one lane, an invalid one, disturbed rounds."""

from bench.analysis.summary import summarize
from bench.model.plan import PlannedLane
from bench.model.process import Kernel, Process
from bench.model.record import MatmulRate
from bench.model.result import Result
from tests.factories import COMMAND, make_noise, make_process, make_result
from tests.host_factory import LONG_BRAND, known, make_host

CONTRADICTION = (
    "0.0% of the convolutions' time ran in BF16 on amx, and the lane's name asks for more than "
    "50%; the rest: brgconv:avx512_core_bf16"
)


def summarized(result: Result) -> Result:
    """The result with its summary drawn anew, after its processes or lanes were changed."""
    images = result.data.spec.images if result.data else None
    result.summary = summarize(result.plan, result.processes, images)
    return result


def four_lanes(rounds: int = 6, amx_rate: float = 61.0) -> Result:
    """A big host that has AMX, all lanes measured there: AMX far ahead of the rest."""
    host = make_host(LONG_BRAND, amx=True, big=True)
    result = make_result(rounds=rounds, host=host)
    amx = result.plan.lanes[-1]
    amx.status, amx.reason = "measured", None
    amx.command, amx.launcher = COMMAND, "ipexrun"
    result.processes += [_amx_process(i, amx_rate) for i in range(1, rounds + 1)]
    return summarized(result)


def one_lane() -> Result:
    """FP32 alone, in one round."""
    result = make_result(rounds=1)
    result.plan.lanes = result.plan.lanes[:1]
    result.processes = [each for each in result.processes if each.lane == "fp32"]
    return summarized(result)


def invalid_lane(rounds: int = 3) -> Result:
    """Four lanes, of which the AMX lane ran without AMX."""
    result = four_lanes(rounds)
    amx = result.plan.lanes[-1]
    amx.status, amx.reason = "invalid", CONTRADICTION
    for each in result.processes:
        if each.lane == amx.id:
            each.contradictions = [CONTRADICTION]
    return summarized(result)


def nothing_valid() -> Result:
    """Every lane that ran was contradicted by what ran, the baseline too."""
    result = make_result()
    for lane in result.plan.lanes[:3]:
        lane.status, lane.reason = "invalid", CONTRADICTION
    for each in result.processes:
        each.contradictions = [CONTRADICTION]
    return summarized(result)


def long_names() -> Result:
    """Lanes that run twice, of which the second FP32 lane is the best."""
    result = make_result(rounds=4)
    for lane in [each for each in result.plan.lanes if each.id != "bf16-amx"]:
        again = lane.model_copy(update={"id": f"{lane.id}-2", "title": f"{lane.title}, once more"})
        result.plan.lanes.append(again)
        result.processes += [
            make_process(again.id, each.round, each.position + 3, rate=1.01 * _rate(each))
            for each in result.processes
            if each.lane == lane.id
        ]
    return summarized(result)


def disturbed_round(rounds: int = 5, number: int = 3) -> Result:
    """One round in which others had a part of the CPUs' time."""
    result = make_result(rounds=rounds)
    for each in result.processes:
        if each.round == number and each.lane == "fp32-ipex":
            each.noise = make_noise(others_cpu_seconds=9.6)
    return summarized(result)


def slower_bf16(rounds: int = 6) -> Result:
    """Cores whose BF16 peak is half of FP32's: BF16 loses to both FP32 lanes."""
    result = make_result(rounds=rounds)
    processes = []
    for each in result.processes:
        if each.lane == "bf16-avx512":
            each = make_process(each.lane, each.round, each.position, rate=0.4 * _rate(each))
            each.kernels = [_slowed(kernel, 2.5) for kernel in each.kernels]
            assert each.record is not None
            assert each.record.limits is not None
            each.record.limits.matmul = [MatmulRate(size=2048, library="oneDNN", gflops=130.0)]
        processes.append(each)
    result.processes = processes
    return summarized(result)


def planned(result: Result, lane: str) -> PlannedLane:
    """The lane of the result's plan."""
    return next(each for each in result.plan.lanes if each.id == lane)


def _rate(process: Process) -> float:
    assert process.record is not None
    steps = process.record.compute.timed.totals()
    return 16e9 * len(steps) / sum(steps)


def _amx_process(number: int, rate: float) -> Process:
    process = make_process("bf16-amx", number, 3, rate=rate * (1 + 0.01 * (-1) ** number))
    assert process.record is not None
    limits = process.record.limits
    assert limits is not None
    limits.matmul = [MatmulRate(size=4096, library="oneDNN", gflops=4200.0)]
    limits.clock_mhz, limits.clock_reason = None, "no counter"
    scale = 5.0 / rate  # of a lane that the factories do not know: 5 images/s
    process.kernels = [_slowed(_on_amx(each), scale) for each in process.kernels]
    process.noise.frequency_mhz = known(2600.0)
    return process


def _on_amx(kernel: Kernel) -> Kernel:
    changes = {
        "implementation": kernel.implementation.replace("avx512_core_bf16", "avx10_1_512_amx"),
        "instruction_sets": ["avx10_1_512_amx"] if kernel.instruction_sets else [],
    }
    return kernel.model_copy(update=changes)


def _slowed(kernel: Kernel, factor: float) -> Kernel:
    return kernel.model_copy(update={"milliseconds": kernel.milliseconds * factor})
