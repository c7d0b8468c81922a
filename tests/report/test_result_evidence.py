"""What a result's document says of what ran, of limits and of rounds."""

import re

import pytest

from bench.model.record import Failure
from bench.model.result import Result
from tests.factories import make_process, make_result
from tests.report.reading import report, section
from tests.report.scenes import (
    disturbed_round,
    leaving_ipex,
    observed_of,
    record_of,
    summarized,
)
from tests.report.test_markdown import rows


def test_what_ran_by_instruction_set_share_and_time() -> None:
    result = make_result()
    kernels = result.summary.lanes[2].kernels
    assert kernels is not None
    kernels.at_instruction_set = 0.987
    header, _, *cells = rows(report(result), "## What ran")
    assert header[:3] == ["lane", "instruction set", "share at it"]
    assert header[3:6] == ["calls seen", "of the step", "convolution forward, ms"]
    by_lane = {row[0]: row for row in cells}
    assert list(by_lane) == ["fp32", "fp32-ipex", "bf16-avx512"]
    assert by_lane["bf16-avx512"][1:3] == ["avx512_core_bf16", "99 %"]
    # 16 samples at the nominal 6 a second, of which forward convolutions take a fifth.
    assert by_lane["fp32"][5] == "533"


@pytest.mark.parametrize(
    ("calls", "expected", "covered", "written"),
    [
        (160, 161, 0.7312, ["160 of 161", "73 %"]),
        (1, 29, 0.0002, ["1 of 29", "0.0 %"]),
        (1234, None, 0.5, ["1,234", "50 %"]),
        (None, None, None, ["–", "–"]),
    ],
)
def test_what_the_evidence_covers_is_told(
    calls: int | None, expected: int | None, covered: float | None, written: list[str]
) -> None:
    result = make_result()
    kernels = result.summary.lanes[0].kernels
    assert kernels is not None
    kernels.calls, kernels.calls_expected, kernels.covered = calls, expected, covered
    cells = {row[0]: row for row in rows(report(result), "## What ran")}
    assert cells["fp32"][3:5] == written


def generated_rows(result: Result) -> dict[str, list[str]]:
    cells = rows(report(result), "| lane | kernels")
    return {row[0]: row[1:] for row in cells[2:]}


def test_generated_code_by_its_compilers_account_and_its_machine_code() -> None:
    result = leaving_ipex(rounds=2)
    found = generated_rows(result)
    assert list(found) == ["fp32-compile", "bf16-avx512-compile", "bf16-amx-compile"]
    kernels, vectors, code, outside = found["bf16-avx512-compile"]
    assert (kernels, vectors, code) == ("87", "avx512", "9,000 avx512_core instructions")
    assert outside.endswith(" %")
    assert "no library prints a line" in section(report(result), "What ran")
    assert "machine code" not in section(report(make_result()), "What ran")


def test_generated_code_that_was_not_read_or_has_no_vectors() -> None:
    result = leaving_ipex(rounds=1)
    for instructions, written in ((None, "not read"), ({}, "no vectors")):
        compilation = record_of(result.processes[5]).compilation
        assert compilation is not None
        assert compilation.generated is not None
        compilation.generated.instructions = instructions
        assert generated_rows(result)["fp32-compile"][2] == written


def test_a_measured_lane_without_evidence_says_so() -> None:
    result = make_result()
    result.summary.lanes[0].kernels = None
    cells = {row[0]: row[1:3] for row in rows(report(result), "## What ran")}
    assert cells["fp32"] == ["no kernel was told", "–"]
    for lane in result.summary.lanes:
        lane.kernels = None
    assert "left oneDNN's account of a step" in section(report(result), "What ran")


def test_where_the_time_goes_in_shares_of_the_step() -> None:
    text = report(make_result())
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
    text = report(result)
    cells = {row[0]: row[1:] for row in rows(text, "## Limits\n\nLimits are")}
    assert cells["lane"][:4] == ["achieved GFLOP/s", "peak GFLOP/s", "of peak", "of bound"]
    assert cells["bf16-avx512"][1] == "420"
    assert cells["bf16-avx512"][4:6] == ["30.0", "2600"]
    assert "measured in a lane's first process, after its timed steps" in text
    assert "- Bound: the roofline" in text


def test_limits_that_are_missing_have_their_reason() -> None:
    result = make_result()
    for process in result.processes:
        record = record_of(process)
        record.limits = None
        if process.lane == "fp32" and process.round == 1:
            record.limits_failure = Failure(kind="MemoryError", message="no room for arrays")
    text = section(report(summarized(result)), "Limits")
    assert text.splitlines()[:2] == [
        "- Not known of fp32: MemoryError: no room for arrays.",
        "- Not known of fp32-ipex, bf16-avx512: no process measured them.",
    ]


def test_what_a_lane_got_and_was_not_planned_is_told() -> None:
    result = make_result()
    for process in result.processes:
        if process.lane == "fp32":
            observed_of(process).flush_denormal = False
    text = section(report(summarized(result)), "What may have hurt the measurement")
    assert re.search(r"- ! fp32: denormals", text)


def test_disturbed_rounds_are_marked_and_their_weight_is_told() -> None:
    text = report(disturbed_round(rounds=5, number=3))
    marked = [row[0] for row in rows(text, "## Rounds")[2:] if "disturbed" in row[0]]
    assert marked == ["3, disturbed"] * 3
    assert "- Round 3 was disturbed: fp32-ipex: others used" in section(text, "Rounds")
    assert "it counts in full, as 1 of 5 rounds." in section(text, "Rounds")


def test_rounds_that_are_not_complete_are_told() -> None:
    result = make_result(rounds=1)
    result.processes.append(make_process("fp32", 2))
    assert "- **Profile:** quick, 2 rounds, 1 of them complete\n" in report(result)
