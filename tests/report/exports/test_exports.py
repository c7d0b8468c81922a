"""What other programs read of a result."""

import csv
import io
import json
import re

import pytest

from bench.analysis.measures import measures
from bench.model.measure import Measure
from bench.model.result import Result
from bench.report.exports import EXPORTERS, export
from tests.factories import make_result


@pytest.fixture
def result() -> Result:
    return make_result()


def value(result: Result, lane: str, name: str) -> float:
    (one,) = [x for x in measures(result.summary) if (x.lane, x.name) == (lane, name)]
    return one.value


def test_each_format_has_its_name_and_an_ending() -> None:
    assert {name: each.suffix for name, each in EXPORTERS.items()} == {
        "csv": ".csv",
        "google-benchmark": ".json",
        "openmetrics": ".txt",
    }
    assert all(each.name == name for name, each in EXPORTERS.items())


@pytest.mark.parametrize("name", EXPORTERS)
def test_a_run_without_a_figure_is_exported_as_such(name: str) -> None:
    text = export(make_result(nothing=True), name).decode()
    assert text
    assert "fp32" not in text


def test_a_format_is_one_class_and_one_entry(
    result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Count:
        name = "count"
        suffix = ".txt"

        def export(self, measures: list[Measure], result: Result) -> bytes:
            return f"{len(measures)} of {result.plan.profile}".encode()

    monkeypatch.setitem(EXPORTERS, "count", Count())
    assert export(result, "count") == f"{len(measures(result.summary))} of quick".encode()


def test_csv_has_a_row_a_lane_and_measure(result: Result) -> None:
    rows = list(csv.DictReader(io.StringIO(export(result, "csv").decode())))
    assert list(rows[0]) == ["lane", "name", "value", "unit", "low", "high", "better"]
    assert [(row["lane"], row["name"]) for row in rows] == [
        (each.lane, each.name) for each in measures(result.summary)
    ]
    for row, measure in zip(rows, measures(result.summary), strict=True):
        assert float(row["value"]) == measure.value
        assert (row["low"] == "") == (measure.low is None)


def test_google_benchmark_is_what_its_compare_tool_reads(result: Result) -> None:
    """The keys that google/benchmark's tools/gbench/report.py asks of each benchmark."""
    read = json.loads(export(result, "google-benchmark"))
    names = [each["name"] for each in read["benchmarks"]]
    assert len(set(names)) == len(names)
    for each in read["benchmarks"]:
        assert each["run_type"] == "iteration"
        assert each["time_unit"] == "ns"
        assert each["real_time"] == each["cpu_time"] > 0
        assert each["iterations"] == 36, "three rounds of twelve steps"
    assert read["context"]["num_cpus"] == result.host.topology.threads
    assert read["context"]["date"] == result.started_at


def test_google_benchmarks_times_are_a_samples_and_its_counters_the_rest(result: Result) -> None:
    read = json.loads(export(result, "google-benchmark"))["benchmarks"]
    by_name = {each["name"]: each for each in read}
    compute, rate = by_name["fp32/compute"], value(result, "fp32", "compute_throughput")
    assert compute["items_per_second"] == rate
    assert compute["real_time"] == pytest.approx(1e9 / rate)
    assert compute["peak_memory"] == value(result, "fp32", "peak_memory")
    assert compute["bound_share"] == value(result, "fp32", "bound_share")
    assert "peak_memory" not in by_name["fp32/end_to_end"], "once a lane"
    forward = by_name["fp32/step_forward"]["real_time"]
    assert forward == pytest.approx(1e9 * value(result, "fp32", "step_forward_time"))


METRIC = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"({METRIC})\{{({LABEL}(?:,{LABEL})*)\}} (-?[0-9.]+(?:e[+-][0-9]+)?)")
HEAD = re.compile(rf"# (TYPE|UNIT|HELP) ({METRIC}) (.+)")


def samples(text: str) -> dict[str, dict[str, float]]:
    """By metric and labels. Asserts what OpenMetrics 1.0 demands of gauges."""
    assert text.endswith("\n# EOF\n")
    metric, heads = "", dict[str, str]()
    families: dict[str, dict[str, float]] = {}
    for line in text.removesuffix("# EOF\n").splitlines():
        if head := HEAD.fullmatch(line):
            if head[2] != metric:
                metric, heads = head[2], {}
                assert metric not in families, "a family's lines stand together"
                families[metric] = {}
            assert head[1] not in heads
            assert not families[metric], "what describes a family stands before its samples"
            heads[head[1]] = head[3]
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample, line
        assert sample[1] == metric
        assert heads["TYPE"] == "gauge"
        assert "UNIT" not in heads or metric.endswith(f"_{heads['UNIT']}")
        assert sample[2] not in families[metric]
        families[metric][sample[2]] = float(sample[3])
    return families


def test_openmetrics_is_valid_and_has_every_figure(result: Result) -> None:
    families = samples(export(result, "openmetrics").decode())
    units = {"samples/s": "samples_per_second"}
    count = 1  # what was measured, and where
    for each in measures(result.summary):
        for part, figure in (("", each.value), ("_low", each.low), ("_high", each.high)):
            if figure is not None:
                name = f"bench_{each.name}{part}_{units.get(each.unit, each.unit)}"
                assert families[name][f'lane="{each.lane}"'] == figure
                count += 1
    assert sum(map(len, families.values())) == count


def test_a_strangers_words_break_no_format() -> None:
    hostile = 'a"b\\c\nd{}# EOF\x1b[2J,=1+1\ud800'
    result = make_result()
    result.host.name = hostile
    result.host.cpu.brand.value = hostile
    result.kit.version = hostile
    for name in EXPORTERS:
        text = export(result, name).decode()
        assert "\x1b" not in text
    info = samples(export(result, "openmetrics").decode())["bench_run_info"]
    (labels,) = info
    assert r'host="a\"b\\c d{}# EOF' in labels
    assert json.loads(export(result, "google-benchmark"))["context"]["host_name"] == hostile
