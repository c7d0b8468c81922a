"""Lanes that are not what their name says, planted in a real run: the evidence must tell."""

import io

import pytest

from bench.errors import Exit
from bench.host.probe import probe
from bench.plan.make import make_plan
from bench.plan.match import matches
from bench.plan.options import Options
from bench.report.progress import PlainDisplay
from bench.results.folder import read
from bench.run.session import Run

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """One smoke run of an honest FP32 lane and three that lie."""
    host = probe()
    if not host.usable("avx512_bf16") or matches(host)["bf16-avx512"] is not None:
        pytest.skip("two of the lies need AVX512_BF16 and IPEX")
    lanes = ["fp32", "fp32", "fp32", "bf16-avx512"]
    plan = make_plan(host, Options(profile="smoke", lane=lanes, data="synthetic"))
    honest, loose, misspelt, lowered = plan.lanes
    assert (honest.id, misspelt.id) == ("fp32", "fp32-3")
    loose.environment = {**loose.environment, "ONEDNN_DEFAULT_FPMATH_MODE": "BF16"}
    ceiling = misspelt.environment.pop("ONEDNN_MAX_CPU_ISA")
    misspelt.environment = {**misspelt.environment, "ONEDNN_MAX_CPU_IAS": ceiling}
    lowered.environment = {
        **lowered.environment,
        "ONEDNN_MAX_CPU_ISA": "AVX512_CORE",
        "ATEN_CPU_CAPABILITY": "avx512",
    }
    folder = tmp_path_factory.mktemp("lies")
    under_way = Run.begin(host, plan, folder, ["bench"], PlainDisplay(io.StringIO(), plan))
    under_way.measure(folder / "data")
    return under_way


def lane(run, name):
    return next(lane for lane in read(run.folder).plan.lanes if lane.id == name)


def test_the_run_ends_with_a_failure_and_only_the_honest_lane_has_figures(run):
    assert run.exit_code == Exit.LANE_FAILED
    figures = {x.lane: x.compute_images_per_second for x in run.result.summary.lanes}
    assert figures.pop("fp32") is not None
    assert set(figures.values()) == {None}
    assert not any(x.compute_ratios for x in run.result.summary.lanes)
    assert lane(run, "fp32").status == "measured"


def test_an_fp32_lane_that_may_compute_in_bf16_is_invalid(run):
    found = lane(run, "fp32-2")
    assert found.status == "invalid"
    assert "may compute FP32 in bf16" in found.reason


def test_a_lane_whose_ceiling_is_misspelt_is_invalid(run):
    found = lane(run, "fp32-3")
    assert found.status == "invalid"
    assert "the ceiling AVX512_CORE was not in force" in found.reason


def test_a_bf16_lane_without_bf16_instructions_is_invalid(run):
    found = lane(run, "bf16-avx512")
    assert found.status == "invalid"
    assert "emulated BF16" in found.reason


def test_the_reports_show_an_invalid_lane_loudly_and_without_a_figure(run):
    report = (run.folder / "report.md").read_text()
    first, *_ = [line for line in report.splitlines() if line.startswith("| bf16-avx512 |")]
    assert first.replace(" ", "").strip("|").split("|")[:2] == ["bf16-avx512", "**INVALID**"]
    assert not any(cell.strip() for cell in first.strip("|").split("|")[2:])
