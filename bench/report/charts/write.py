"""A run's charts as files, each as SVG and PNG."""

from pathlib import Path

from bench.model.result import Result
from bench.report.charts.chart_data import charts


def write_charts(result: Result, folder: Path) -> list[Path]:
    """Draw the result's charts into `folder` (made if missing); [] if nothing was measured.

    The same result gives the same bytes. Raises OSError if the folder can't be written.
    """
    found = charts(result)
    if not found:
        return []
    # Here and not above: matplotlib costs most of a second, which only charts are to pay.
    from bench.report.charts.drawing import draw

    folder.mkdir(parents=True, exist_ok=True)
    return [path for chart in found for path in draw(chart, folder)]
