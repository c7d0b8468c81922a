"""What the console views say, and that they fit: at 80 columns and on wide terminals."""

import io
import re

import pytest
from rich.console import Console, RenderableType

from bench.plan.cores import LaneCores
from bench.report.host_tables import host_view
from bench.report.plan_tables import plan_view
from bench.report.result_tables import result_view
from tests.factories import (
    LONG_BRAND,
    NO_AMX,
    make_host,
    make_lanes,
    make_plan,
    make_process,
    make_result,
    unknown,
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
    for name in VIEWS:
        assert not re.search(r"\b(faster|slower)\b", shown(VIEWS[name]))


def test_a_row_a_lane_with_its_figures() -> None:
    view = result_view(make_result(rounds=1))
    compute, end_to_end, epoch, over_fp32, over_best, memory = row(view, "bf16-avx512")
    assert float(compute) == pytest.approx(10.7, abs=0.1)
    assert float(end_to_end) == pytest.approx(10.7 * 0.94, abs=0.1)
    assert float(epoch.removeprefix("~")) == pytest.approx(50_000 / 10.06 / 3600, abs=0.02)
    assert epoch.startswith("~")
    assert (over_fp32, over_best) == ("1.81×", "1.53×")
    assert memory == "2.6"
    assert row(view, "fp32")[3] == "1"
    assert row(view, "bf16-amx") == ["skipped"]


def test_ranges_stand_beneath_with_their_meaning() -> None:
    text = shown(result_view(make_result()))
    lines = text.splitlines()
    beneath = lines[[line.startswith("■ fp32 ") for line in lines].index(True) + 1]
    assert re.findall(r"[\d.]+–[\d.]+", beneath)[0] == "5.93–6.13"
    assert "lowest and the highest round, not a confidence interval" in " ".join(text.split())


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
    assert "about 3.7 GiB for the largest lane" in text


def test_rounds_and_time_of_a_plan() -> None:
    text = words(plan_view(make_plan(rounds_min=3, rounds_max=10, time_budget_seconds=None)))
    assert "3 to 10, lanes shuffled in each, seed 20261123" in text
    assert "about 9 min (no budget; a process may take 5 min)" in text
