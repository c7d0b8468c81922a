"""Runs as people will meet them: four lanes, one, an invalid one, disturbed rounds, two stacks."""

import random
from typing import Any

from bench.analysis.ratios import ratio_against
from bench.analysis.summary import summarize
from bench.model.plan import PlannedLane
from bench.model.process import Kernel, Process
from bench.model.record import Compilation, Generated, MatmulRate, Observed, RankRecord
from bench.model.result import Result
from tests.copies import copied
from tests.factories import RATES, make_noise, make_process, make_result
from tests.host_factory import LONG_BRAND, known, make_host, make_stack
from tests.lanes import COMMAND, LANES, TODAY, make_lane

CONTRADICTION = (
    "0.0% of the convolutions' time ran in BF16 on amx, and the lane's name asks for more than "
    "50%; the rest: brgconv:avx512_core_bf16"
)


def summarized(result: Result) -> Result:
    """The result with its summary drawn anew, after its processes or lanes were changed."""
    samples = result.data.spec.samples if result.data else None
    result.summary = summarize(result.plan, result.processes, samples)
    return result


def replan(result: Result, lanes: list[PlannedLane]) -> None:
    """Give the result a plan of these lanes."""
    result.plan = result.plan.model_copy(update={"lanes": lanes})


def change_lane(result: Result, lane: str, **changes: Any) -> None:
    """Change fields of a lane, or of its set-up."""
    replan(
        result,
        [_changed(each, changes) if each.id == lane else each for each in result.plan.lanes],
    )


def _changed(lane: PlannedLane, changes: dict[str, Any]) -> PlannedLane:
    own = {k: v for k, v in changes.items() if k in PlannedLane.model_fields}
    setup = {k: v for k, v in changes.items() if k not in own}
    return lane.model_copy(update=own | {"setup": lane.setup.model_copy(update=setup)})


def record_of(process: Process) -> RankRecord:
    """What the process's first rank measured, which is there."""
    assert process.record is not None
    return process.record


def observed_of(process: Process) -> Observed:
    """What the process's first rank saw, which is there."""
    observed = record_of(process).observed
    assert observed is not None
    return observed


def contradict(process: Process, *sentences: str) -> None:
    """Let what ran deny the lane's name."""
    process.ranks[0].contradictions = list(sentences)


@copied
def four_lanes(rounds: int = 6, amx_rate: float = 61.0) -> Result:
    """A big host that has AMX, all lanes measured there: AMX far ahead of the rest."""
    host = make_host(LONG_BRAND, amx=True, big=True)
    result = make_result(rounds=rounds, host=host)
    change_lane(result, "bf16-amx", intention="planned", reason=None, command=COMMAND)
    result.processes += [_amx_process(i, amx_rate) for i in range(1, rounds + 1)]
    return summarized(result)


@copied
def one_lane() -> Result:
    """FP32 alone, in one round."""
    result = make_result(rounds=1)
    replan(result, result.plan.lanes[:1])
    result.processes = [each for each in result.processes if each.lane == "fp32"]
    return summarized(result)


@copied
def invalid_lane(rounds: int = 3) -> Result:
    """Four lanes, of which the AMX lane ran without AMX."""
    result = four_lanes(rounds)
    for each in result.processes:
        if each.lane == "bf16-amx":
            contradict(each, CONTRADICTION)
    return summarized(result)


@copied
def nothing_valid() -> Result:
    """Every lane that ran was contradicted by what ran, the baseline too."""
    result = make_result()
    for each in result.processes:
        contradict(each, CONTRADICTION)
    return summarized(result)


@copied
def long_names() -> Result:
    """Lanes that run twice, of which the second FP32 lane is the best."""
    result = make_result(rounds=4)
    for lane in [each for each in result.plan.lanes if each.id != "bf16-amx"]:
        again = lane.model_copy(update={"id": f"{lane.id}-2", "title": f"{lane.title}, once more"})
        replan(result, [*result.plan.lanes, again])
        result.processes += [
            make_process(again.id, each.round, each.position + 3, rate=1.01 * _rate(each))
            for each in result.processes
            if each.lane == lane.id
        ]
    return summarized(result)


@copied
def many_lanes(count: int = 12, rounds: int = 3) -> Result:
    """So many lanes of three engines, FP32 and BF16 in turn, with long names."""
    result = make_result(rounds=rounds)
    lanes, processes = [], []
    for i in range(count):
        base = ("fp32", "fp32-ipex", "bf16-avx512")[i % 3]
        name = base if i < 3 else f"{base}-compile-{i}"
        lanes.append(make_lane(base, id=name, entry=base))
        for number in range(1, rounds + 1):
            rate = 6.0 * (1 + 0.17 * i) * (1 + 0.01 * (-1) ** number)
            processes.append(make_process(name, number, i, rate=rate))
    replan(result, lanes)
    result.processes = processes
    return summarized(result)


@copied
def two_stacks() -> Result:
    """The BF16 lane on another stack, with another torch and another batch than the others."""
    result = make_result()
    stack = make_stack("torch", packages={"torch": known("2.14.1"), "torchvision": known("0.29.1")})
    result.host.stacks.append(stack)
    change_lane(result, "bf16-avx512", stack="torch", batch_size=32)
    for each in result.processes:
        if each.lane == "bf16-avx512":
            observed_of(each).versions |= {"torch": "2.14.1", "torchvision": "0.29.1"}
    return summarized(result)


SPEEDS = {
    "fp32": 6.0,
    "fp32-ipex": 7.3,
    "bf16-avx512": 11.2,
    "bf16-amx": 61.0,
    "fp32-torch": 7.32,
    "fp32-compile": 7.9,
    "bf16-avx512-torch": 11.7,
    "bf16-avx512-compile": 10.6,
    "bf16-amx-torch": 58.0,
    "bf16-amx-compile": 66.0,
    "fp32-bf16math-amx": 39.0,
}
"""Compute samples/s of lanes on a host that has AMX, before jitter."""


@copied
def leaving_ipex(rounds: int = 6, **plan: Any) -> Result:
    """A big host with AMX, all lanes of two stacks: leaving gains, costs, and shows nothing."""
    result = make_result(rounds=1, host=make_host(LONG_BRAND, amx=True, big=True), **plan)
    versions = {"torch": known("2.14.1"), "torchvision": known("0.29.1")}
    result.host.stacks.append(make_stack("torch", packages=versions))
    replan(result, [make_lane(lane) for lane in (*LANES, *TODAY)])
    result.processes = [
        _of_either_stack(lane, number, position)
        for number in range(1, rounds + 1)
        for position, lane in enumerate(result.plan.lanes)
    ]
    return summarized(result)


def without_lanes(result: Result, *lanes: str) -> Result:
    """The result of a run that had none of these."""
    replan(result, [each for each in result.plan.lanes if each.id not in lanes])
    result.processes = [each for each in result.processes if each.lane not in lanes]
    return summarized(result)


def _of_either_stack(lane: PlannedLane, number: int, position: int) -> Process:
    noise = random.Random(f"{lane.id} {number}")
    rate = SPEEDS[lane.id] * noise.uniform(0.99, 1.01)
    process = make_process(lane.id, number, position, rate=rate)
    rank, record = process.ranks[0], record_of(process)
    if lane.instruction_set == "amx" and record.limits is not None:
        record.limits.matmul = [MatmulRate(size=4096, library="oneDNN", gflops=4200.0)]
    kernels = [_of_lane(lane, each) for each in rank.kernels]
    if lane.id == "bf16-avx512":
        kernels.append(_reference_reorder(190.0))
    scale = RATES.get(lane.id, 5.0) / rate * (1.2 if lane.setup.engine == "compile" else 1)
    rank.kernels = [_slowed(each, scale) for each in kernels]
    record.evidence_seconds = 16 / rate
    bf16 = "bf16" in (lane.setup.precision, lane.setup.fp32_math)
    record.losses = [round(2.532 + 0.02 * bf16 - 0.03 * step, 4) for step in range(8)]
    if lane.setup.stack == "torch":
        observed = observed_of(process)
        observed.versions |= {"torch": "2.14.1", "torchvision": "0.29.1"}
        observed.onednn = "v3.12.0"
    if lane.setup.engine == "compile":
        first, cold = (61.0 if number == 1 else 6.0) + 16 / rate, number == 1
        made = Generated(vector_set="avx512", kernels=87, instructions={"avx512_core": 9000})
        record.compilation = Compilation(
            cold=cold, first_step_seconds=first, graphs=1, generated=made
        )
    return process


@copied
def disturbed_round(rounds: int = 5, number: int = 3) -> Result:
    """One round in which others had a part of the CPUs' time."""
    result = make_result(rounds=rounds)
    for each in result.processes:
        if each.round == number and each.lane == "fp32-ipex":
            each.noise = make_noise(others_cpu_seconds=9.6)
    return summarized(result)


@copied
def slower_bf16(rounds: int = 6) -> Result:
    """Cores whose BF16 peak is half of FP32's: BF16 loses to both FP32 lanes."""
    result = make_result(rounds=rounds)
    processes = []
    for each in result.processes:
        if each.lane == "bf16-avx512":
            each = make_process(each.lane, each.round, each.position, rate=0.4 * _rate(each))
            each.ranks[0].kernels = [_slowed(kernel, 2.5) for kernel in each.kernels]
            limits = record_of(each).limits
            assert limits is not None
            limits.matmul = [MatmulRate(size=2048, library="oneDNN", gflops=130.0)]
        processes.append(each)
    result.processes = processes
    return summarized(result)


def _rate(process: Process) -> float:
    steps = record_of(process).compute.timed.totals()
    return 16e9 * len(steps) / sum(steps)


def _amx_process(number: int, rate: float) -> Process:
    process = make_process("bf16-amx", number, 3, rate=rate * (1 + 0.01 * (-1) ** number))
    limits = record_of(process).limits
    assert limits is not None
    limits.matmul = [MatmulRate(size=4096, library="oneDNN", gflops=4200.0)]
    limits.clock_mhz, limits.clock_reason = None, "no counter"
    scale = 5.0 / rate  # of a lane that the factories do not know: 5 samples/s
    process.ranks[0].kernels = [_slowed(_on_amx(each), scale) for each in process.kernels]
    process.noise.frequency_mhz = known(2600.0)
    record_of(process).evidence_seconds = 16 / rate
    return process


def _on_amx(kernel: Kernel) -> Kernel:
    changes = {
        "implementation": kernel.implementation.replace("avx512_core_bf16", "avx10_1_512_amx"),
        "instruction_sets": ["avx10_1_512_amx"] if kernel.instruction_sets else [],
    }
    return kernel.model_copy(update=changes)


def _of_lane(lane: PlannedLane, kernel: Kernel) -> Kernel:
    if lane.setup.fp32_math == "bf16" and kernel.instruction_sets:
        name = kernel.implementation.replace("avx512_core", "avx512_core_bf16")
        kernel = kernel.model_copy(update={"implementation": name, "fpmath": "bf16"})
    return _on_amx(kernel) if lane.instruction_set == "amx" else kernel


def _reference_reorder(milliseconds: float) -> Kernel:
    return Kernel(
        primitive="reorder", direction="none", implementation="simple:any", instruction_sets=[],
        data_types=["bf16"], fpmath=None, calls=12, milliseconds=milliseconds,
    )  # fmt: skip


def _slowed(kernel: Kernel, factor: float) -> Kernel:
    return kernel.model_copy(update={"milliseconds": kernel.milliseconds * factor})


@copied
def functional_check() -> Result:
    """The profile `smoke`: one round of a few steps, too short to measure by."""
    result = make_result(rounds=1, functional_check=True, profile="smoke")
    return summarized(result)


def over_avx512(result: Result) -> Result:
    """The result with a ratio of the AMX lane over the BF16 lane on AVX-512, if it has none."""
    amx, other = result.summary.lanes[3], result.summary.lanes[2]
    if ratio_against(amx.compute_ratios, other.lane) is None:
        ours, theirs = amx.compute_ratios[0], other.compute_ratios[0]
        assert ours.interval is not None
        change = {"against": other.lane, "value": ours.value / theirs.value}
        interval = ours.interval.model_copy(
            update={"low": 0.97 * change["value"], "high": 1.03 * change["value"]}
        )
        amx.compute_ratios.append(ours.model_copy(update=change | {"interval": interval}))
    return result
