"""What the console views say, and that they fit: at 80 columns and on wide terminals."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from bench.model.workload import Effort
from bench.plan.cores import LaneCores
from bench.report.host_tables import host_view
from bench.report.plan_tables import plan_view
from bench.report.result_tables import last_line, result_view
from tests.factories import make_lanes, make_plan, make_process, make_result
from tests.host_factory import LONG_BRAND, NO_AMX, make_host, unknown
from tests.report.scenes import (
    disturbed_round,
    four_lanes,
    invalid_lane,
    long_names,
    nothing_valid,
    one_lane,
    slower_bf16,
)

BIG = make_host(LONG_BRAND, amx=True, big=True)
LANES = {"fp32": None, "bf16-amx": NO_AMX}
VIEWS = {
    "host": host_view(make_host(), LaneCores([0, 1], 0, "both cores"), LANES),
    "big host": host_view(BIG, LaneCores(list(range(56)), 0, "one thread a core"), LANES),
    "plan": plan_view(make_plan()),
    "result": result_view(make_result()),
    "one round": result_view(make_result(rounds=1)),
    "big result": result_view(make_result(host=BIG, measured_epochs=True)),
    "failed": result_view(make_result(failing={"fp32-ipex": "no primitive " * 20})),
    "nothing": result_view(make_result(nothing=True)),
    "four lanes": result_view(four_lanes()),
    "one lane": result_view(one_lane()),
    "invalid": result_view(invalid_lane()),
    "long names": result_view(long_names()),
    "disturbed": result_view(disturbed_round()),
    "slower": result_view(slower_bf16()),
    "nothing valid": result_view(nothing_valid()),
}


def shown(view: RenderableType, width: int = 80) -> str:
    out = io.StringIO()
    Console(width=width, file=out).print(view)
    return out.getvalue()


def words(view: RenderableType, width: int = 80) -> str:
    """What is shown, in one line: wrapping is not what these tests are about."""
    return " ".join(shown(view, width).split())


def row(view: RenderableType, lane: str) -> list[str]:
    line = next(line for line in shown(view).splitlines() if line.startswith(f"■ {lane} "))
    return line.split()[2:]


@pytest.mark.parametrize("width", [80, 100, 140])
@pytest.mark.parametrize("name", list(VIEWS))
def test_nothing_is_cut_or_too_wide(name: str, width: int) -> None:
    text = shown(VIEWS[name], width)
    assert "…" not in text
    assert max(len(line) for line in text.splitlines()) <= width


def test_no_verdict_without_an_interval() -> None:
    for rounds in (1, 2):
        text = words(result_view(make_result(rounds=rounds)))
        assert not re.search(r"\b(faster|slower)\b", text)
        assert "fp32-ipex against fp32: no verdict: " in text


def test_verdicts_stand_under_the_table_with_what_explains_them() -> None:
    lines = shown(result_view(slower_bf16())).splitlines()
    first = lines.index("Verdicts") + 1
    assert lines[first].startswith("fp32-ipex is faster than fp32: 1.2")
    assert lines[first + 2].startswith("bf16-avx512 is slower than fp32-ipex: 0.6")
    assert lines[first + 3].startswith("  Its matrix-product peak is 130 GFLOP/s")


def test_an_invalid_lane_is_loud_and_has_no_figure() -> None:
    view = result_view(invalid_lane())
    assert row(view, "bf16-amx") == ["invalid"]
    text = words(view)
    assert text.count("bf16-amx") == 2
    assert (
        "INVALID: bf16-amx has no figure, what ran contradicts its name. rounds 1, 2, 3: 0.0% of"
    ) in text
    out = io.StringIO()
    Console(width=80, file=out, force_terminal=True, color_system="standard").print(view)
    assert "\x1b[1;31mINVALID: bf16-amx" in out.getvalue()


def test_the_share_at_a_lanes_own_instruction_set() -> None:
    result = make_result(rounds=1)
    found = [lane.kernels for lane in result.summary.lanes]
    assert found[0] is not None
    assert found[2] is not None
    found[0].at_instruction_set, found[2].at_instruction_set = None, 0.994
    view = result_view(result)
    assert row(view, "fp32")[-2] == "–"
    assert " ".join(row(view, "bf16-avx512")[-3:]) == "99.4 % 2.6"
    assert "at its ISA: share of the convolutions'" in words(view)


def test_limits_in_a_table_of_their_own() -> None:
    result = four_lanes()
    after = shown(result_view(result)).split("\nLimits", 1)[1]
    (amx,) = (line.split()[2:] for line in after.splitlines() if line.startswith("■ bf16-amx "))
    its = result.summary.lanes[-1].limits
    assert its is not None
    assert amx == [
        f"{its.achieved_gflops:.0f}",
        *("4200", f"{100 * its.peak_share:.0f}", "%", f"{100 * its.bound_share:.0f}", "%"),
        *("30.0", "–"),
    ]
    result = make_result()
    for lane in result.summary.lanes:
        lane.limits = None
    assert "\nLimits" not in shown(result_view(result))


def test_a_disturbed_round_and_its_weight_are_told() -> None:
    text = words(result_view(disturbed_round()))
    assert "Round 3 was disturbed: fp32-ipex: others used 12 % of its CPU time; it counts" in text
    assert "it counts in full, 1/5." in text


def test_the_last_line_counts_invalid_lanes() -> None:
    said = last_line(invalid_lane(), Path("results/x")).plain
    assert said == "completed: 3 lanes measured, 1 invalid; results/x"


def test_a_row_a_lane_with_its_figures() -> None:
    result = make_result(rounds=1)
    ratios = [each.value for each in result.summary.lanes[2].compute_ratios]
    assert ratios == pytest.approx([11.2 / 6.0, 11.2 / 7.3], rel=0.05)
    view = result_view(result)
    compute, end_to_end, epoch, over_fp32, over_best, share, _, memory = row(view, "bf16-avx512")
    assert float(compute) == pytest.approx(10.7, abs=0.1)
    assert float(end_to_end) == pytest.approx(10.7 * 0.94, abs=0.1)
    assert float(epoch.removeprefix("~")) == pytest.approx(50_000 / 10.06 / 3600, abs=0.02)
    assert epoch.startswith("~")
    assert [over_fp32, over_best] == [f"{ratio:.2f}×" for ratio in ratios]
    assert (share, memory) == ("100", "2.6")
    assert row(view, "fp32")[3] == "1"
    assert row(view, "bf16-amx") == ["skipped"]


def test_ranges_stand_beneath_with_their_meaning() -> None:
    text = shown(result_view(make_result()))
    lines = text.splitlines()
    beneath = lines[[line.startswith("■ fp32 ") for line in lines].index(True) + 1]
    assert re.findall(r"[\d.]+–[\d.]+", beneath)[0] == "5.93–6.13"
    assert "lowest and the highest round, not a confidence interval" in " ".join(text.split())


def test_the_interval_stands_beneath_the_ratio() -> None:
    result = make_result()
    lines = shown(result_view(result)).splitlines()
    beneath = lines[[line.startswith("■ bf16-avx512 ") for line in lines].index(True) + 1]
    (interval,) = (each.interval for each in result.summary.lanes[2].compute_ratios[:1])
    assert interval is not None
    assert beneath.split()[3] == f"{interval.low:.2f}–{interval.high:.2f}"


def test_one_round_shows_no_range() -> None:
    text = shown(result_view(make_result(rounds=1)))
    assert not re.search(r"[\d.]+–[\d.]+", text)
    assert "One round: there is no range" in text


def test_a_measured_epoch_is_not_marked() -> None:
    assert "~" not in shown(result_view(make_result(measured_epochs=True)))


def test_the_best_fp32_lane_is_named_or_said_to_be_the_baseline() -> None:
    assert "fp32-ipex is the FP32 lane with" in words(result_view(make_result()))
    alone = words(result_view(make_result(failing={"fp32-ipex": "died"})))
    assert "fp32 is also the FP32 lane with" in alone


def test_every_lane_without_a_number_has_its_reason() -> None:
    text = words(result_view(make_result(failing={"fp32-ipex": "no primitive [/x] left"})))
    assert "failed rounds 1, 2, 3: no primitive [/x] left" in text
    assert f"bf16-amx skipped {NO_AMX}" in text


def test_rounds_that_are_not_complete_are_told() -> None:
    result = make_result(rounds=1)
    result.processes.append(make_process("fp32", 2))
    assert "2 rounds, 1 of them complete" in words(result_view(result))


def test_nothing_measured_is_said_for_every_lane() -> None:
    text = shown(result_view(make_result(nothing=True)))
    assert text.count("not reached") == 2 * 3
    assert "Figures are" not in text


def test_the_host_shows_what_is_usable_and_why() -> None:
    lines = shown(host_view(make_host(), LaneCores([0, 1], 0, "both cores"), LANES)).splitlines()
    assert "avx512_bf16  yes         yes     executed" in [line.strip() for line in lines]
    assert "amx_tile     no          no      not advertised by the CPU" in [
        line.strip() for line in lines
    ]
    text = words(host_view(make_host(), LaneCores([0, 1], 0, "both cores"), LANES))
    assert "refused: EOPNOTSUPP (Operation not supported)" in text
    assert "2 cores, CPUs 0-1, on node 0: both cores" in text
    assert "missing numactl: not found; install it with: apt-get install numactl" in text


def test_an_instruction_set_nobody_tried_says_so() -> None:
    host = make_host()
    host.instruction_sets[0].usable = None
    assert re.search(
        r"avx2 +yes +not tried", shown(host_view(host, LaneCores([0], 0, "one"), LANES))
    )


def test_a_big_hosts_cpus_are_ranges() -> None:
    text = words(VIEWS["big host"])
    assert "node 1: CPUs 56-111,168-223, memory 256 GiB" in text
    assert "missing none" in text
    assert "AMX permission, arch_prctl(ARCH_REQ_XCOMP_PERM, 18): granted" in text


def test_a_cpuset_that_differs_from_the_affinity_is_shown() -> None:
    host = make_host(big=True)
    host.limits.affinity = [0, 1]
    assert "0-1 (2) by affinity; cpuset 0-223" in words(
        host_view(host, LaneCores([0], 0, "one"), LANES)
    )
    host.limits.cpuset = unknown("no cpuset at any level")
    assert "cpuset – (no cpuset at any level)" in words(
        host_view(host, LaneCores([0], 0, "one"), LANES)
    )


def test_the_plan_says_common_things_once() -> None:
    text = words(plan_view(make_plan()))
    assert text.count("ipexrun cpu") == 1
    assert text.count("LD_PRELOAD=/opt/bench/lib/libiomp5.so") == 1
    assert "ONEDNN_MAX_CPU_ISA=AVX512_CORE_BF16 ATEN_CPU_CAPABILITY=avx512_bf16" in text
    assert "no lane inherits LD_PRELOAD OMP_NUM_THREADS" in text


def test_a_plan_of_one_lane_shows_its_environment_with_the_lane() -> None:
    text = words(plan_view(make_plan(make_lanes()[:1])))
    assert "every lane" not in text
    assert "ONEDNN_MAX_CPU_ISA=AVX512_CORE LD_PRELOAD=/opt/bench/lib/libiomp5.so" in text


def test_a_lane_too_large_does_not_count_for_the_memory() -> None:
    lanes = make_lanes(fp32="a batch of 16 needs about 40.0 GiB")
    lanes[0].memory_estimate_bytes = 40 * 2**30
    text = words(plan_view(make_plan(lanes)))
    assert "failed" in text
    assert "a batch of 16 needs about 40.0 GiB" in text
    assert "memory about 6.6 GiB for all lanes, 3.7 GiB for the largest" in text
    apart = words(plan_view(make_plan(lanes, together=False)))
    assert "memory about 3.7 GiB for the largest lane" in apart


def test_a_plan_says_how_a_round_goes_and_why() -> None:
    together = words(plan_view(make_plan()))
    assert "in a round alive together, taking turns: together they need about 8.1 GiB" in together
    apart = make_plan(together=False, together_reason="together they would need about 70.0 GiB")
    assert (
        "in a round one process after the other: together they would need about 70.0 GiB"
    ) in words(plan_view(apart))


def test_a_plan_says_how_much_a_process_measures() -> None:
    text = words(plan_view(make_plan()))
    assert (
        "a process a warm-up of up to 5 steps; 2 end-to-end and 4 compute turns of 2.5 s, "
        "1 to 20 steps each"
    ) in text
    sample = Effort(
        warmup_max_steps=0, end_to_end_turns=0, compute_turns=1, turn_seconds=5,
        turn_min_steps=1, turn_max_steps=400, whole_epochs=1,
    )  # fmt: skip
    assert "a process 1 whole epoch; 1 compute turn of 5.0 s, 1 to 400 steps each" in words(
        plan_view(make_plan(effort=sample))
    )


def test_rounds_and_time_of_a_plan() -> None:
    text = words(plan_view(make_plan(rounds_min=3, rounds_max=10, time_budget_seconds=None)))
    assert (
        "3 to 10, until each compute ratio is known within ±2 %; lanes shuffled in each, "
        "seed 20261123"
    ) in text
    fine = make_plan(rounds_min=3, rounds_max=10, target_precision=0.015)
    assert "known within ±1.5 % or the time is up; lanes" in words(plan_view(fine))
    assert "rounds 3, lanes shuffled in each" in words(plan_view(make_plan()))
    assert "about 9 min (no budget; a process may take 5 min)" in text
