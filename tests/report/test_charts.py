"""The drawn charts, and what they cost those who draw none."""

import itertools
import math
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest

from bench.model.result import Result
from bench.report.charts.catalogue import charts, write_charts
from bench.report.charts.chart import Chart
from bench.report.charts.drawing import MARGIN, compose, step_of
from bench.report.charts.png import style
from bench.report.charts.sheet import ROLES, Shape, Sheet, Words, fitting, inches
from bench.report.charts.svg import svg
from tests.factories import make_result
from tests.host_factory import LONG_BRAND, NO_AMX, make_host
from tests.report.reading import bars, reaches, stacks
from tests.report.scenes import (
    change_lane,
    four_lanes,
    functional_check,
    invalid_lane,
    leaving_ipex,
    long_names,
    many_lanes,
    one_lane,
    summarized,
)
from tests.report.test_palette import luminance

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ["speedup", "training_time", "step_phases", "kernel_time", "limits", "steps"]
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
    "functional check": functional_check(),
    "two stacks": leaving_ipex(),
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
    width, height, descent = painted(words.text, words.size, words.bold)
    return words.x, words.y - descent, words.x + width, words.y - descent + height


@cache
def painted(text: str, size: float, bold: bool) -> tuple[float, float, float]:
    """Its width, its height, and how far it reaches below the line, in inches."""
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.font_manager import FontProperties

    font = FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal", size=size)
    ends = RendererAgg(10, 10, 144).get_text_width_height_descent(text, font, False)
    width, height, descent = (each / 144 for each in ends)
    return width, height, descent


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("name", list(RESULTS))
def test_text_is_inside_the_sheet_and_clear_of_other_text(name: str, narrow: bool) -> None:
    for chart in charts(RESULTS[name]):
        sheet = compose(chart, narrow=narrow)
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


def rows_of(chart: Chart) -> list[str]:
    return [row.lane for row in chart.rows]


@pytest.mark.parametrize("name", list(RESULTS))
def test_every_lane_has_its_name_and_its_labels_behind_its_bar(name: str) -> None:
    for chart in charts(RESULTS[name]):
        sheet = compose(chart)
        texts = [mark.text for mark in sheet.marks if isinstance(mark, Words)]
        labels = [row.label for row in (*bars(chart), *stacks(chart))]
        labels += [
            x.label for each in reaches(chart) for x in (each.achieved, each.bound, each.peak)
        ]
        names = [f"{x} !" if x in chart.marked and x in chart.lanes else x for x in rows_of(chart)]
        for text in (*names, *labels, chart.axis):
            assert text in texts, chart.name
        assert chart.title in " ".join(texts)
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
    assert lengths == pytest.approx([bar.value * lengths[0] for bar in bars(chart)])


def test_parts_of_a_stack_stand_end_to_end() -> None:
    chart = next(x for x in charts(RESULTS["four lanes"]) if x.name == "step_phases")
    boxes = [x for x in compose(chart).marks if isinstance(x, Shape) and x.edge and x.fill]
    drawn = boxes[len(chart.colours) :]  # behind the legend
    assert len(drawn) == 4 * len(stacks(chart))
    for row in range(len(stacks(chart))):
        parts = drawn[4 * row : 4 * row + 4]
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
        marks = [mark for mark in compose(chart).marks if isinstance(mark, Words)]
        (name,) = {x.text.removesuffix(" !") for x in marks if x.align == "right"}
        assert re.fullmatch("x+…", name)
        assert inches(name, 9.5) <= 3.0


def test_the_same_shapes_are_in_both_files(drawn: list[Path]) -> None:
    from PIL.Image import open as open_image

    text = (drawn[0].parent / "speedup.svg").read_text()
    with open_image(drawn[0].parent / "speedup.png") as picture:
        about = picture.text  # type: ignore[attr-defined]
        pixels = {colour for _, colour in picture.getcolors(100_000) or []}
    assert about["Title"] == "Speed-up over fp32, by lane"
    assert "fp32-ipex: 1." in about["Description"]
    for colour in ("#56B4E9", "#0072B2", "#E69F00"):
        assert f'fill="{colour}"' in text
        assert tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5)) in pixels


def parsed(chart: Chart) -> Element:
    return fromstring(svg(compose(chart), chart.title, chart.description))


@pytest.mark.parametrize("name", list(RESULTS))
def test_text_stays_text_in_svg_and_has_a_description(name: str) -> None:
    for chart in charts(RESULTS[name]):
        root = parsed(chart)
        assert root.findtext(f"{SVG}title") == chart.title
        assert root.findtext(f"{SVG}desc") == chart.description
        assert root.get("role") == "img"
        texts = [each.text for each in root.iter(f"{SVG}text")]
        assert texts == [x.text for x in compose(chart).marks if isinstance(x, Words)]
        assert not list(root.iter(f"{SVG}path"))


def test_on_a_dark_page_no_ink_and_no_paper_keeps_its_colour() -> None:
    for chart in charts(RESULTS["an invalid lane"]):
        root = parsed(chart)
        rules = root.findtext(f"{SVG}style") or ""
        assert rules.startswith("@media screen and (prefers-color-scheme:dark){")
        for each in root.iter():
            names = (each.get("class") or "").split()
            for kind, role in (name.split("-") for name in names):
                assert each.get(kind) == ROLES[role][0]
                assert f".{kind}-{role}{{{kind}:{ROLES[role][1]}}}" in rules
            on_a_part = each.get("text-anchor") == "middle" and each.get("font-size") == "8.5"
            if each.tag in (f"{SVG}text", f"{SVG}line") and not on_a_part:
                assert names, each.attrib
            if each.tag == f"{SVG}rect":
                assert names or each.get("fill") not in ("white", ROLES["paper"][0]), each.attrib


@pytest.mark.parametrize("page", [0, 1])
@pytest.mark.parametrize("role", ["ink", "faint", "alarm"])
def test_text_can_be_read_on_either_paper(role: str, page: int) -> None:
    ends = sorted((luminance(ROLES[each][page]) for each in (role, "paper")), reverse=True)
    # WCAG 2.1, 1.4.3: contrast of at least 4.5.
    assert (ends[0] + 0.05) / (ends[1] + 0.05) >= 4.5


def test_a_strangers_text_is_safe_in_svg() -> None:
    sheet = Sheet(8, 1)
    sheet.text(1, 0.5, "<script>\x00\x1b&\n\uffff</script>")
    root = fromstring(svg(sheet, "<a>\ufffe", "&"))
    assert root.findtext(f"{SVG}text") == "<script>��&  </script>"
    assert not list(root.iter(f"{SVG}script"))


def test_every_picture_says_what_run_it_is_of(drawn: list[Path]) -> None:
    texts = [path.read_text() for path in drawn if path.suffix == ".svg"]
    for text in texts:
        assert "Run 20261123T093000Z-3f9a1c0b7d2e4f61-quick, 2026-11-23, profile quick" in text
        assert "INTEL(R) XEON(R) PLATINUM 8581C" in text
        assert "functional check" not in text


def test_every_picture_of_a_functional_check_says_so_and_has_no_bold_figure() -> None:
    for chart in charts(functional_check()):
        words = [x for x in compose(chart).marks if isinstance(x, Words)]
        assert any(x.text.startswith("A functional check: ") for x in words)
        assert chart.description.startswith("A functional check: ")
        bold = [x.text for x in words if x.bold and x.text != chart.title]
        assert not [text for text in bold if re.search(r"\d", text)]


def test_what_does_not_fit_is_cut_with_an_ellipsis() -> None:
    assert fitting("fp32", 1, 9.5) == "fp32"
    assert fitting("fp32" * 100_000, 1, 9.5).endswith("…")
    assert 0.8 < inches(fitting("fp32" * 100_000, 1, 9.5), 9.5) <= 1


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
        "import sys; from pathlib import Path; from bench.report.charts.drawing import draw; "
        "from bench.report.charts.chart import Bar, Chart; "
        "bar = Bar('fp32', 1.0, None, None, '1'); "
        "chart = Chart('x', 'T', 'axis', [bar], {'fp32': '#56B4E9'}, [], [], 'Run'); "
        f"draw(chart, Path({str(tmp_path)!r})); "
        "print('matplotlib.backends.backend_agg' in sys.modules, "
        "'matplotlib.pyplot' in sys.modules, 'matplotlib.axes' in sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "True False False\n"
