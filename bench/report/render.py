"""Everything that is rendered from `result.json` into a run's folder."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.model.result import Result
from bench.report.charts.catalogue import charts, write_charts
from bench.report.document.result import result_document
from bench.report.exports.samples import samples_csv
from bench.report.media.html import html, pictures_of
from bench.report.media.markdown import markdown
from bench.results.folder import part, write_bytes, write_text

SAMPLES, REPORT, PAGE = "samples.csv", "report.md", "report.html"


def render_texts(result: Result, folder: Path) -> list[Path]:
    """Write `samples.csv` and `report.md`; their paths. OSError if the folder can't be written."""
    samples, report = folder / SAMPLES, folder / REPORT
    write_text(samples, samples_csv(result))
    write_text(report, markdown(result_document(result)))
    return [samples, report]


def render_pictures(result: Result, folder: Path) -> list[Path]:
    """Write the charts, and `report.html`, which has them in it; their paths.

    Errors as of `bench.results.folder.part`.
    """
    drawn = write_charts(result, part(folder, "charts"))
    page = folder / PAGE
    write_text(page, html(result_document(result), pictures_of(charts(result), phone=True)))
    return [*drawn, page]


def render(result: Result, folder: Path) -> list[Path]:
    """Write the texts and the pictures; their paths. Errors as of `render_pictures`."""
    return [*render_pictures(result, folder), *render_texts(result, folder)]


def render_missing(result: Result, folder: Path) -> list[Path]:
    """Write what `render` would and is not there; its paths, and errors as of `render`."""
    written = []
    with TemporaryDirectory() as name:
        aside = Path(name)
        for source in render(result, aside):
            path = folder / source.relative_to(aside)
            if not os.path.lexists(path):
                if path.parent != folder:
                    part(folder, path.parent.name)
                write_bytes(path, source.read_bytes())
                written.append(path)
    return written


def is_rendered(result: Result, folder: Path) -> bool:
    """Whether every file is there that `render` writes, whatever is in it."""
    drawn = [f"charts/{each.name}.{kind}" for each in charts(result) for kind in ("svg", "png")]
    return all((folder / name).exists() for name in (SAMPLES, REPORT, PAGE, *drawn))
