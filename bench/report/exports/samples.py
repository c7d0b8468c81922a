"""Every step of a run, one row each: `samples.csv`."""

import csv
import io
from collections.abc import Iterator

from bench.model.record import PHASES, StepTimes
from bench.model.result import Result

HEADER = (
    "round",
    "position",
    "lane",
    "part",
    "step",
    *(f"{phase}_ns" for phase in PHASES),
)


def samples_csv(result: Result) -> str:
    """Steps count from 0 within their part: warmup, end_to_end or compute.

    Steps of failed and interrupted processes are here too: their rounds say so in `result.json`.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for process in result.processes:
        if process.record is None:
            continue
        record = process.record
        place = (process.round, process.position, process.lane)
        for part, steps in (
            ("warmup", record.warmup.steps),
            ("end_to_end", record.end_to_end.timed),
            ("compute", record.compute.timed),
        ):
            writer.writerows((*place, part, *row) for row in _rows(steps))
    return out.getvalue()


def _rows(steps: StepTimes) -> Iterator[tuple[int, ...]]:
    phases = (getattr(steps, phase) for phase in PHASES)
    return ((i, *times) for i, times in enumerate(zip(*phases, strict=True)))
