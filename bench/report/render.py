"""Everything that is rendered from `result.json` into a run's folder."""

from pathlib import Path

from bench.model.result import Result
from bench.report.charts.catalogue import write_charts
from bench.report.document.result import result_document
from bench.report.exports.samples import samples_csv
from bench.report.media.markdown import markdown
from bench.results.folder import part, write_text


def render_texts(result: Result, folder: Path) -> list[Path]:
    """Write `samples.csv` and `report.md`; their paths. OSError if the folder can't be written."""
    samples, report = folder / "samples.csv", folder / "report.md"
    write_text(samples, samples_csv(result))
    write_text(report, markdown(result_document(result)))
    return [samples, report]


def render_charts(result: Result, folder: Path) -> list[Path]:
    """Write the charts; their paths. Errors as of `bench.results.folder.part`."""
    return write_charts(result, part(folder, "charts"))


def render(result: Result, folder: Path) -> list[Path]:
    """Write the texts and the charts; their paths. Errors as of `render_charts`."""
    return [*render_charts(result, folder), *render_texts(result, folder)]
