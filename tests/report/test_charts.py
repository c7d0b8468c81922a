"""The drawn charts, and what they cost those who draw none."""

import itertools
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench.model.result import Result
from bench.report.charts.catalogue import charts, write_charts
from bench.report.charts.drawing import MARGIN, compose, step_of
from bench.report.charts.sheet import Shape, Words, inches, style
from tests.factories import make_result
from tests.host_factory import LONG_BRAND, NO_AMX, make_host
from tests.report.scenes import (
    change_lane,
    four_lanes,
    invalid_lane,
    long_names,
    many_lanes,
    one_lane,
    summarized,
)

NAMES = ["speedup", "training_time", "step_phases", "kernel_time", "limits"]
RESULTS = {
    "three rounds": make_result(),
    "one round": make_result(rounds=1),
    "shouting": make_result(
        host=make_host(LONG_BRAND.upper(), big=True),
        failing={"fp32-ipex": f"{NO_AMX} {NO_AMX}".upper()},
    ),
    "long label": make_result(host=make_host(LONG_BRAND), data_samples=10**9),
    "four lanes": four_lanes(),
    "one lane": one_lane(),
    "an invalid lane": invalid_lane(),
    "long names": long_names(),
    "many lanes": many_lanes(),
}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The charts of three rounds: drawing takes a second."""
    return write_charts(RESULTS["three rounds"], tmp_path_factory.mktemp("drawn") / "charts")


def test_each_chart_is_written_as_svg_and_png(drawn: list[Path]) -> None:
    assert [path.name for path in drawn] == [
        f"{x}.{kind}" for x in NAMES for kind in ("svg", "png")
    ]
    assert {path.parent.name for path in drawn} == {"charts"}
    for path in drawn:
        head = path.read_bytes()[:8]
        assert head.startswith(b"<?xml") if path.suffix == ".svg" else head == b"\x89PNG\r\n\x1a\n"


def test_the_same_result_gives_the_same_bytes(drawn: list[Path], tmp_path: Path) -> None:
    result = RESULTS["three rounds"]
    again = write_charts(Result.model_validate_json(result.model_dump_json()), tmp_path)
    assert [path.read_bytes() for path in drawn] == [path.read_bytes() for path in again]


def test_another_result_gives_other_bytes_and_leaves_the_users_settings(
    drawn: list[Path], tmp_path: Path
) -> None:
    import matplotlib

    with matplotlib.rc_context({"font.size": 33.0}):
        other = write_charts(RESULTS["one lane"], tmp_path)
        assert matplotlib.rcParams["font.size"] == 33.0
    assert {x.name for x in other} <= {x.name for x in drawn}
    before = {x.name: x.read_bytes() for x in drawn}
    assert not [x.name for x in other if x.read_bytes() == before[x.name]]


def test_nothing_measured_writes_nothing(tmp_path: Path) -> None:
    assert write_charts(make_result(nothing=True), tmp_path / "charts") == []
    assert not (tmp_path / "charts").exists()


def extents(words: Words) -> tuple[float, float, float, float]:
    """Left, lower, right and upper end of words as they are painted, in inches."""
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.font_manager import FontProperties

    weight = "bold" if words.bold else "normal"
    font = FontProperties(family="DejaVu Sans", weight=weight, size=words.size)
    renderer = RendererAgg(10, 10, 144)
    width, height, descent = (
        each / 144 for each in renderer.get_text_width_height_descent(words.text, font, False)
    )
    return words.x, words.y - descent, words.x + width, words.y - descent + height


@pytest.mark.parametrize("name", list(RESULTS))
def test_text_is_inside_the_sheet_and_clear_of_other_text(name: str) -> None:
    for chart in charts(RESULTS[name]):
        sheet = compose(chart)
        with style():
            boxes = [(x.text, extents(x)) for x in sheet.marks if isinstance(x, Words)]
        for text, (left, lower, right, upper) in boxes:
            assert MARGIN / 2 < left < right < sheet.width - MARGIN / 2, (chart.name, text)
            assert 0 <= lower < upper <= sheet.height, (chart.name, text)
        for i, (text, one) in enumerate(boxes):
            for other, beside in boxes[i + 1 :]:
                apart = (
                    one[2] <= beside[0]
                    or beside[2] <= one[0]
                    or one[3] <= beside[1]
                    or beside[3] <= one[1]
                )
                assert apart, (chart.name, text, other)


@pytest.mark.parametrize("name", list(RESULTS))
def test_every_lane_has_its_name_and_its_labels_behind_its_bar(name: str) -> None:
    for chart in charts(RESULTS[name]):
        sheet = compose(chart)
        texts = [mark.text for mark in sheet.marks if isinstance(mark, Words)]
        labels = [row.label for row in (*chart.bars, *chart.stacks)]
        labels += [
            x.label for each in chart.reaches for x in (each.achieved, each.bound, each.peak)
        ]
        for text in (*chart.lanes, *labels, chart.title, chart.axis):
            assert text in texts, chart.name
        boxes = [x for x in sheet.marks if isinstance(x, Shape) and x.fill and x.edge]
        ends = [max(x for x, _ in box.corners) for box in boxes]
        assert max(ends) < sheet.width


@pytest.mark.parametrize("bold", [False, True])
def test_a_text_is_as_wide_as_it_is_painted(bold: bool) -> None:
    text = "Bound: the roofline of the model's operators, To AV 12 % 1.84× INTEL(R) – Xeon"
    words = Words(0, 0, text, 8.5, bold, "#000000")
    with style():
        _, _, right, _ = extents(words)
    assert right == pytest.approx(inches(text, 8.5, bold=bold), rel=0.02)
    assert inches(text, 17, bold=bold) == pytest.approx(2 * inches(text, 8.5, bold=bold))


def test_bars_are_as_long_as_their_values_and_of_their_lanes_colours() -> None:
    chart = charts(RESULTS["four lanes"])[0]
    boxes = [x for x in compose(chart).marks if isinstance(x, Shape) and x.edge and x.fill]
    lengths = [max(x for x, _ in box.corners) - box.corners[0][0] for box in boxes]
    assert [box.fill for box in boxes] == [chart.colours[lane] for lane in chart.lanes]
    assert lengths == pytest.approx([bar.value * lengths[0] for bar in chart.bars])


def test_parts_of_a_stack_stand_end_to_end() -> None:
    chart = next(x for x in charts(RESULTS["four lanes"]) if x.name == "step_phases")
    boxes = [x for x in compose(chart).marks if isinstance(x, Shape) and x.edge and x.fill]
    bars = boxes[len(chart.colours) :]  # behind the legend
    assert len(bars) == 4 * len(chart.stacks)
    for row in range(len(chart.stacks)):
        parts = bars[4 * row : 4 * row + 4]
        for one, other in itertools.pairwise(parts):
            assert one.corners[1][0] == pytest.approx(other.corners[0][0])
        assert [x.fill for x in parts] == list(chart.colours.values())


@pytest.mark.parametrize("limit", [0.0021, 0.93, 1.0, 7.4, 12.0, 59.9, 4800.0, 3e7])
def test_the_axis_has_round_figures_and_not_too_many(limit: float) -> None:
    step = step_of(limit)
    assert 2 <= limit / step <= 6
    assert round(step / 10 ** math.floor(math.log10(step) + 1e-9), 6) in (1, 2, 5)


def test_a_number_keeps_its_percent_where_lines_are_wrapped() -> None:
    for shift in range(20):
        chart = replace(charts(RESULTS["one lane"])[0], notes=["x" * shift + " 12 %" * 40])
        lines = [mark.text for mark in compose(chart).marks if isinstance(mark, Words)]
        assert not any(line.startswith("%") for line in lines)


def test_a_very_long_name_is_cut() -> None:
    result = one_lane()
    change_lane(result, "fp32", id="x" * 300_000)
    for process in result.processes:
        process.lane = "x" * 300_000
    result.plan = result.plan.model_copy(update={"baseline": "x" * 300_000})
    for chart in charts(summarized(result)):
        texts = [mark.text for mark in compose(chart).marks if isinstance(mark, Words)]
        assert "x" * 39 + "…" in texts


def test_the_same_shapes_are_in_both_files(drawn: list[Path]) -> None:
    from PIL.Image import open as open_image

    svg = (drawn[0].parent / "speedup.svg").read_text()
    with open_image(drawn[0].parent / "speedup.png") as picture:
        assert picture.text["Title"] == "Speed-up over fp32, by lane"  # type: ignore[attr-defined]
        pixels = {colour for _, colour in picture.getcolors(100_000) or []}
    for colour in ("#56b4e9", "#0072b2", "#e69f00"):
        assert f"fill: {colour}" in svg
        assert tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5)) in pixels
    assert "<dc:date>" not in svg


def test_only_drawing_imports_matplotlib() -> None:
    code = (
        "import sys, pkgutil, importlib, bench.report; "
        "[importlib.import_module(each.name) for each in "
        "pkgutil.walk_packages(bench.report.__path__, 'bench.report.')]; "
        "print(sorted({'matplotlib', 'numpy', 'torch', 'PIL'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "[]\n"


def test_drawing_needs_no_figure_of_matplotlib(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.report.scenes import one_lane; "
        "from bench.report.charts.catalogue import write_charts; "
        f"write_charts(one_lane(), Path({str(tmp_path)!r})); "
        "print('matplotlib.backends.backend_agg' in sys.modules, "
        "'matplotlib.pyplot' in sys.modules, 'matplotlib.axes' in sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "True False False\n"
