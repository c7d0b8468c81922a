"""Comma-separated values: a row a lane and measure."""

import csv
import io

from bench.model.measure import Measure
from bench.model.result import Result


class Csv:
    """A header, then the measures as they come; empty where there is no low and no high."""

    name = "csv"
    suffix = ".csv"

    def export(self, measures: list[Measure], result: Result) -> bytes:
        """Needs no more than the measures."""
        out = io.StringIO()
        writer = csv.DictWriter(out, list(Measure.model_fields), lineterminator="\n")
        writer.writeheader()
        writer.writerows(each.model_dump() for each in measures)
        return out.getvalue().encode()
