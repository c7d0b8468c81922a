"""Everything that is rendered from `result.json` into a run's folder."""

from pathlib import Path

from bench.report.markdown import markdown
from bench.report.samples import samples_csv
from bench.results.folder import write_text
from bench.results.schema import Result


def render_texts(result: Result, folder: Path) -> None:
    """Write `samples.csv` and `report.md`. OSError if the folder can't be written."""
    write_text(folder / "samples.csv", samples_csv(result))
    write_text(folder / "report.md", markdown(result))


def render_charts(result: Result, folder: Path) -> None:
    """Write the charts. OSError if the folder can't be written."""
    from bench.report.charts import write_charts  # matplotlib takes a second to load

    (folder / "charts").mkdir(exist_ok=True)
    write_charts(result, folder / "charts")


def render(result: Result, folder: Path) -> None:
    """Write the texts and the charts. OSError if the folder can't be written."""
    render_charts(result, folder)
    render_texts(result, folder)
