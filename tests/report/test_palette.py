import subprocess
import sys

import pytest

from bench.analysis.rates import PHASES
from bench.plan.lanes import LANES
from bench.report.palette import lane_colour, phase_colour

OKABE_ITO = {
    *("#000000", "#E69F00", "#56B4E9", "#009E73"),
    *("#F0E442", "#0072B2", "#D55E00", "#CC79A7", "#999999"),
}


def test_every_lane_and_phase_has_a_colour_of_its_own() -> None:
    colours = [lane_colour(lane.id) for lane in LANES] + [phase_colour(each) for each in PHASES]
    assert len(set(colours)) == len(LANES) + len(PHASES)
    assert set(colours) <= OKABE_ITO


def test_an_unknown_lane_keeps_its_colour_from_process_to_process() -> None:
    code = "from bench.report.palette import lane_colour; print(lane_colour('bf16-compile'))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == lane_colour("bf16-compile")
    assert lane_colour("bf16-compile") in OKABE_ITO - {lane_colour(lane.id) for lane in LANES}


def test_an_unknown_phase_is_a_bug() -> None:
    with pytest.raises(KeyError):
        phase_colour("evaluate")
