import re
from collections.abc import Callable

import pytest

from bench.model.result import Result
from bench.report.charts.chart_data import charts
from bench.report.markdown import markdown
from bench.report.sections.markup import safe, table
from tests.factories import make_noise, make_process, make_result
from tests.host_factory import NO_AMX, make_host, unknown
from tests.report.scenes import (
    CONTRADICTION,
    disturbed_round,
    four_lanes,
    invalid_lane,
    long_names,
    nothing_valid,
    one_lane,
    slower_bf16,
)


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table after a heading, split where GitHub splits them."""
    after = text.split(f"{heading}\n", 1)[1].lstrip().split("\n\n")
    lines = next(block for block in after if block.startswith("|")).splitlines()
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def test_every_table_is_rectangular_whatever_the_reasons_hold() -> None:
    nasty = "a | b\nc `d` <e> \\| f * g [h](i)"
    result = make_result(failing={"fp32-ipex": nasty}, host=make_host(brand=nasty))
    text = markdown(result)
    for heading in (
        "## Lanes",
        "### Not measured, or not in every round",
        "## Ratios",
        "## Rounds",
        "## Host and settings",
    ):
        found = rows(text, heading)
        assert len(found) > 2
        assert {len(row) for row in found} == {len(found[0])}


@pytest.mark.parametrize(
    "scene",
    [
        *(disturbed_round, four_lanes, invalid_lane, long_names),
        *(nothing_valid, one_lane, slower_bf16),
    ],
)
def test_every_table_is_rectangular_whatever_ran(scene: Callable[[], Result]) -> None:
    tables = re.findall(r"(?:^\|.*\n)+", markdown(scene()), re.M)
    assert len(tables) >= 4
    for each in tables:
        cells = [len(re.split(r"(?<!\\)\|", line)) for line in each.splitlines()]
        assert set(cells) == {cells[0]}


def test_without_a_valid_lane_there_are_no_figures() -> None:
    text = markdown(nothing_valid())
    assert text.count("> [!CAUTION]") == 3
    for heading in ("## Verdicts", "## Ratios", "## Charts", "## Limits", "## Where the time"):
        assert heading not in text
    assert "×**" not in text


def test_cells_are_escaped() -> None:
    assert safe("a|b\n c") == r"a\|b c"
    assert safe("<b> `x` *y* [z](u)") == r"&lt;b> \`x\` \*y\* \[z\](u)"
    assert safe("back\\|slash") == r"back\\\|slash"
    assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | ---: |\n| 1 | 2 |"


def test_a_row_a_lane() -> None:
    found = {row[0]: row[1:] for row in rows(markdown(make_result()), "## Lanes")}
    assert found["lane"] == [
        "compute img/s",
        "end-to-end img/s",
        "epoch training, hours",
        "× fp32",
        "× fp32-ipex",
        "peak memory",
    ]
    assert found["fp32"][0] == "**6.09** (5.93–6.13)"
    assert found["fp32"][3] == "1"
    assert found["bf16-avx512"][2].startswith("**~1.32** (")
    assert found["bf16-amx"] == ["skipped", "", "", "", "", ""]


def test_ratios_of_both_throughputs_against_both_denominators() -> None:
    found = [row[:3] for row in rows(markdown(make_result()), "## Ratios")[2:]]
    assert len(found) == 2 * 4
    assert ["bf16-avx512", "fp32-ipex", "end to end"] in found
    assert ["fp32", "fp32-ipex", "compute"] in found


def test_rounds_are_in_the_order_they_ran() -> None:
    result = make_result(failing={"fp32-ipex": "died"})
    found = rows(markdown(result), "## Rounds")[2:]
    assert [row[:3] for row in found] == [
        [str(each.round), str(each.position + 1), each.lane] for each in result.processes
    ]
    failed = next(row for row in found if row[2] == "fp32-ipex")
    assert failed[3:] == ["failed", "–", "–", "7.0 s", "0.10", "0.0", "0.3", "0", "–"]


def test_an_interrupted_process_shows_no_rate() -> None:
    result = make_result(rounds=1)
    stopped = make_process("fp32", 2)
    stopped.outcome, stopped.reason = "interrupted", "SIGINT"
    result.processes.append(stopped)
    assert rows(markdown(result), "## Rounds")[-1][3:6] == ["interrupted", "–", "–"]


def test_charts_are_embedded_where_there_are_any() -> None:
    def embedded(result: Result) -> list[str]:
        return re.findall(r"!\[[^\]]+\]\((.+?)\)", markdown(result))

    assert embedded(make_result()) == [
        f"charts/{name}.svg"
        for name in ("speedup", "training_time", "step_phases", "kernel_time", "limits")
    ]
    for failing in ({"fp32": "died"}, {"fp32-ipex": "died"}):
        result = make_result(failing=failing)
        assert embedded(result) == [f"charts/{chart.name}.svg" for chart in charts(result)]
    assert "## Charts" not in markdown(make_result(nothing=True))


def test_it_says_what_where_and_how_to_render_again() -> None:
    text = markdown(make_result())
    assert text.startswith("# PyTorch training on INTEL(R) XEON(R) PLATINUM 8581C CPU @ 2.10GHz\n")
    assert "- **Workload:** ResNet-50, 224×224, batch 16, synthetic data (50,000 images)\n" in text
    assert f"| bf16-amx | skipped | {NO_AMX} |" in text
    assert "bench report DIR" in text
    assert text.endswith("```\n")


def test_verdicts_are_sentences_with_their_word_in_bold() -> None:
    section = markdown(make_result(rounds=6)).split("## Verdicts\n\n")[1].split("\n\n")[0]
    lines = section.splitlines()
    assert len(lines) == 3
    assert re.fullmatch(
        r"- bf16-avx512 is \*\*faster\*\* than fp32-ipex: "
        r"1\.\d\d× \(95 % interval 1\.\d\d–1\.\d\d, 6 rounds\)",
        lines[2],
    )


def test_without_an_interval_no_word_says_faster_or_slower() -> None:
    text = markdown(make_result(rounds=2))
    assert not re.search(r"\b(faster|slower)\b", text)
    assert "- fp32-ipex against fp32: **no verdict**: 2 of the 3 rounds that" in text
    found = [row for row in rows(text, "## Ratios")[2:] if row[0] == "fp32-ipex"]
    assert [row[3] for row in found] == ["no verdict"] * 2
    assert found[0][5] == "– (2 of the 3 rounds that an interval needs)"


def test_why_bf16_loses_follows_its_verdict() -> None:
    lines = markdown(slower_bf16()).splitlines()
    verdict = next(i for i, line in enumerate(lines) if "**slower** than fp32-ipex" in line)
    assert lines[verdict + 1].startswith("  - Its matrix-product peak is 130 GFLOP/s")


def test_an_invalid_lane_is_loud_and_has_no_figure() -> None:
    result = invalid_lane()
    text = markdown(result)
    assert "> [!CAUTION]\n> **INVALID: bf16-amx** has no figure, what ran contradicts" in text
    assert text.count(CONTRADICTION) == 2
    own = [line for line in text.splitlines() if re.match(r"\|.*\bbf16-amx \|", line)]
    # In the tables of lanes, of what ran, of rounds, and of what each lane got.
    assert len(own) == 1 + 1 + 3 + 1
    for line in own:
        if "policy unknown" not in line:
            assert "INVALID" in line
            assert not re.search(r"\b(6[01]\.\d|\d+\.\d×)", line)
    assert not re.search(r"^\| bf16-amx \| fp32", text, re.M)


def test_what_ran_by_instruction_set_share_and_time() -> None:
    result = make_result()
    kernels = result.summary.lanes[2].kernels
    assert kernels is not None
    kernels.at_instruction_set = 0.987
    header, _, *found = rows(markdown(result), "## What ran")
    assert header[:4] == ["lane", "instruction set", "share at it", "convolution forward, ms"]
    by_lane = {row[0]: row for row in found}
    assert list(by_lane) == ["fp32", "fp32-ipex", "bf16-avx512"]
    assert by_lane["bf16-avx512"][1:3] == ["avx512_core_bf16", "99 %"]
    # 16 images at the nominal 6 images/s, of which forward convolutions take a fifth.
    assert by_lane["fp32"][3] == "533"


def test_a_measured_lane_without_evidence_says_so() -> None:
    result = make_result()
    result.summary.lanes[0].kernels = None
    found = {row[0]: row[1:3] for row in rows(markdown(result), "## What ran")}
    assert found["fp32"] == ["no kernel was told", "–"]


def test_where_the_time_goes_in_shares_of_the_step() -> None:
    text = markdown(make_result())
    header, _, fp32, *_ = rows(text, "## Where the time goes")
    assert header[0:2] == ["lane", "median step, ms"]
    assert header[-1] == "outside oneDNN"
    assert fp32[:2] == ["fp32", "2628"]
    shares = [float(cell.removesuffix(" %")) for cell in fp32[2:]]
    assert sum(shares) == pytest.approx(100, abs=2)
    assert "- Reorders' share of the median step: fp32 6 %" in text
    assert "- Share that is outside oneDNN: fp32 " in text


def test_limits_and_how_they_are_measured() -> None:
    result = make_result()
    text = markdown(result)
    found = {row[0]: row[1:] for row in rows(text, "## Limits")}
    assert found["lane"][:4] == ["achieved GFLOP/s", "peak GFLOP/s", "of peak", "of bound"]
    assert found["bf16-avx512"][1] == "420"
    assert found["bf16-avx512"][4:6] == ["30.0", "2600"]
    assert "measured in a lane's first process, after its timed steps" in text
    for lane in result.summary.lanes:
        lane.limits = None
    assert "## Limits" not in markdown(result)


def test_disturbed_rounds_are_marked_and_their_weight_is_told() -> None:
    text = markdown(disturbed_round(rounds=5, number=3))
    marked = [row[0] for row in rows(text, "## Rounds")[2:] if "disturbed" in row[0]]
    assert marked == ["3, disturbed"] * 3
    section = text.split("## Rounds\n")[1].split("\n## ")[0]
    assert "- Round 3 was disturbed: fp32-ipex: others used" in section
    assert "it counts in full, 1/5." in section


def test_nothing_measured_still_makes_a_report() -> None:
    text = markdown(make_result(nothing=True))
    assert "- **Run:** interrupted: interrupted by the user; " in text
    assert "## Ratios" not in text
    assert "## Rounds" not in text


def test_paths_of_the_host_stay_out() -> None:
    host = make_host(big=True)
    assert host.tools.tcmalloc.value is not None
    assert host.tools.tcmalloc.value not in markdown(make_result(host=host))


def test_what_each_lane_got_is_told_once_where_its_processes_agree() -> None:
    text = markdown(make_result(rounds=3))
    section = text.split("## What each lane got")[1].split("##")[0]
    assert section.count("\n| fp32 |") == 1
    assert "| 0-1 | 2 | policy unknown | libc | libiomp5.so |" in section


def test_a_process_that_got_something_else_has_a_row_of_its_own() -> None:
    result = make_result(rounds=3)
    odd = next(process for process in result.processes if process.lane == "fp32")
    assert odd.record is not None
    assert odd.record.observed is not None
    odd.record.observed.affinity_at_start = [1]
    section = markdown(result).split("## What each lane got")[1].split("##")[0]
    assert section.count("\n| fp32 |") == 2


def test_each_round_tells_what_else_wanted_the_cpus() -> None:
    result = make_result(rounds=1)
    seen = {"steal_seconds": 12.34, "others_cpu_seconds": 0.58, "throttled_periods": 1200}
    result.processes[0].noise = make_noise(**seen)
    assert "| 0.10 | 12.3 | 0.6 | 1,200 | 340 |" in markdown(result)
    result.processes[0].noise.steal_seconds = unknown("it had no turn")
    assert "| 0.10 | – | 0.6 | 1,200 | 340 |" in markdown(result)
