"""A comparison's files."""

from pathlib import Path

from bench.errors import BenchError
from bench.model.comparison import Comparison
from bench.report.charts.compared import compared
from bench.report.document.comparison import comparison_document
from bench.report.media.html import html, pictures_of
from bench.report.media.markdown import markdown
from bench.results.folder import part, write_text


def write_comparison(comparison: Comparison, folder: Path) -> None:
    """Write `comparison.html`, `.md` and `.json`, and the chart as SVG and PNG; the folder is made.

    BenchError (exit 3) if it can't be written.
    """
    chart = compared(comparison)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if chart is not None:
            from bench.report.charts.drawing import draw

            draw(chart, part(folder, "charts"))
        document = comparison_document(comparison)
        pictures = pictures_of([] if chart is None else [chart])
        write_text(folder / "comparison.html", html(document, pictures))
        write_text(folder / "comparison.md", markdown(document))
        write_text(folder / "comparison.json", comparison.model_dump_json(indent=1) + "\n")
    except OSError as error:
        raise BenchError(
            f"the comparison can't be written to {folder}: {error.strerror}",
            "name another folder with --output",
        ) from error
