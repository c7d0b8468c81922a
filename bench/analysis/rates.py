"""What one process measured: its throughputs, epoch time and phases, from the raw steps."""

from itertools import accumulate
from statistics import fmean, median

from bench.model.record import LaneRecord, Measurement, StepTimes

PHASES = ("data", "forward", "backward", "optimizer")
"""The phases of a step, in the order they run: the lists of `StepTimes`."""

NANOSECONDS = 1e9


def compute_rate(record: LaneRecord) -> float | None:
    """Images/s of the median compute step; None without a timed step."""
    totals = record.compute.timed.totals()
    return _rate(record.compute.images / len(totals), median(totals)) if totals else None


def end_to_end_rate(record: LaneRecord) -> float | None:
    """Images/s through the data loader, of the images that were in the steps; None without any.

    Over all steps together: the loader's waits come in bursts, which a median would not see.
    """
    return _rate(record.end_to_end.images, sum(record.end_to_end.timed.totals()))


def compute_turns(record: LaneRecord) -> list[float]:
    """Nanoseconds of the median compute step of each turn."""
    return [median(steps) for steps in turns(record.compute)]


def end_to_end_turns(record: LaneRecord) -> list[float]:
    """Nanoseconds of the mean end-to-end step of each turn."""
    return [fmean(steps) for steps in turns(record.end_to_end)]


def turns(measured: Measurement) -> list[list[int]]:
    """Nanoseconds of each step, by turn; turns without a step are left out."""
    totals = measured.timed.totals()
    ends = list(accumulate(turn.steps for turn in measured.turns))
    found = (totals[end - turn.steps : end] for turn, end in zip(measured.turns, ends, strict=True))
    return [steps for steps in found if steps]


def measured_epoch_seconds(record: LaneRecord) -> float | None:
    """Median seconds of the whole epochs this process trained; None if it trained none."""
    return median(record.epoch_seconds) if record.epoch_seconds else None


def phase_medians(steps: StepTimes) -> dict[str, float]:
    """Median seconds of each phase over the steps; empty without a step."""
    if not len(steps):
        return {}
    return {phase: median(getattr(steps, phase)) / NANOSECONDS for phase in PHASES}


def _rate(images: float, nanoseconds: float) -> float | None:
    return images * NANOSECONDS / nanoseconds if nanoseconds > 0 and images > 0 else None
