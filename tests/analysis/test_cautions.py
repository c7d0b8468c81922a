from typing import Any

import pytest

from bench.analysis.cautions import another_setup, cautions
from bench.model.plan import PlannedLane
from bench.model.record import Failure, RankRecord
from tests.factories import make_record
from tests.lanes import PLACEMENT, make_lane


def lane(preload: list[str] | None = None, **placement: Any) -> PlannedLane:
    placed = PLACEMENT.model_copy(update=placement)
    return make_lane("fp32", placement=placed, preload=["/opt/libiomp5.so", *(preload or [])])


def record(**observed: Any) -> RankRecord:
    """A process that got what was planned but for these fields."""
    made = make_record("fp32", 6.0)
    assert made.observed is not None
    made.observed = made.observed.model_copy(update=observed)
    return made


def told(planned: PlannedLane | None = None, **observed: Any) -> list[str]:
    """What is said of the only process."""
    sentences = cautions(planned or lane(), {1: record(**observed)})
    assert all(each.startswith("round 1: ") for each in sentences)
    return [each.removeprefix("round 1: ") for each in sentences]


def test_a_process_that_got_what_was_planned_needs_none() -> None:
    assert told() == []
    assert told(affinity_of_loaders=[[0, 1]]) == []


ANOTHER = [
    ({"affinity_at_start": [0, 1, 2, 3]}, "it was started on CPUs 0-3, planned: CPUs 0-1"),
    ({"affinity_at_start": [0]}, "it was started on CPU 0, planned: CPUs 0-1"),
    ({"affinity_at_start": [2, 3]}, "it was started on CPUs 2-3, planned: CPUs 0-1"),
    (
        {"affinity_of_loaders": [[0, 1], [1, 5]]},
        "its loaders might run on CPU 5, planned: CPUs 0-1",
    ),
    (
        {"affinity_of_threads": [[0], [1], [4, 5]]},
        "its threads might run on CPUs 4-5, planned: CPUs 0-1",
    ),
    (
        {"affinity_of_threads": [[0], [0]]},
        "none of its threads might run on CPU 1, planned: CPUs 0-1",
    ),
    ({"torch_threads": 1}, "PyTorch had 1 thread for 2 cores"),
    ({"torch_threads": 4}, "PyTorch had 4 threads for 2 cores"),
    ({"ipex_mapped": True}, "IPEX was loaded in it"),
]
"""What makes the figures another set-up's."""
CAUTIONED = [
    ({"openmp_libraries": []}, "libiomp5.so was to be preloaded, and was not there"),
    (
        {"allocators": ["/usr/lib/libjemalloc.so.2"]},
        "libjemalloc.so.2 served its memory, and was not planned",
    ),
    (
        {"environment_differs": ["ONEDNN_MAX_CPU_ISA", "KMP_AFFINITY"]},
        "its environment was not the planned one: ONEDNN_MAX_CPU_ISA, KMP_AFFINITY differed",
    ),
    (
        {"flush_denormal": False},
        "denormals were not flushed to zero, which may slow its arithmetic",
    ),
]


@pytest.mark.parametrize(("observed", "sentence"), ANOTHER + CAUTIONED)
def test_what_it_got_and_was_not_planned(observed: dict[str, Any], sentence: str) -> None:
    assert told(**observed) == [sentence]


@pytest.mark.parametrize(("observed", "sentence"), ANOTHER)
def test_figures_of_another_set_up_make_the_lane_invalid(
    observed: dict[str, Any], sentence: str
) -> None:
    assert another_setup(lane().setup, record(**observed).observed) == [sentence]


@pytest.mark.parametrize("observed", [{}, *(observed for observed, _ in CAUTIONED)])
def test_a_difference_that_leaves_the_set_up_what_it_is_does_not(observed: dict[str, Any]) -> None:
    assert another_setup(lane().setup, record(**observed).observed) == []


def test_what_was_not_recorded_makes_no_lane_invalid() -> None:
    assert another_setup(lane().setup, None) == []


def test_an_ipex_lane_has_it_loaded() -> None:
    setup = make_lane("fp32-ipex").setup
    seen = record(ipex_mapped=True, ipex_isa="AVX512").observed
    assert another_setup(setup, seen) == []


@pytest.mark.parametrize("lane_id", ["fp32", "fp32-torch", "fp32-compile"])
def test_no_other_lane_has(lane_id: str) -> None:
    setup = make_lane(lane_id).setup
    assert another_setup(setup, record(ipex_mapped=True).observed) == ["IPEX was loaded in it"]


def test_threads_pinned_each_to_its_core_cover_the_cores() -> None:
    assert told(affinity_of_threads=[[0, 1], [0, 1]]) == []
    assert told(affinity_of_threads=[[0], [1], [0, 1]]) == []


@pytest.mark.parametrize(
    ("policy", "got"),
    [
        ("bind:0", None),
        ("bind=static:0", None),
        ("default", "its policy was default"),
        ("prefer:0", "its policy was prefer:0"),
        ("interleave:0-1", "its policy was interleave:0-1"),
        ("bind:1", "its policy was bind:1"),
        ("bind:0-1", "its policy was bind:0-1"),
        (None, "what policy it had can't be read"),
    ],
)
def test_numactl_promises_memory_of_the_node(policy: str | None, got: str | None) -> None:
    sentences = [f"its memory was to be bound to node 0, but {got}"] * bool(got)
    planned = lane(task_manager="numactl")
    assert told(planned, memory_policy=policy) == sentences
    elsewhere = policy in ("bind:1", "bind:0-1")
    seen = record(memory_policy=policy).observed
    assert another_setup(planned.setup, seen) == sentences * elsewhere


def test_why_memory_is_not_bound_is_said() -> None:
    refused = {"memory_policy": "default", "memory_policy_reason": "numactl: <0> is invalid"}
    assert told(lane(task_manager="numactl"), **refused) == [
        "its memory was to be bound to node 0, but its policy was default (numactl: <0> is invalid)"
    ]


@pytest.mark.parametrize("manager", ["taskset", "affinity"])
@pytest.mark.parametrize("policy", ["bind:1", "interleave:0-1", "prefer:1"])
def test_a_policy_that_the_caller_had_is_said_and_left_to_him(policy: str, manager: str) -> None:
    planned = lane(task_manager=manager)
    assert told(planned, memory_policy=policy) == [
        f"its memory policy was {policy}, and none was planned"
    ]
    assert another_setup(planned.setup, record(memory_policy=policy).observed) == []


@pytest.mark.parametrize("policy", ["default", "local", "bind:0", None])
def test_memory_from_the_cores_own_node_is_what_pinning_brings(policy: str | None) -> None:
    assert told(lane(task_manager="taskset"), memory_policy=policy) == []


@pytest.mark.parametrize("policy", ["bind:0", "bind:0-1", "default"])
def test_cores_of_several_nodes_are_bound_to_none(policy: str) -> None:
    seen = record(memory_policy=policy).observed
    assert another_setup(lane(task_manager="numactl", node=None).setup, seen) == []


def test_a_preloaded_library_is_known_wherever_its_link_leads() -> None:
    planned = lane(preload=["/usr/lib/libtcmalloc.so"])
    assert told(planned, allocators=["/usr/lib/libtcmalloc_minimal.so.4.5.10"]) == []
    missing = ["libtcmalloc.so was to be preloaded, and was not there"]
    assert told(planned, allocators=[]) == missing
    other = "libjemalloc.so.2 served its memory, and was not planned"
    assert told(planned, allocators=["/usr/lib/libjemalloc.so.2"]) == [*missing, other]


def test_what_was_preloaded_is_the_workers_word_where_it_looked() -> None:
    """A linker script of that name is ignored, while torch brings an OpenMP runtime of its own."""
    names = ["/opt/libiomp5.so", "/usr/lib/libtcmalloc.so", "/opt/libother.so"]
    planned = lane(preload=names[1:])
    assert told(planned, preloaded=names, allocators=[names[1]]) == []
    assert told(planned, preloaded=[], allocators=[names[1]]) == [
        f"{name} was to be preloaded, and was not there"
        for name in ("libiomp5.so", "libtcmalloc.so", "libother.so")
    ]


def test_of_a_library_that_no_worker_looks_for_nothing_is_said() -> None:
    assert told(lane(preload=["/opt/libother.so"])) == []


def test_limits_and_clock_that_could_not_be_had_say_why() -> None:
    without = record()
    without.limits, without.limits_failure = None, Failure(kind="MemoryError", message="2 GiB")
    assert cautions(lane(), {1: without}) == [
        "round 1: the limits of its cores could not be had: MemoryError: 2 GiB"
    ]
    no_clock = record()
    assert no_clock.limits is not None
    no_clock.limits.clock_mhz, no_clock.limits.clock_reason = None, "the two chains differ"
    assert cautions(lane(), {1: no_clock}) == [
        "round 1: the clock of its cores could not be had: the two chains differ"
    ]


def test_a_process_that_recorded_nothing_of_it() -> None:
    nothing = record()
    nothing.observed = None
    assert cautions(lane(), {1: nothing}) == [
        "round 1: what it got of cores, memory and libraries is not recorded"
    ]


def test_each_sentence_once_with_its_rounds() -> None:
    records = {3: record(torch_threads=1), 1: record(torch_threads=1), 2: record(torch_threads=4)}
    assert cautions(lane(), records) == [
        "rounds 1, 3: PyTorch had 1 thread for 2 cores",
        "round 2: PyTorch had 4 threads for 2 cores",
    ]
