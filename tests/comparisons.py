"""Runs to compare: one host's, faster or slower as a whole, each with a time of its own."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache

from bench.analysis.compare.runs import Run, distil
from bench.model.record import PHASES
from bench.model.result import Result
from tests.factories import START, make_result
from tests.report.scenes import record_of


def faster(factor: float, number: int = 1, make: Callable[[], Result] = make_result) -> Result:
    """A run that began `number` hours later, every step of it so many times as fast."""
    result = make()
    result.started_at = (START + timedelta(hours=number)).isoformat()
    for process in result.processes:
        record = record_of(process)
        for part in (record.compute, record.end_to_end):
            for phase in PHASES:
                times = [round(time / factor) for time in getattr(part.timed, phase)]
                setattr(part.timed, phase, times)
    return result


@cache
def run(
    name: str, factor: float = 1.0, number: int = 1, make: Callable[[], Result] = make_result
) -> Run:
    """The same, as a comparison has it."""
    return distil(name, faster(factor, number, make))
