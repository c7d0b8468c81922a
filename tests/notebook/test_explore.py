"""The notebook, executed on a real kernel: with the kit's example, and with runs of other hosts."""

import re
from base64 import b64decode
from pathlib import Path
from typing import Any

import nbformat
import pytest

from bench.model.result import Result
from bench.results.folder import read
from tests.report.scenes import contradict, disturbed_round, four_lanes, one_lane, summarized

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "explore.ipynb"
PNG = b"\x89PNG\r\n\x1a\n"

FIGURES = {
    "training-time",
    "speedup",
    "phases",
    "steps-over-time",
    "kernels",
    "drift",
    "dropping-chart",
}
"""Cells that draw, by their ids."""


def code_cells(notebook: Any) -> list[Any]:
    return [each for each in notebook.cells if each.cell_type == "code"]


def test_it_is_committed_without_outputs_and_names_no_machine() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    cells = code_cells(notebook)
    assert [each.id for each in cells if each.outputs or each.execution_count is not None] == []
    assert {each.id for each in cells} > FIGURES
    assert set(notebook.metadata) == {"kernelspec", "language_info"}, "nothing of who edited it"
    assert not re.search(r"/(home|root|tmp|work)/", NOTEBOOK.read_text())


def test_every_cell_of_code_is_introduced() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=nbformat.NO_CONVERT)
    kinds = [each.cell_type for each in notebook.cells]
    assert kinds[0] == kinds[-1] == "markdown"
    unintroduced = [
        cell.id
        for before, cell in zip(kinds, notebook.cells[1:], strict=False)
        if before == cell.cell_type == "code" and cell.id != "dropping-chart"
    ]
    assert unintroduced == []
    longest = max(len(each.source) for each in notebook.cells if each.cell_type == "markdown")
    assert longest < 900


def executed(run: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The notebook after all of its cells ran; an error in one of them is raised."""
    import matplotlib.font_manager  # noqa: F401 - its cache is made here, not told of in a cell
    from nbclient import NotebookClient

    monkeypatch.setenv("BENCH_RUN", run)
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    place = {"metadata": {"path": str(NOTEBOOK.parent)}}
    client = NotebookClient(
        notebook, timeout=300, startup_timeout=180, kernel_name="python3", resources=place
    )
    client.execute()
    return notebook


def outputs(notebook: Any) -> dict[str, list[Any]]:
    return {each.id: each.outputs for each in code_cells(notebook)}


def said(cell: list[Any]) -> str:
    """A cell's standard output."""
    return "".join(each.text for each in cell if each.get("name") == "stdout")


def check(notebook: Any) -> None:
    """No cell complains, and each that draws has its figure, and only one."""
    for name, cell in outputs(notebook).items():
        assert [each.text for each in cell if each.get("name") == "stderr"] == [], name
        pictures = [each.data["image/png"] for each in cell if "image/png" in each.get("data", {})]
        assert len(pictures) == (name in FIGURES), name
        for each in map(b64decode, pictures):
            assert each.startswith(PNG)
            assert int.from_bytes(each[16:20]) > 600, "pixels wide"


def four() -> Result:
    """Four lanes in six rounds, one of them disturbed."""
    made, noisy = four_lanes(), disturbed_round(rounds=6)
    for process, other in zip(made.processes, noisy.processes, strict=False):
        process.noise = other.noise
    return summarized(made)


def without_baseline() -> Result:
    """The baseline was contradicted by what ran, so that nothing has a ratio."""
    made = four_lanes(rounds=2)
    for process in made.processes:
        if process.lane == "fp32":
            contradict(process, "what ran denies it")
    return summarized(made)


def write(folder: Path, result: Result) -> str:
    folder.mkdir()
    (folder / "result.json").write_text(result.model_dump_json())
    return str(folder)


@pytest.mark.integration
def test_it_reads_the_kits_example_on_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BENCH_RUN", raising=False)
    notebook = executed("docs/example", monkeypatch)
    check(notebook)
    drift = said(outputs(notebook)["drift"])
    lanes = read(ROOT / "docs" / "example").summary.lanes
    assert all(f"{each.lane}: " in drift for each in lanes if each.state == "measured")


@pytest.mark.integration
def test_it_reads_a_run_of_four_lanes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = four()
    notebook = executed(write(tmp_path / "four", result), monkeypatch)
    check(notebook)
    cells = outputs(notebook)
    assert "Round 3: fp32-ipex: others used" in said(cells["steps-over-time"])
    dropped = said(cells["dropping-chart"])
    for lane in result.summary.lanes[1:]:
        ratio = next(each for each in lane.compute_ratios if each.against == "fp32")
        mean = rf"{lane.lane}: without round 3, the disturbed round .*, (\S+) becomes"
        match = re.search(mean, dropped)
        assert match, dropped
        assert float(match[1]) == pytest.approx(ratio.value, rel=0.005), "drawn from the raw steps"
        assert f"{lane.lane}: " in said(cells["drift"])


@pytest.mark.integration
@pytest.mark.parametrize("scene", [one_lane, without_baseline])
def test_it_reads_a_run_without_a_ratio(
    scene: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = executed(write(tmp_path / "run", scene()), monkeypatch)
    check(notebook)
    assert "No lane can be held against fp32" in said(outputs(notebook)["speedup"])
