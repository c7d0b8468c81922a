from typing import Any

import pytest

from bench.analysis.cautions import cautions
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


@pytest.mark.parametrize(
    ("observed", "sentence"),
    [
        ({"affinity_at_start": [0, 1, 2, 3]}, "it was started on CPUs 0-3, planned: CPUs 0-1"),
        ({"affinity_at_start": [0]}, "it was started on CPU 0, planned: CPUs 0-1"),
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
        ({"openmp_libraries": []}, "libiomp5.so was to be preloaded, and was not there"),
        (
            {"environment_differs": ["ONEDNN_MAX_CPU_ISA", "KMP_AFFINITY"]},
            "its environment was not the planned one: ONEDNN_MAX_CPU_ISA, KMP_AFFINITY differed",
        ),
        (
            {"flush_denormal": False},
            "denormals were not flushed to zero, which may slow its arithmetic",
        ),
    ],
)
def test_what_it_got_and_was_not_planned(observed: dict[str, Any], sentence: str) -> None:
    assert told(**observed) == [sentence]


def test_threads_pinned_each_to_its_core_cover_the_cores() -> None:
    assert told(affinity_of_threads=[[0, 1], [0, 1]]) == []
    assert told(affinity_of_threads=[[0], [1], [0, 1]]) == []


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        ("bind:0", None),
        ("default", "its memory was to be bound to node 0, but its policy was default"),
        ("bind:1", "its memory was to be bound to node 0, but its policy was bind:1"),
        (None, "its memory was to be bound to node 0, but what policy it had can't be read"),
    ],
)
def test_only_numactl_promises_bound_memory(policy: str | None, sentence: str | None) -> None:
    assert told(lane(task_manager="numactl"), memory_policy=policy) == [sentence] * bool(sentence)
    assert told(lane(task_manager="taskset"), memory_policy=policy) == []


def test_a_preloaded_library_is_known_wherever_its_link_leads() -> None:
    planned = lane(preload=["/usr/lib/libtcmalloc.so"])
    assert told(planned, allocators=["/usr/lib/libtcmalloc_minimal.so.4.5.10"]) == []
    missing = ["libtcmalloc.so was to be preloaded, and was not there"]
    assert told(planned, allocators=[]) == missing
    assert told(planned, allocators=["/usr/lib/libjemalloc.so.2"]) == missing


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
