"""The code that a compiler made for a lane's model, held against the lane's name."""

from typing import Any

import pytest

from bench.analysis.cautions import cautions
from bench.analysis.contradictions import rank_contradictions
from bench.analysis.generated import generated_contradictions
from bench.analysis.states import lane_states, to_run
from bench.model.plan import PlannedLane
from bench.model.record import Compilation, Generated
from tests.factories import make_plan, make_process, make_record
from tests.lanes import make_lane

AVX2 = {"avx2": 4_687}
"""Of ResNet-18 as inductor of torch 2.14.1 compiled it for AVX2, on two cores."""

AVX512 = {"avx512_core": 9_000, "avx2": 2_000, "sse41": 700}
ON_AVX2 = {"instruction_set": "avx2"}


def compiled(
    vector_set: str = "avx512", instructions: dict[str, int] | None = AVX512, **changes: Any
) -> Compilation:
    made = Generated(vector_set=vector_set, kernels=57, instructions=instructions)
    facts = {"cold": True, "first_step_seconds": 61.0, "graphs": 1, "generated": made}
    return Compilation(**(facts | changes))


def told(lane: PlannedLane, *made: Any, **changes: Any) -> list[str]:
    return generated_contradictions(lane, compiled(*made, **changes))


@pytest.mark.parametrize(
    ("lane", "instruction_set", "vector_set", "instructions"),
    [
        ("fp32-compile", "avx2", "avx2", AVX2),
        ("fp32-compile", "sse41", "scalar", {"sse41": 9_000}),
        ("fp32-compile", "sse41", "scalar", {}),
        ("fp32-compile", "avx512_core", "avx512", AVX512),
        ("bf16-avx512-compile", "avx512_core_bf16", "avx512", AVX512),
        ("bf16-avx512-compile", "avx512_core_bf16", "avx512", AVX512 | {"avx512_core_bf16": 90}),
        ("bf16-amx-compile", "amx", "avx512", AVX512 | {"avx512_core_fp16": 2, "amx": 40}),
        ("bf16-amx-compile", "amx", "avx512", AVX512),
    ],
)
def test_code_on_the_lanes_own_vectors_contradicts_nothing(
    lane: str, instruction_set: str, vector_set: str, instructions: dict[str, int]
) -> None:
    planned = make_lane(lane, instruction_set=instruction_set)
    assert told(planned, vector_set, instructions) == []


def test_a_lane_that_compiles_nothing_has_no_such_code() -> None:
    assert generated_contradictions(make_lane("fp32"), None) == []


LIES: list[tuple[str, dict[str, Any], tuple[str, dict[str, int] | None], list[str]]] = [
    (
        "fp32-compile", ON_AVX2, ("scalar", {"sse41": 17_000}),
        [
            "its code was generated for scalar, and a lane on avx2 takes avx2",
            "its generated code has no instruction on avx2 vectors, but 17,000 sse41 instructions",
        ],
    ),
    (
        "fp32-compile", ON_AVX2, ("avx2", {}),
        ["its generated code has no instruction on avx2 vectors, and no vectors at all"],
    ),
    (
        "bf16-avx512-compile", {}, ("avx2", AVX2),
        [
            "its code was generated for avx2, and a lane on avx512_core_bf16 takes avx512",
            "its generated code has no instruction on avx512 vectors, "
            "but 4,687 avx2 instructions",
        ],
    ),
    (
        "bf16-avx512-compile", {}, ("avx2", None),
        ["its code was generated for avx2, and a lane on avx512_core_bf16 takes avx512"],
    ),
    (
        "bf16-avx512-compile", {}, ("avx512", AVX2),
        [
            "its generated code has no instruction on avx512 vectors, "
            "but 4,687 avx2 instructions",
        ],
    ),
    (
        "bf16-avx512-compile", {}, ("avx512", AVX512 | {"amx": 1}),
        ["its generated code has 1 amx instruction, above the ceiling AVX512_CORE_BF16"],
    ),
    (
        "fp32-compile", {}, ("avx512", AVX512 | {"avx512_core_bf16": 12, "amx": 3}),
        [
            "its generated code has 12 avx512_core_bf16, 3 amx instructions, "
            "above the ceiling AVX512_CORE",
        ],
    ),
    (
        "fp32-compile", ON_AVX2, ("avx2", AVX2 | {"avx512_core": 5}),
        ["its generated code has 5 avx512_core instructions, and its lane takes avx2"],
    ),
    (
        "fp32-compile", ON_AVX2 | {"ceiling": "AVX2"}, ("avx2", AVX2 | {"avx512_core": 5}),
        ["its generated code has 5 avx512_core instructions, above the ceiling AVX2"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("lane", "changes", "made", "sentences"), LIES)
def test_a_lie_is_caught(
    lane: str, changes: dict[str, Any], made: tuple[str, Any], sentences: list[str]
) -> None:
    assert told(make_lane(lane, **changes), *made) == sentences


def test_what_nobody_had_heard_of_is_said_to_be_unknown() -> None:
    lane = make_lane("bf16-amx-compile")
    account, code = told(lane, "avx12", AVX512 | {"avx12": 7})
    proves_nothing = "which this version of the kit does not know: nothing proves the ceiling "
    assert account == f"its code was generated for 'avx12', {proves_nothing}AVX512_CORE_AMX"
    assert code == f"its generated code has 7 avx12 instructions, {proves_nothing}AVX512_CORE_AMX"


def test_a_lane_on_a_set_that_nobody_had_heard_of_is_held_to_its_ceiling_alone() -> None:
    lane = make_lane("bf16-amx-compile", instruction_set="avx12")
    assert told(lane) == []
    (above,) = told(make_lane("fp32-compile", instruction_set="avx12"), "avx512", {"amx": 1})
    assert above.endswith("above the ceiling AVX512_CORE")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"graphs": 0}, "its model was not compiled: no graph of it was"),
        (
            {"generated": None},
            "there is no account of its generated code: nothing proves what that ran on",
        ),
        (
            {"generated": Generated(vector_set="avx512", kernels=0, instructions={})},
            "its engine compiles, and no generated code was loaded",
        ),
    ],
)
def test_a_lane_that_says_it_compiles_has_code(changes: dict[str, Any], sentence: str) -> None:
    assert told(make_lane("bf16-avx512-compile"), **changes) == [sentence]


def cautioned(compilation: Compilation) -> list[str]:
    lane, record = make_lane("fp32-compile"), make_record("fp32-compile", 6.0)
    record.compilation = compilation
    return [each.removeprefix("round 1: ") for each in cautions(lane, {1: record})]


def test_code_that_could_not_be_read_is_a_caution() -> None:
    unread = Generated(vector_set="avx512", kernels=57, reason="there is no objdump")
    assert told(make_lane("fp32-compile"), generated=unread) == []
    assert cautioned(compiled(generated=unread)) == [
        "the machine code of its generated code was not read (there is no objdump): "
        "only its compiler's account tells what that ran on"
    ]


def test_what_compiled_late_or_not_at_all_is_a_caution() -> None:
    assert cautioned(compiled()) == []
    assert cautioned(compiled(graphs=3, graph_breaks=2, recompiled=1)) == [
        "2 graph breaks in its model: what lies between its compiled graphs ran uncompiled",
        "it compiled 1 graph after its first step: its timed steps may hold compiling",
    ]


def test_a_lane_whose_generated_code_lies_is_invalid() -> None:
    lanes = [make_lane("fp32"), make_lane("fp32-compile")]
    plan = make_plan().model_copy(update={"lanes": lanes})
    ran = [make_process("fp32"), make_process("fp32-compile")]
    assert ran[1].record is not None
    for vector_set, state in (("avx512", "measured"), ("avx2", "invalid")):
        ran[1].record.compilation = compiled(vector_set)
        ran[1].ranks[0].contradictions = rank_contradictions(lanes[1], ran[1].ranks[0])
        assert lane_states(plan, ran)[1].state == state
    assert [each.id for each in to_run(plan, ran)] == ["fp32"]
