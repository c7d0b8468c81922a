"""The drawn charts, and what they cost those who draw none."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench.model.result import Result
from bench.report.charts.chart_data import charts
from bench.report.charts.write import write_charts
from tests.factories import make_result
from tests.host_factory import LONG_BRAND, NO_AMX, make_host
from tests.report.scenes import four_lanes, invalid_lane, long_names, one_lane

NAMES = ["speedup", "training_time", "step_phases", "kernel_time", "limits"]
RESULTS = {
    "three rounds": make_result(),
    "one round": make_result(rounds=1),
    "shouting": make_result(
        host=make_host(LONG_BRAND.upper(), big=True),
        failing={"fp32-ipex": f"{NO_AMX} {NO_AMX}".upper()},
    ),
    "long label": make_result(host=make_host(LONG_BRAND), data_images=10**9),
    "four lanes": four_lanes(),
    "one lane": one_lane(),
    "an invalid lane": invalid_lane(),
    "long names": long_names(),
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


@pytest.mark.parametrize("name", list(RESULTS))
def test_text_is_inside_the_figure_and_clear_of_other_text(name: str) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from bench.report.charts.drawing import compose, style

    for chart in charts(RESULTS[name]):
        with style():
            figure = compose(chart)
            canvas = figure.canvas
            assert isinstance(canvas, FigureCanvasAgg)
            canvas.draw()
            axes = figure.axes[0]
            shown = [*figure.texts, *axes.texts, axes.xaxis.label, *axes.get_yticklabels()]
            # Labels of ticks past the axis's end exist, but are not drawn.
            end = axes.get_xlim()[1]
            shown += [text for text in axes.get_xticklabels() if text.get_position()[0] <= end]
            legend = axes.get_legend()
            shown += legend.get_texts() if legend is not None else []
            boxes = [(text.get_text(), text.get_window_extent()) for text in shown]
            beyond = [t for t in axes.texts if t.get_window_extent().x1 > axes.bbox.x1]
        assert [text.get_text() for text in beyond] == []
        edge = figure.bbox
        for text, box in boxes:
            assert edge.x0 <= box.x0 < box.x1 <= edge.x1, (chart.name, text)
            assert edge.y0 <= box.y0 < box.y1 <= edge.y1, (chart.name, text)
        for i, (text, box) in enumerate(boxes):
            for other, beside in boxes[i + 1 :]:
                assert not box.overlaps(beside), (chart.name, text, other)


def test_a_number_keeps_its_percent_where_lines_are_wrapped() -> None:
    from bench.report.charts.drawing import compose, style

    for shift in range(20):
        chart = replace(charts(RESULTS["one lane"])[0], notes=["x" * shift + " 12 %" * 40])
        with style():
            lines = [text.get_text() for text in compose(chart).texts]
        assert not any(line.startswith("%") for line in lines)


def test_only_drawing_imports_matplotlib() -> None:
    code = (
        "import sys, bench.report.charts, bench.report.markdown, bench.report.progress, "
        "bench.report.result_tables, bench.report.plan_tables, bench.report.host_tables; "
        "print(sorted({'matplotlib', 'numpy', 'torch'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_drawing_needs_no_pyplot(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.report.scenes import one_lane; "
        "from bench.report.charts.write import write_charts; "
        f"write_charts(one_lane(), Path({str(tmp_path)!r})); "
        "print('matplotlib.figure' in sys.modules, 'matplotlib.pyplot' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "True False\n"
