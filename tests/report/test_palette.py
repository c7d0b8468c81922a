import subprocess
import sys

import pytest

from bench.analysis.rates import PHASES
from bench.plan.catalogue.lanes import LANES
from bench.report.charts.step_time import KINDS, OUTSIDE
from bench.report.palette import lane_colour, part_colour, part_ink

OKABE_ITO = {
    *("#000000", "#E69F00", "#56B4E9", "#009E73"),
    *("#F0E442", "#0072B2", "#D55E00", "#CC79A7", "#999999"),
}


def test_every_lane_and_phase_has_a_colour_of_its_own() -> None:
    colours = [lane_colour(lane.id) for lane in LANES] + [part_colour(each) for each in PHASES]
    assert len(set(colours)) == len(LANES) + len(PHASES)
    assert set(colours) <= OKABE_ITO


def test_an_unknown_lane_keeps_its_colour_from_process_to_process() -> None:
    code = "from bench.report.palette import lane_colour; print(lane_colour('bf16-compile'))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == lane_colour("bf16-compile")
    assert lane_colour("bf16-compile") in OKABE_ITO - {lane_colour(lane.id) for lane in LANES}


def test_a_lane_that_runs_twice_has_one_colour() -> None:
    assert lane_colour("fp32-ipex-2") == lane_colour("fp32-ipex")
    assert lane_colour("bf16-avx512-3") == lane_colour("bf16-avx512") != lane_colour("fp32-ipex")


def test_every_kind_of_kernel_has_a_colour_of_its_own_and_none_of_a_lanes() -> None:
    colours = [part_colour(each) for each in (*KINDS, OUTSIDE)]
    assert len(set(colours)) == len(KINDS) + 1
    assert not {lane_colour(lane.id) for lane in LANES} & set(colours)


def test_an_unknown_kind_of_kernel_is_other() -> None:
    assert part_colour("softmax") == part_colour("other")


@pytest.mark.parametrize("part", [*PHASES, *KINDS, OUTSIDE])
def test_a_figure_on_a_part_can_be_read(part: str) -> None:
    light, dark = sorted((luminance(part_colour(part)), luminance(part_ink(part))), reverse=True)
    # WCAG 2.1, 1.4.3: contrast of at least 4.5.
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.1 defines it."""
    whole = "#FFFFFF" if colour == "white" else colour
    parts = [int(whole[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * p for weight, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
