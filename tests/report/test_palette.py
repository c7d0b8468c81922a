"""Colours: derived from the plan, told apart with any colour vision, the same everywhere."""

import itertools
import math

import pytest

from bench.model.plan import Plan
from bench.model.record import StepTimes
from bench.report.charts.catalogue import charts
from bench.report.charts.chart import Stack
from bench.report.document.result import result_document
from bench.report.palette import REST, ink_on, lane_colours, part_colours
from bench.report.step_time import ORDER, OUTSIDE
from tests.factories import make_plan
from tests.lanes import LANES, make_lane
from tests.report.scenes import four_lanes, many_lanes

APART = 11.0
"""CIEDE2000. Of Okabe and Ito's own palette the nearest two lanes are 12.5 apart without green."""

# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
VISIONS = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "without red": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "without green": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}
RGB_TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)


def plan_of(fp32: int, bf16: int) -> Plan:
    names = [("fp32", i) for i in range(fp32)] + [("bf16-avx512", i) for i in range(bf16)]
    return make_plan([make_lane(base, id=f"{base}-{i}") for base, i in names])


def test_the_default_lanes_keep_their_colours() -> None:
    assert lane_colours(make_plan()) == {
        "fp32": "#56B4E9",
        "fp32-ipex": "#0072B2",
        "bf16-avx512": "#E69F00",
        "bf16-amx": "#D55E00",
    }


@pytest.mark.parametrize("vision", list(VISIONS))
@pytest.mark.parametrize("fp32", range(9))
def test_any_eight_lanes_are_told_apart(fp32: int, vision: str) -> None:
    colours = lane_colours(plan_of(fp32, 8 - fp32))
    assert len(set(colours.values())) == 8
    labs = [lab(colour, vision) for colour in colours.values()]
    assert min(difference(a, b) for a, b in itertools.combinations(labs, 2)) >= APART


def test_lanes_beyond_eight_are_grouped_by_hue_and_none_is_like_another() -> None:
    colours = lane_colours(plan_of(20, 20))
    assert len(set(colours.values())) == 40
    for lane, colour in colours.items():
        red, blue = int(colour[1:3], 16), int(colour[5:7], 16)
        assert (blue > red) == lane.startswith("fp32"), lane


def test_a_lane_has_one_colour_in_every_chart_and_on_the_console() -> None:
    for result in (four_lanes(), many_lanes()):
        colours = lane_colours(result.plan)
        assert result_document(result).colours == colours
        bars = [x for x in charts(result) if not any(isinstance(row, Stack) for row in x.rows)]
        assert len(bars) == 4
        assert all(chart.colours == colours for chart in bars)


def test_names_do_not_matter() -> None:
    renamed = [make_lane(name, id=f"lane-{i}") for i, name in enumerate(LANES)]
    assert list(lane_colours(make_plan(renamed)).values()) == list(
        lane_colours(make_plan()).values()
    )


@pytest.mark.parametrize("parts", [list(StepTimes.model_fields), [*ORDER, "other", OUTSIDE]])
def test_every_part_of_a_step_has_a_colour_of_its_own_and_none_of_a_lanes(parts: list[str]) -> None:
    colours = part_colours(parts, rest=parts[0])
    assert list(colours) == parts
    assert len(set(colours.values())) == len(parts)
    assert colours[parts[0]] == REST
    assert not set(lane_colours(make_plan()).values()) & set(colours.values())


def test_a_figure_on_a_part_can_be_read() -> None:
    for colour in part_colours([str(i) for i in range(10)], rest="9").values():
        ink = "#FFFFFF" if ink_on(colour) == "white" else ink_on(colour)
        light, dark = sorted((luminance(colour), luminance(ink)), reverse=True)
        # WCAG 2.1, 1.4.3: contrast of at least 4.5.
        assert (light + 0.05) / (dark + 0.05) >= 4.5, colour


def linear(colour: str) -> list[float]:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.1 defines it."""
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))


def times(matrix: tuple[tuple[float, ...], ...], vector: list[float]) -> list[float]:
    return [sum(m * v for m, v in zip(row, vector, strict=True)) for row in matrix]


def lab(colour: str, vision: str) -> tuple[float, float, float]:
    """CIELAB of a colour as it is seen, for D65."""
    seen = [min(1.0, max(0.0, part)) for part in times(VISIONS[vision], linear(colour))]
    shares = [v / w for v, w in zip(times(RGB_TO_XYZ, seen), (0.95047, 1, 1.08883), strict=True)]
    x, y, z = (s ** (1 / 3) if s > 216 / 24389 else (24389 / 27 * s + 16) / 116 for s in shares)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def difference(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """CIEDE2000 (Sharma, Wu and Dalal, 2005)."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    c7 = ((math.hypot(a1, b1) + math.hypot(a2, b2)) / 2) ** 7
    g = 0.5 * (1 - math.sqrt(c7 / (c7 + 25**7)))
    c1, c2 = math.hypot(a1 * (1 + g), b1), math.hypot(a2 * (1 + g), b2)
    h1 = math.degrees(math.atan2(b1, a1 * (1 + g))) % 360
    h2 = math.degrees(math.atan2(b2, a2 * (1 + g))) % 360
    apart = (h2 - h1 + 180) % 360 - 180
    hue = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(apart / 2))
    lightness, chroma, angle = (l1 + l2) / 2, (c1 + c2) / 2, (h1 + apart / 2) % 360
    t = (
        1
        - 0.17 * math.cos(math.radians(angle - 30))
        + 0.24 * math.cos(math.radians(2 * angle))
        + 0.32 * math.cos(math.radians(3 * angle + 6))
        - 0.20 * math.cos(math.radians(4 * angle - 63))
    )
    turn = 60 * math.exp(-(((angle - 275) / 25) ** 2))
    turning = -2 * math.sqrt(chroma**7 / (chroma**7 + 25**7)) * math.sin(math.radians(turn))
    away = (lightness - 50) ** 2
    light = (l2 - l1) / (1 + 0.015 * away / math.sqrt(20 + away))
    colourful = (c2 - c1) / (1 + 0.045 * chroma)
    hued = hue / (1 + 0.015 * chroma * t)
    return math.sqrt(light**2 + colourful**2 + hued**2 + turning * colourful * hued)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ],
)
def test_the_difference_is_that_of_the_papers_pairs(
    one: tuple[float, float, float], other: tuple[float, float, float], apart: float
) -> None:
    assert difference(one, other) == pytest.approx(apart, abs=1e-4)
