import pytest

from bench.analysis.coverage import (
    CALLS_MIN,
    TIME_LOW,
    TIME_MIN,
    Coverage,
    Expected,
    coverage,
    coverage_cautions,
    expected,
    operators,
    uncovered,
)
from bench.analysis.states import lane_states, to_run, went_wrong
from bench.analysis.summary import summarize
from bench.model.process import Kernel, Process, Rank
from bench.model.record import Measurement, Operator, RankRecord, StepTimes
from tests.factories import make_limits, make_plan, make_process
from tests.recorded_onednn import kernel, recorded


def operator(name: str, flop: int, calls: int = 1) -> Operator:
    kind = "convolution" if "conv" in name else "attention" if "attention" in name else "matmul"
    return Operator(name=f"aten.{name}", kind=kind, calls=calls, flop=flop, bytes=1)


TEN_CONVOLUTIONS = [
    operator("convolution", 7),
    operator("convolution", 100, 9),
    operator("convolution_backward", 7),  # the first layer's input has no gradient
    operator("convolution_backward", 200, 9),
]
VIT = [  # ViT-B/16 as `bench.worker.limits.work` counts it
    operator("convolution", 5),
    operator("convolution_backward", 5),
    operator("addmm", 9, 37),
    operator("mm", 9, 110),
    operator("_scaled_dot_product_flash_attention_for_cpu", 4, 12),
    operator("_scaled_dot_product_flash_attention_for_cpu_backward", 8, 12),
]


def rank(kernels: list[Kernel], seconds: float | None = None) -> Rank:
    record = RankRecord(lane="fp32", outcome="completed", evidence_seconds=seconds)
    return Rank(record=record, evidence="evidence/x.txt", kernels=kernels)


def test_a_step_that_was_stopped_is_as_long_as_the_others() -> None:
    """One real step of 56 ms took 986 under verbose mode, its kernels 41.9: a neighbour's doing."""
    stopped = rank(convolutions(29, milliseconds=41.9), seconds=0.986)
    assert uncovered(coverage(stopped, None))
    assert stopped.record is not None
    usual = [56_000_000, 55_000_000, 1_986_000_000]
    nothing = [0, 0, 0]
    stopped.record.compute = Measurement(
        timed=StepTimes(data=nothing, forward=usual, backward=nothing, optimizer=nothing)
    )
    covered = coverage(stopped, None)
    assert covered.time == pytest.approx(41.9 / 56)
    assert not uncovered(covered)


def convolutions(calls: int, milliseconds: float = 100.0) -> list[Kernel]:
    return [kernel("convolution", "jit:avx512_core", calls=calls, milliseconds=milliseconds)]


@pytest.mark.parametrize(
    ("counted", "due"),
    [
        (TEN_CONVOLUTIONS, Expected(29, 0, attention=False)),
        (VIT, Expected(2, 147, attention=True)),
        ([*TEN_CONVOLUTIONS, operator("addmm", 3), operator("mm", 3, 2)], Expected(29, 3, False)),
        ([operator("convolution_backward", 50)], Expected(2, 0, attention=False)),
        ([], None),
    ],
)
def test_what_a_steps_operators_come_to(counted: list[Operator], due: Expected | None) -> None:
    assert expected(counted) == due


@pytest.mark.parametrize(
    "name",
    [
        "3.7-stock-fp32-vit-avx2",
        "3.7-ipex-fp32-vit-avx2",
        "3.12-stock-fp32-vit-avx2",
        "3.12-compile-fp32-vit-avx2",
    ],
)
def test_attention_makes_thousands_of_calls_and_covers_nothing_but_itself(name: str) -> None:
    kernels = recorded(name)
    assert sum(each.calls for each in kernels) > 1000
    covered = coverage(rank(kernels), expected(VIT))
    assert (covered.calls, covered.expected) == (149, 149)
    without = [each for each in kernels if each.primitive != "convolution"]
    assert coverage(rank(without), expected(VIT)).calls == 147
    many = kernel("convolution", "jit:avx2", calls=3000)
    assert coverage(rank([many]), expected(VIT)).calls == 2


def test_a_compiled_model_calls_the_libraries_as_often() -> None:
    resnet18 = [
        operator("convolution", 7),
        operator("convolution", 100, 19),
        operator("convolution_backward", 7),
        operator("convolution_backward", 200, 19),
        operator("addmm", 3),
        operator("mm", 3, 2),
    ]
    covered = coverage(rank(recorded("3.12-compile-fp32-avx2")), expected(resnet18))
    assert (covered.calls, covered.expected) == (62, 62)


def test_a_convolution_that_is_computed_as_a_product_is_seen() -> None:
    products = [kernel("matmul", "mkl:sgemm", calls=20), *convolutions(9)]
    assert coverage(rank(products), expected(TEN_CONVOLUTIONS)).calls == 29


def test_nine_of_ten_convolutions_that_print_nothing() -> None:
    covered = coverage(rank(convolutions(1, 0.1), 0.473), expected(TEN_CONVOLUTIONS))
    assert uncovered(covered) == [
        "1 of the step's 29 convolutions and products printed a line, and 80 % are needed: "
        "nothing proves what the others ran on",
        "the kernels that printed a line took 0.100 of the step's 473 ms (0.0 %), "
        "and 5 % are needed: nothing proves the rest",
    ]


@pytest.mark.parametrize(
    ("calls", "seconds", "sentences"),
    [
        (29, 0.3, 0),
        (24, 0.3, 0),
        (23, 0.3, 1),
        (29, 0.1 / TIME_MIN, 0),
        (29, 0.11 / TIME_MIN, 1),
        (15, None, 1),
        (29, None, 0),
    ],
)
def test_below_a_bound_nothing_is_proved(calls: int, seconds: float | None, sentences: int) -> None:
    assert 23 / 29 < CALLS_MIN < 24 / 29
    covered = coverage(rank(convolutions(calls), seconds), expected(TEN_CONVOLUTIONS))
    assert len(uncovered(covered)) == sentences


def test_what_is_not_known_is_said_and_not_judged() -> None:
    covered = coverage(rank(convolutions(1)), None)
    assert covered == Coverage(None, None, None, None)
    assert uncovered(covered) == []
    assert coverage_cautions([covered]) == [
        "how many of its convolutions and products were seen is not known: "
        "the model's operators were not counted",
        "what share of its step was seen is not known: the step was not timed",
    ]
    assert coverage_cautions([]) == []


def test_less_than_all_and_little_of_the_step_are_said() -> None:
    whole, most = Coverage(29, 29, 0.6, 100.0), Coverage(26, 29, 0.6, 100.0)
    assert coverage_cautions([whole, whole]) == []
    assert coverage_cautions([whole, most]) == [
        "26 of the step's 29 convolutions and products printed a line: of the others nothing is "
        "known"
    ]
    assert coverage_cautions([Coverage(29, 29, TIME_LOW / 2, 100.0)]) == [
        "the kernels that printed a line took 10.0 of the step's 100 ms (10 %): its speed says "
        "little of its instruction set"
    ]


def processes(lane: str = "fp32", rounds: int = 2) -> list[Process]:
    return [make_process(lane, number) for number in range(1, rounds + 1)]


def unseen(process: Process) -> Process:
    """Only its last kernel was seen."""
    process.ranks[0].kernels = process.ranks[0].kernels[-1:]
    return process


def test_a_lane_whose_evidence_does_not_cover_its_step_is_invalid() -> None:
    plan, ran = make_plan(), [*processes(), *processes("fp32-ipex")]
    unseen(ran[1])
    fp32, ipex, *_ = lane_states(plan, ran)
    assert fp32.state == "invalid"
    assert fp32.reason is not None
    assert fp32.reason.startswith("round 2: 1 of the step's 159 convolutions and products printed")
    assert ipex.state == "measured"
    assert "fp32" not in {lane.id for lane in to_run(plan, ran)}
    assert went_wrong(plan, ran)
    summary = summarize(plan, ran, None)
    assert (summary.best_fp32, summary.lanes[0].compute_samples_per_second) == ("fp32-ipex", None)
    share = summary.lanes[0].kernels
    assert share is not None
    assert (share.calls, share.calls_expected) == (1, 159)


def test_a_lane_without_limits_is_held_to_another_lanes_operators() -> None:
    ran = [make_process("fp32"), make_process("fp32-ipex")]
    assert ran[0].record is not None
    assert ran[1].record is not None
    ran[0].record.limits = None
    assert operators("fp32", ran) == make_limits("fp32-ipex").operators
    assert lane_states(make_plan(), [unseen(ran[0]), ran[1]])[0].state == "invalid"
    ran[1].record.limits = None
    assert operators("fp32", ran) == []
    (share,) = [each for each in summarize(make_plan(), [ran[1]], None).lanes if each.kernels]
    assert share.cautions == [
        "how many of its convolutions and products were seen is not known: "
        "the model's operators were not counted"
    ]


def test_the_summary_says_the_coverage() -> None:
    ran = processes()
    record = ran[1].record
    assert record is not None
    assert record.evidence_seconds is not None
    record.evidence_seconds *= 2
    phases = record.compute.timed.model_dump().items()
    record.compute.timed = StepTimes(**{name: [2 * one for one in ns] for name, ns in phases})
    kernels = summarize(make_plan(), ran, None).lanes[0].kernels
    assert kernels is not None
    assert (kernels.calls, kernels.calls_expected) == (159, 159)
    assert kernels.covered == pytest.approx(0.731 * 0.75, abs=1e-3), (
        "the median of 73.1 % and half of it"
    )


def test_a_process_that_left_no_kernel_is_its_contradictions_matter() -> None:
    (process,) = processes(rounds=1)
    process.ranks[0].kernels = []
    assert lane_states(make_plan(), [process])[0].state == "measured"
