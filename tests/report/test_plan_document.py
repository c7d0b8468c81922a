"""What the document of a plan says."""

from typing import Any

from bench.model.plan import Plan
from bench.model.protocol import Effort
from bench.report.document.plan import lanes_document, plan_document
from tests.factories import make_lanes, make_plan
from tests.host_factory import NO_AMX
from tests.lanes import PLACEMENT, make_lane
from tests.report.test_views import shown


def words(plan: Plan) -> str:
    """What is shown, in one line: wrapping is not what these tests are about."""
    return " ".join(shown(plan_document(plan)).split())


def lanes_with(lane: str, **changes: Any) -> list[Any]:
    """The four lanes, one of them changed."""
    return [make_lane(each.id, **changes) if each.id == lane else each for each in make_lanes()]


def test_common_things_are_said_once() -> None:
    text = words(make_plan())
    assert text.count("ipexrun cpu") == 1
    assert text.count("every lane preloads libiomp5.so") == 1
    assert text.count("preload") == 1
    assert "ONEDNN_MAX_CPU_ISA=AVX512_CORE_BF16 ATEN_CPU_CAPABILITY=avx512_bf16" in text
    assert "no lane inherits LD_PRELOAD OMP_NUM_THREADS" in text


def test_what_the_lanes_of_a_stack_have_in_common_is_said_once() -> None:
    pinned = {"OMP_NUM_THREADS": "2", "ONEDNN_MAX_CPU_ISA": "AVX512_CORE"}
    there = {
        "preload": ["/srv/torch/lib/libiomp5.so"],
        "command": ["taskset", "-c", "0-1", "python", "SPEC"],
    }
    names = ("fp32-torch", "fp32-compile")
    others = [
        make_lane(names[0], environment=pinned, **there),
        make_lane(names[1], environment=pinned | {"THREADS": "2"}, **there),
    ]
    text = words(make_plan([make_lane("fp32"), make_lane("fp32-ipex"), *others], notes=[]))
    assert text.count("taskset -c 0-1 python SPEC") == 1
    assert text.count("ipexrun cpu") == 1
    assert "every lane sets ONEDNN_MAX_CPU_ISA=AVX512_CORE every lane preloads libiomp5.so" in text
    assert "stack torch sets OMP_NUM_THREADS=2 stack torch runs taskset" in text
    assert text.count("preload") == 1
    assert text.endswith("stack torch THREADS=2")


def test_a_long_reason_that_several_lanes_have_is_said_once() -> None:
    gone = {"intention": "skipped", "reason": NO_AMX, "command": []}
    lanes = [*make_lanes(), make_lane("bf16-amx-torch", **gone)]
    text = words(make_plan(lanes, notes=[]))
    assert text.count("ARCH_REQ_XCOMP_PERM") == 1
    assert text.endswith("as bf16-amx")


def test_a_lane_shows_its_set_up_and_why_it_is_skipped() -> None:
    text = words(make_plan())
    assert "planned FP32, IPEX, channels_last, ceiling AVX512_CORE, stack ipex" in text
    assert "skipped BF16 on AMX, IPEX, channels_last, ceiling AVX512_CORE_AMX, stack ipex" in text
    assert NO_AMX in text


def test_a_plan_of_one_lane_shows_its_environment_with_the_lane() -> None:
    text = words(make_plan(make_lanes()[:1]))
    assert "every lane" not in text
    assert "ONEDNN_MAX_CPU_ISA=AVX512_CORE preloads libiomp5.so" in text
    assert "ipexrun cpu" in text


def test_what_one_lane_preloads_and_runs_alone_stands_with_it() -> None:
    text = words(make_plan(lanes_with("fp32", preload=[], command=["python", "SPEC"])))
    assert "every lane preloads" not in text
    assert "every lane runs" not in text
    assert text.count("preloads libiomp5.so") == 2
    assert "ONEDNN_MAX_CPU_ISA=AVX512_CORE python SPEC ■ fp32-ipex" in text


def test_what_is_left_out_and_why() -> None:
    left = ["CPUs 2-3: second threads of their cores", "CPU 9: offline"]
    placement = PLACEMENT.model_copy(update={"left_out": left})
    lanes = [make_lane(lane, placement=placement) for lane in ("fp32", "fp32-ipex")]
    text = words(make_plan(lanes))
    assert "left out CPUs 2-3: second threads of their cores; CPU 9: offline rounds" in text
    assert "left out" not in words(make_plan()), "where nothing is"
    some = [make_lane("fp32", placement=placement), make_lane("fp32-ipex")]
    assert "left out CPUs 2-3: second threads of their cores; CPU 9: offline (fp32); no CPU" in (
        words(make_plan(some))
    )


def test_a_batch_that_is_not_the_profiles_own() -> None:
    reason = "batch 16: with 128 this host has room for one round"
    assert f"batch {reason} data" in words(make_plan(batch_reason=reason))
    assert "room for" not in words(make_plan())


def test_a_functional_check_says_that_it_is_one() -> None:
    assert "purpose a functional check" in words(make_plan(functional_check=True))
    assert "functional" not in words(make_plan())


def test_lanes_without_a_plan_have_their_reasons() -> None:
    lanes = lanes_with("fp32", intention="too large", reason="a batch of 16 needs 40.0 GiB")
    text = " ".join(shown(lanes_document(lanes)).split())
    assert all(lane.id in text for lane in lanes)
    assert "a batch of 16 needs 40.0 GiB" in text
    assert NO_AMX in text


def test_cores_and_batches_that_differ_are_told_by_lane() -> None:
    placement = PLACEMENT.model_copy(
        update={"cores": [1], "reason": "by hand", "task_manager": "numactl"}
    )
    text = words(make_plan(lanes_with("fp32", placement=placement, batch_size=8)))
    assert "1 core (CPU 1, node 0): by hand; pinned by numactl (fp32); 2 cores (CPUs 0-1" in text
    assert "batch 8 (fp32); batch 16 (fp32-ipex, bf16-avx512), 1 loader process" in text


def test_a_lane_too_large_does_not_count_for_the_memory() -> None:
    lanes = lanes_with(
        "fp32",
        intention="too large",
        reason="a batch of 16 needs about 40.0 GiB",
        memory_estimate_bytes=40 * 2**30,
    )
    text = words(make_plan(lanes))
    assert "too large FP32, stock PyTorch" in text
    assert "a batch of 16 needs about 40.0 GiB" in text
    assert "memory about 6.6 GiB for all lanes, 3.7 GiB for the largest" in text
    apart = words(make_plan(lanes, together=False))
    assert "memory about 3.7 GiB for the largest lane" in apart


def test_the_data_asked_for() -> None:
    text = words(make_plan(data_requested="auto"))
    assert "data CIFAR-10 if it can be had, else synthetic; 2,000 samples if they are" in text
    assert "one folder a class: /srv/cats" in words(make_plan(data_requested="folder:/srv/cats"))
    assert "data generated pictures; 2,000 samples cores" in words(
        make_plan(data_requested="synthetic")
    )
    assert "data CIFAR-10, downloaded cores" in words(make_plan(data_requested="cifar10"))


def test_how_a_round_goes_and_why() -> None:
    together = words(make_plan())
    assert "in a round alive together, taking turns: together they need about 8.1 GiB" in together
    apart = make_plan(together=False, together_reason="together they would need about 70.0 GiB")
    assert (
        "in a round one process after the other: together they would need about 70.0 GiB"
    ) in words(apart)


def test_a_lane_alone_has_no_turns_no_order_and_no_largest() -> None:
    text = words(make_plan(make_lanes()[:1], rounds_min=2, rounds_max=5))
    assert "in a round" not in text
    assert "2 to 5, until the time is up; seed 20261123" in text
    assert "for all lanes" not in text
    assert "for the largest" not in text
    assert "rounds 2 to 5; seed" in words(
        make_plan(make_lanes()[:1], rounds_min=2, rounds_max=5, time_budget_seconds=None)
    )


def test_how_much_a_process_measures() -> None:
    assert (
        "a process a warm-up of up to 5 steps; 2 end-to-end and 4 compute turns of 2.5 s, "
        "1 to 20 steps each"
    ) in words(make_plan())
    sample = Effort(
        warmup_max_steps=0, end_to_end_turns=0, compute_turns=1, turn_seconds=5,
        turn_min_steps=1, turn_max_steps=400, whole_epochs=1,
    )  # fmt: skip
    assert "a process 1 whole epoch; 1 compute turn of 5.0 s, 1 to 400 steps each" in words(
        make_plan(effort=sample)
    )


def test_rounds_and_time() -> None:
    text = words(make_plan(rounds_min=3, rounds_max=10, time_budget_seconds=None))
    assert (
        "3 to 10, until each compute ratio is known within ±2 %; lanes shuffled in each, "
        "seed 20261123"
    ) in text
    fine = make_plan(rounds_min=3, rounds_max=10, target_precision=0.015)
    assert "known within ±1.5 % or the time is up; lanes" in words(fine)
    assert "rounds 3, lanes shuffled in each" in words(make_plan())
    assert "about 9 min (no budget; a process may take 5 min)" in text
