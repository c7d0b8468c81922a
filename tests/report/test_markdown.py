import re

from bench.report.chart_data import charts
from bench.report.markdown import markdown, safe, table
from bench.results.schema import Result
from tests.factories import NO_AMX, make_host, make_process, make_result


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


def test_cells_are_escaped() -> None:
    assert safe("a|b\n c") == r"a\|b c"
    assert safe("<b> `x` *y* [z](u)") == r"&lt;b> \`x\` \*y\* \[z](u)"
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
    assert failed[3:] == ["failed", "–", "–", "7.0 s", "0.10", "0.0", "–"]


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
        f"charts/{name}.svg" for name in ("speedup", "training_time", "step_phases")
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
    assert not re.search(r"\b(faster|slower)\b", text)
    assert text.endswith("```\n")


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
    result.processes[0].noise.steal_seconds = 12.34
    assert "| 0.10 | 12.3 | 340 |" in markdown(result)
