"""What one process measured: its throughputs, epoch time and phases, from the raw steps.

Times and rates are a sample's: lanes of one run may have different batches. Over the rounds they
come to a spread.
"""

from itertools import accumulate
from statistics import fmean, median

from bench.model.record import PHASES, Measurement, RankRecord, StepTimes
from bench.model.summary import Spread

NANOSECONDS = 1e9


def compute_rate(record: RankRecord) -> float | None:
    """Samples/s of the median compute step; None without a timed step."""
    totals = record.compute.timed.totals()
    return _rate(samples_a_step(record.compute), median(totals)) if totals else None


def end_to_end_rate(record: RankRecord) -> float | None:
    """Samples/s through the data loader, of the samples that were in the steps; None without any.

    Over all steps together: the loader's waits come in bursts, which a median would not see.
    """
    return _rate(record.end_to_end.samples, sum(record.end_to_end.timed.totals()))


def compute_turns(record: RankRecord) -> list[float]:
    """Nanoseconds a sample of the median compute step of each turn."""
    return _a_sample([median(steps) for steps in turns(record.compute)], record.compute)


def end_to_end_turns(record: RankRecord) -> list[float]:
    """Nanoseconds a sample of the mean end-to-end step of each turn."""
    return _a_sample([fmean(steps) for steps in turns(record.end_to_end)], record.end_to_end)


def samples_a_step(measured: Measurement) -> float:
    """The mean over the timed steps, since an epoch's last batch may be smaller; 0 without any."""
    return measured.samples / len(measured.timed) if len(measured.timed) else 0.0


def turns(measured: Measurement) -> list[list[int]]:
    """Nanoseconds of each step, by turn; turns without a step are left out."""
    totals = measured.timed.totals()
    ends = list(accumulate(turn.steps for turn in measured.turns))
    by_turn = (
        totals[end - turn.steps : end] for turn, end in zip(measured.turns, ends, strict=True)
    )
    return [steps for steps in by_turn if steps]


def measured_epoch_seconds(record: RankRecord) -> float | None:
    """Median seconds of the whole epochs this process trained; None if it trained none."""
    return median(record.epoch_seconds) if record.epoch_seconds else None


def phase_medians(steps: StepTimes) -> dict[str, float]:
    """Median seconds of each phase over the steps; empty without a step."""
    if not len(steps):
        return {}
    return {phase: median(getattr(steps, phase)) / NANOSECONDS for phase in PHASES}


def spread(values: list[float]) -> Spread | None:
    """Median, lowest and highest of one value a round; None without any."""
    if not values:
        return None
    return Spread(median=median(values), low=min(values), high=max(values), rounds=len(values))


def _a_sample(steps: list[float], measured: Measurement) -> list[float]:
    samples = samples_a_step(measured)
    return [step / samples for step in steps] if samples > 0 else []


def _rate(samples: float, nanoseconds: float) -> float | None:
    return samples * NANOSECONDS / nanoseconds if nanoseconds > 0 and samples > 0 else None
