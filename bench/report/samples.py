"""Every step of a run, one row each: `samples.csv`."""

import csv
import io
from collections.abc import Iterator

from bench.analysis.rates import PHASES
from bench.results.schema import Result
from bench.worker.contract import StepTimes

HEADER = (
    "round",
    "position",
    "lane",
    "part",
    "kind",
    "step",
    *(f"{phase}_ns" for phase in PHASES),
)


def samples_csv(result: Result) -> str:
    """Steps count from 0 within part (compute, end_to_end) and kind (warmup, timed).

    Steps of failed and interrupted processes are here too: their rounds say so in `result.json`.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for process in result.processes:
        if process.record is None:
            continue
        for part in ("compute", "end_to_end"):
            for kind in ("warmup", "timed"):
                steps: StepTimes = getattr(getattr(process.record, part), kind)
                place = (process.round, process.position, process.lane, part, kind)
                writer.writerows((*place, *row) for row in _rows(steps))
    return out.getvalue()


def _rows(steps: StepTimes) -> Iterator[tuple[int, ...]]:
    phases = (getattr(steps, phase) for phase in PHASES)
    return ((i, *times) for i, times in enumerate(zip(*phases, strict=True)))
