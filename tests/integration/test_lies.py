"""Lanes that are not what their name says, planted in a real run: the evidence must tell.

Each is made of the catalogue's FP32 lane, at ceilings that this host has; an honest IPEX lane is
among them.
"""

import io
from importlib.util import find_spec

import pytest

from bench.errors import Exit
from bench.host.probe import probe
from bench.plan.make import make_plan
from bench.plan.options import Options
from bench.report.progress import PlainDisplay
from bench.results.folder import read
from bench.run.session import Run

pytestmark = pytest.mark.integration

HOST = probe()
AVX512 = HOST.usable("avx512f")
CEILING, LEVEL, BELOW = (
    ("AVX512_CORE", "avx512", "AVX2") if AVX512 else ("AVX2", "avx2", "AVX")
)  # what FP32 may use here, what IPEX calls it, and one less


def changed(lane, **setup):
    return lane.model_copy(update={"setup": lane.setup.model_copy(update=setup)})


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """One smoke run of two honest FP32 lanes, stock and IPEX, and two or three that lie."""
    if not HOST.usable("avx2"):
        pytest.skip("a ceiling below FP32's own is wanted, and no lower one has products")
    if find_spec("intel_extension_for_pytorch") is None:
        pytest.skip("IPEX is not installed")
    options = Options(profile="smoke", model="resnet18", lane=["fp32"] * 5, data="synthetic")
    plan = make_plan(HOST, options)
    honest, loose, misspelt, ipex, emulated = plan.lanes[:5]
    assert (honest.id, misspelt.id) == ("fp32", "fp32-3")
    capped = {"ONEDNN_MAX_CPU_ISA": CEILING}
    engine = {"engine": "ipex", "memory_format": "channels_last", "ceiling": CEILING}
    engine["environment"] = {**capped, "ATEN_CPU_CAPABILITY": LEVEL}
    lanes = [
        honest,
        changed(loose, environment={**capped, "ONEDNN_DEFAULT_FPMATH_MODE": "BF16"}),
        changed(misspelt, ceiling=BELOW, environment={"ONEDNN_MAX_CPU_IAS": BELOW}),
        changed(ipex, **engine),
    ]
    if AVX512:  # else IPEX refuses BF16
        named = {"precision": "bf16", "ceiling": "AVX512_CORE_BF16"}
        emulated = emulated.model_copy(update={"instruction_set": "avx512_core_bf16"})
        lanes.append(changed(emulated, **(engine | named)))
    plan = plan.model_copy(update={"lanes": lanes})
    folder = tmp_path_factory.mktemp("lies")
    under_way = Run.begin(HOST, plan, folder, ["bench"], PlainDisplay(io.StringIO(), plan))
    under_way.measure(folder / "data")
    return under_way


def lane(run, name):
    return next(each for each in read(run.folder).summary.lanes if each.lane == name)


def test_the_run_ends_with_a_failure_and_only_the_honest_lanes_have_figures(run):
    assert run.exit_code == Exit.LANE_FAILED
    figures = {x.lane: x.compute_samples_per_second for x in run.result.summary.lanes}
    assert figures.pop("fp32") is not None
    assert figures.pop("fp32-4") is not None
    assert set(figures.values()) == {None}
    ratios = {x.lane: [each.against for each in x.compute_ratios] for x in run.result.summary.lanes}
    assert ratios.pop("fp32-4") == ["fp32"]
    assert not any(ratios.values())
    assert lane(run, "fp32").state == "measured"


def test_an_honest_ipex_lane_is_measured_at_its_ceiling(run):
    assert (lane(run, "fp32-4").state, lane(run, "fp32-4").reason) == ("measured", None)
    (process,) = [each for each in run.result.processes if each.lane == "fp32-4"]
    assert process.record.observed.ipex_mapped
    assert process.record.observed.ipex_isa == LEVEL.upper()
    convolutions = [each for each in process.kernels if each.primitive == "convolution"]
    assert any(CEILING.lower() in each.instruction_sets for each in convolutions)


def test_an_fp32_lane_that_may_compute_in_bf16_is_invalid(run):
    loose = lane(run, "fp32-2")
    assert loose.state == "invalid"
    assert "may compute FP32 in bf16" in loose.reason


def test_a_lane_whose_ceiling_is_misspelt_is_invalid(run):
    misspelt = lane(run, "fp32-3")
    assert misspelt.state == "invalid"
    assert f"the ceiling {BELOW} was not in force" in misspelt.reason


def test_a_bf16_lane_without_bf16_instructions_is_invalid(run):
    if not AVX512:
        pytest.skip("BF16 is emulated on AVX-512 only")
    emulated = lane(run, "fp32-5")
    assert emulated.state == "invalid"
    assert "emulated BF16" in emulated.reason


def test_the_reports_show_an_invalid_lane_loudly_and_without_a_figure(run):
    report = (run.folder / "report.md").read_text()
    first, *_ = [line for line in report.splitlines() if line.startswith("| fp32-2 |")]
    assert first.replace(" ", "").strip("|").split("|")[:2] == ["fp32-2", "**INVALID**"]
    assert not any(cell.strip() for cell in first.strip("|").split("|")[2:])
