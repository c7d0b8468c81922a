"""Formats for other programs. Adding one is one file and one entry in `EXPORTERS`."""

from bench.analysis.measures import measures
from bench.model.result import Result
from bench.report.exports.exporter import Exporter
from bench.report.exports.google_benchmark import GoogleBenchmark
from bench.report.exports.measures_csv import Csv
from bench.report.exports.openmetrics import OpenMetrics

EXPORTERS: dict[str, Exporter] = {
    each.name: each for each in (Csv(), GoogleBenchmark(), OpenMetrics())
}
"""By the name that `bench export --format` takes."""


def export(result: Result, name: str) -> bytes:
    """A result's measures in a format. KeyError if there is none of that name."""
    return EXPORTERS[name].export(measures(result.summary), result)
