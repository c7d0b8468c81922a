"""What the document of a result says, whatever medium writes it: here, in Markdown."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.model.result import Result
from bench.model.summary import Interval
from bench.report.charts.catalogue import charts
from bench.report.document.result import last_line, result_document
from tests.factories import make_noise, make_process, make_result
from tests.host_factory import NO_AMX, make_host, unknown
from tests.report.reading import answer, report, section, shown
from tests.report.scenes import (
    CONTRADICTION,
    disturbed_round,
    four_lanes,
    functional_check,
    invalid_lane,
    leaving_ipex,
    long_names,
    many_lanes,
    nothing_valid,
    observed_of,
    one_lane,
    over_avx512,
    slower_bf16,
    two_stacks,
)
from tests.report.test_markdown import rows

SCENES = [
    *(disturbed_round, four_lanes, functional_check, invalid_lane, long_names, many_lanes),
    *(leaving_ipex, nothing_valid, one_lane, slower_bf16, two_stacks),
]


def test_every_table_is_rectangular_whatever_the_reasons_hold() -> None:
    nasty = "a | b\nc `d` <e> \\| f * g [h](i)"
    result = make_result(failing={"fp32-ipex": nasty}, host=make_host(brand=nasty))
    text = report(result)
    for heading in (
        "## Lanes",
        "### Not measured, or not in every round",
        "## Lane against lane",
        "## Rounds",
        "## Host and settings",
    ):
        cells = rows(text, heading)
        assert len(cells) > 2
        assert {len(each) for each in cells} == {len(cells[0])}


@pytest.mark.parametrize("scene", SCENES)
def test_every_table_is_rectangular_whatever_ran(scene: Callable[[], Result]) -> None:
    tables = re.findall(r"(?:^\|.*\n)+", report(scene()), re.M)
    assert len(tables) >= 4
    for each in tables:
        cells = [len(re.split(r"(?<!\\)\|", line)) for line in each.splitlines()]
        assert set(cells) == {cells[0]}


def test_the_answer_comes_first_and_is_about_bf16() -> None:
    sure = r"× \(95 % interval [\d.–]+, 6 rounds\)"
    assert re.fullmatch(
        rf"bf16-amx is \*\*faster\*\* than fp32: 10\.\d+{sure}, than fp32-ipex: 8\.\d+{sure}, "
        rf"and than bf16-avx512: 5\.\d+{sure}\. "
        rf"bf16-avx512 is \*\*faster\*\* than fp32: 1\.8\d{sure}, "
        rf"and than fp32-ipex: 1\.5\d{sure}\.",
        answer(over_avx512(four_lanes())),
    )
    assert re.fullmatch(
        rf"bf16-avx512 is \*\*slower\*\* than fp32: 0\.7\d{sure}, "
        rf"and than fp32-ipex: 0\.6\d{sure}\.",
        answer(slower_bf16()),
    )


def test_an_answer_without_a_verdict_says_why_in_a_sentence_of_its_own() -> None:
    result = over_avx512(four_lanes())
    last = result.summary.lanes[3].compute_ratios[-1]
    last.value, last.verdict = 1.01, "undecided"
    last.interval = Interval(low=0.97, high=1.06, level=0.95, method="by hand")
    assert (
        "6 rounds). bf16-amx against bf16-avx512: **no verdict**, the 95 % interval 0.97–1.06 "
        "holds 1 (6 rounds). bf16-avx512 is **faster** than fp32: "
    ) in answer(result)


def test_amx_has_a_row_against_bf16_on_avx512_beside_the_best_fp32_lane() -> None:
    cells = rows(report(over_avx512(four_lanes())), "## Lane against lane")[2:]
    assert [row[:2] for row in cells] == [
        ["fp32-ipex", "fp32"],
        ["bf16-avx512", "fp32"],
        ["bf16-avx512", "fp32-ipex"],
        ["bf16-amx", "fp32"],
        ["bf16-amx", "fp32-ipex"],
        ["bf16-amx", "bf16-avx512"],
    ]
    assert cells[-1][2].startswith("**5.")
    assert cells[-1][4:6] == ["faster", "6"]


def test_a_functional_check_has_no_verdict_and_no_figure_in_bold() -> None:
    result = functional_check()
    text = report(result)
    assert answer(result) == (
        "**A functional check: it shows what trains here, and is too short to measure by.** "
        "Trained: fp32, fp32-ipex, bf16-avx512; bf16-amx skipped."
    )
    bold = re.findall(r"\*\*([^*]+)\*\*", text)
    assert not [words for words in bold if re.search(r"\d", words)]
    for said in (text, shown(result_document(result), 100)):
        assert not re.search(r"\b(faster|slower|undecided|no verdict)\b", said)
        assert said.count("unctional check") >= 1
    assert "| fp32-ipex | fp32 | 1.18× | – | 1 | – | 1.18× |" in text


def test_why_the_batch_is_not_the_profiles_own_is_told_after_the_run_too() -> None:
    reason = "batch 16: with 128 this host has room for one round"
    result = make_result(batch_reason=reason)
    assert f"\n- **Batch:** {reason}\n" in report(result)
    assert f"Batch     {reason}" in shown(result_document(result), 100)
    assert "Batch:" not in report(make_result())


def test_the_answer_without_anything_to_compare() -> None:
    assert answer(one_lane()) == "fp32 trains 5.93 img/s: no lane but fp32 was measured."
    assert answer(nothing_valid()) == "No figure: no lane has a valid compute rate."
    assert answer(make_result(nothing=True)).startswith("No figure: ")
    assert not re.search(r"\b(faster|slower)\b", answer(make_result(rounds=2)))
    without_baseline = answer(make_result(failing={"fp32": "died"}))
    assert without_baseline.startswith("bf16-avx512 is **faster** than fp32-ipex: ")


def test_without_a_valid_lane_there_are_no_figures_and_sections_say_why() -> None:
    text = report(nothing_valid())
    assert text.count("> [!CAUTION]") == 3
    told = section(text, "Lane against lane").strip()
    assert told == "None: no lane has a valid compute rate."
    assert section(text, "Charts").strip() == "None: no lane has a valid figure."
    assert section(text, "Limits").strip() == "- Not known: no lane has a valid compute rate."
    assert section(text, "Where the time goes").startswith("Not known: ")
    assert "×**" not in text


def test_a_row_a_lane() -> None:
    cells = {row[0]: row[1:] for row in rows(report(make_result()), "## Lanes")}
    assert cells["lane"] == [
        *("compute img/s", "end-to-end img/s", "epoch, hours", "× fp32", "× fp32-ipex"),
        *("at its ISA", "peak GiB"),
    ]
    assert cells["fp32"][0] == "**6.09** (5.93–6.13)"
    assert cells["fp32"][3] == "1"
    assert cells["bf16-avx512"][2].startswith("**~1.32** (")
    assert cells["bf16-avx512"][5:] == ["100 %", "2.6"]
    assert cells["bf16-amx"] == ["skipped", *[""] * 6]


def test_a_rows_figures_are_those_of_the_summary() -> None:
    result = make_result(rounds=1)
    lane = result.summary.lanes[2]
    assert [each.value for each in lane.compute_ratios] == pytest.approx(
        [11.2 / 6.0, 11.2 / 7.3], rel=0.05
    )
    assert lane.kernels is not None
    lane.kernels.at_instruction_set = 0.994
    cells = {row[0]: row[1:] for row in rows(report(result), "## Lanes")}
    compute, end_to_end, epoch, *ratios, share, _ = cells["bf16-avx512"]
    assert float(compute.strip("*")) == pytest.approx(10.7, abs=0.1)
    assert float(end_to_end.strip("*")) == pytest.approx(10.7 * 0.94, abs=0.1)
    assert float(epoch.strip("*~")) == pytest.approx(50_000 / 10.06 / 3600, abs=0.02)
    assert ratios == [f"**{each.value:.2f}×**" for each in lane.compute_ratios]
    assert share == "99.4 %"


def test_the_interval_stands_with_the_ratio() -> None:
    result = make_result()
    interval = result.summary.lanes[2].compute_ratios[0].interval
    assert interval is not None
    cells = {row[0]: row[1:] for row in rows(report(result), "## Lanes")}
    assert cells["bf16-avx512"][3].endswith(f"({interval.low:.2f}–{interval.high:.2f})")


def test_a_rate_is_in_the_workloads_unit() -> None:
    result = make_result()
    lanes = [
        lane.model_copy(update={"workload": lane.workload.model_copy(update={"unit": "seq"})})
        for lane in result.plan.lanes
    ]
    result.plan = result.plan.model_copy(update={"lanes": lanes})
    text = report(result)
    assert "| lane | compute seq/s | end-to-end seq/s |" in text
    assert "img/s" not in text


def test_one_round_shows_no_range() -> None:
    table = section(report(make_result(rounds=1)), "Lanes")
    assert not re.search(r"[\d.]+–[\d.]+", table)


def test_a_measured_epoch_is_not_marked() -> None:
    assert "~" not in report(make_result(measured_epochs=True))


def test_the_best_fp32_lane_is_named_or_said_to_be_the_baseline() -> None:
    assert "fp32-ipex is the FP32 lane with" in report(make_result())
    alone = report(make_result(failing={"fp32-ipex": "died"}))
    assert "fp32 is also the FP32 lane with" in alone
    assert "× fp32-ipex" not in alone


def test_ratios_of_both_throughputs_against_both_denominators() -> None:
    header, _, *cells = rows(report(make_result()), "## Lane against lane")
    assert header == [
        *("lane", "over", "compute", "95 % interval", "verdict", "rounds", "rounds' range"),
        "end to end",
    ]
    assert [row[:2] for row in cells] == [
        ["fp32-ipex", "fp32"],
        ["bf16-avx512", "fp32"],
        ["bf16-avx512", "fp32-ipex"],
    ]
    assert re.fullmatch(r"1\.\d\d× \(\d\.\d\d–\d\.\d\d\)", cells[2][7])


def test_rounds_are_in_the_order_they_ran() -> None:
    result = make_result(failing={"fp32-ipex": "died"})
    cells = rows(report(result), "## Rounds")[2:]
    assert [row[:3] for row in cells] == [
        [str(each.round), str(each.position + 1), each.lane] for each in result.processes
    ]
    failed = next(row for row in cells if row[2] == "fp32-ipex")
    assert failed[3:] == ["failed", "–", "–", "7.0 s", "0.10", "0.0", "0.3", "0", "–"]


def test_an_interrupted_process_shows_no_rate() -> None:
    result = make_result(rounds=1)
    stopped = make_process("fp32", 2)
    stopped.outcome, stopped.reason = "interrupted", "SIGINT"
    result.processes.append(stopped)
    assert rows(report(result), "## Rounds")[-1][3:6] == ["interrupted", "–", "–"]


def test_charts_are_embedded_where_there_are_any() -> None:
    def embedded(result: Result) -> list[str]:
        return re.findall(r"!\[[^\]]+\]\((.+?)\)", report(result))

    assert embedded(make_result()) == [
        f"charts/{name}.svg"
        for name in ("speedup", "training_time", "step_phases", "kernel_time", "limits", "steps")
    ]
    for failing in ({"fp32": "died"}, {"fp32-ipex": "died"}):
        result = make_result(failing=failing)
        assert embedded(result) == [f"charts/{chart.name}.svg" for chart in charts(result)]
    assert embedded(make_result(nothing=True)) == []


def test_it_says_what_where_and_how_to_render_again() -> None:
    text = report(make_result())
    title = "# PyTorch training on INTEL(R) XEON(R) PLATINUM 8581C CPU @ 2.10GHz"
    assert text.split("\n\n")[1] == title
    assert "- **Workload:** ResNet-50, 224×224, batch 16, synthetic data (50,000 samples)\n" in text
    assert f"| bf16-amx | skipped | {NO_AMX} |" in text
    assert "bench report --write DIR" in text
    assert text.endswith("```\n")


def test_every_stack_has_its_own_releases() -> None:
    software = "- **Software:** bench 0.1.0 (1a2b3c4d5e6f); "
    one = "intel-extension-for-pytorch 2.8.0, python 3.11.7, torch 2.8.0, torchvision 0.23.0\n"
    assert software + one in report(make_result())
    assert (
        f"{software}stack ipex: {one[:-1]}; "
        "stack torch: python 3.11.7, torch 2.14.1, torchvision 0.29.1\n"
    ) in report(two_stacks())


def test_two_releases_in_one_stack_are_told_by_lane() -> None:
    result = make_result()
    for process in result.processes:
        if process.lane == "bf16-avx512":
            observed_of(process).versions["torch"] = "2.8.1"
    assert "torch 2.8.0 (fp32, fp32-ipex); 2.8.1 (bf16-avx512), torchvision" in report(result)


def test_batches_that_differ_are_told_by_lane() -> None:
    assert "ResNet-50, 224×224, batch 16 (fp32, fp32-ipex); batch 32 (bf16-avx512), " in report(
        two_stacks()
    )


def test_without_an_interval_no_word_says_faster_or_slower() -> None:
    text = report(make_result(rounds=2))
    assert not re.search(r"\b(faster|slower)\b", text)
    assert "bf16-avx512 against fp32: **no verdict**, 2 of the 3 rounds that an interval" in text
    cells = [row for row in rows(text, "## Lane against lane")[2:] if row[0] == "fp32-ipex"]
    assert cells[0][3:5] == ["–", "no verdict: 2 of the 3 rounds that an interval needs"]


def test_an_interval_that_holds_1_is_told_in_the_row() -> None:
    result = make_result(rounds=6)
    ratio = result.summary.lanes[1].compute_ratios[0]
    ratio.interval = Interval(low=0.97, high=1.06, level=0.95, method="by hand")
    ratio.verdict = "undecided"
    cells = rows(report(result), "## Lane against lane")[2]
    assert cells[3:5] == ["0.97–1.06", "no verdict: the interval holds 1"]


def test_why_bf16_loses_stands_beneath_the_rows() -> None:
    lines = section(report(slower_bf16()), "Lane against lane").splitlines()
    why = lines.index("- Why bf16-avx512 is slower than fp32-ipex:")
    assert lines[why + 1].startswith("  - Its matrix-product peak is 130 GFLOP/s")


def test_an_invalid_lane_is_loud_and_has_no_figure() -> None:
    text = report(invalid_lane())
    assert "> [!CAUTION]\n> **INVALID: bf16-amx** has no figure, what ran contradicts" in text
    assert text.count(CONTRADICTION) == 2
    own = [line for line in text.splitlines() if re.match(r"\|.*\bbf16-amx \|", line)]
    # In the tables of lanes, of what ran, of rounds, and of what each lane got.
    assert len(own) == 1 + 1 + 3 + 1
    for line in own:
        if "policy unknown" not in line:
            assert "**INVALID**" in line
            assert not re.search(r"\b(6[01]\.\d|\d+\.\d×)", line)
    assert not re.search(r"^\| bf16-amx \| fp32", text, re.M)


def test_nothing_measured_still_makes_a_report() -> None:
    text = report(make_result(nothing=True))
    assert "- **Run:** interrupted by the user\n" in text
    assert section(text, "Rounds").strip() == "None: the run ended before its first process."
    # In the table of lanes and with its reason, for each of the three lanes that could run.
    assert text.count("not reached") == 2 * 3


@pytest.mark.parametrize("scene", SCENES)
def test_no_path_of_the_host_is_in_the_report_or_a_picture(scene: Callable[[], Result]) -> None:
    result = scene()
    result.host = make_host(big=True)
    for text in (report(result), *(chart.description for chart in charts(result))):
        assert not re.search(r"(?<![\w>/])/(?!/)[a-z]+/\w", text)


def test_what_each_lane_got_is_told_once_where_its_processes_agree() -> None:
    text = section(report(make_result(rounds=3)), "What each lane got")
    assert text.count("\n| fp32 |") == 1
    assert "| 0-1 | 2 | policy unknown | libc | libiomp5.so |" in text


def test_a_process_that_got_something_else_has_a_row_of_its_own() -> None:
    result = make_result(rounds=3)
    odd = next(process for process in result.processes if process.lane == "fp32")
    observed_of(odd).affinity_at_start = [1]
    assert section(report(result), "What each lane got").count("\n| fp32 |") == 2


def test_each_round_tells_what_else_wanted_the_cpus() -> None:
    result = make_result(rounds=1)
    seen = {"steal_seconds": 12.34, "others_cpu_seconds": 0.58, "throttled_periods": 1200}
    result.processes[0].noise = make_noise(**seen)
    assert "| 0.10 | 12.3 | 0.6 | 1,200 | 340 |" in report(result)
    result.processes[0].noise.steal_seconds = unknown("it had no turn")
    assert "| 0.10 | – | 0.6 | 1,200 | 340 |" in report(result)


def test_the_last_line_counts_invalid_lanes() -> None:
    said = last_line(invalid_lane(), Path("results/x"))
    assert said == "completed: 3 lanes measured, 1 invalid; results/x"
