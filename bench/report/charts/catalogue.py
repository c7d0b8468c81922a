"""Which charts a run has, and their files."""

from pathlib import Path

from bench.model.result import Result
from bench.report.charts.chart import Chart
from bench.report.charts.comparison import speedup, training_time
from bench.report.charts.leaving import leaving
from bench.report.charts.limits import limits
from bench.report.charts.step import kernel_time, step_phases
from bench.report.charts.steps import steps


def charts(result: Result) -> list[Chart]:
    """The charts this result has numbers for, in the order a report shows them."""
    kinds = (speedup, leaving, training_time, step_phases, kernel_time, limits, steps)
    made = (kind(result) for kind in kinds)
    return [chart for chart in made if chart is not None]


def write_charts(result: Result, folder: Path) -> list[Path]:
    """Draw the result's charts into `folder` (made if missing), each as SVG and PNG; their paths.

    [] if nothing was measured. The same result gives the same bytes. Raises OSError if the folder
    can't be written.
    """
    every = charts(result)
    if not every:
        return []
    from bench.report.charts.drawing import draw

    folder.mkdir(parents=True, exist_ok=True)
    return [path for chart in every for path in draw(chart, folder)]
