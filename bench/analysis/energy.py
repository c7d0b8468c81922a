"""What a sample costs in energy: of the packages, idle power and others included. Pure.

Only compute turns count: their windows, from the look at the counters before a turn to that after
it, are found by the time at which the process says that the turn began.
"""

from collections.abc import Iterable
from statistics import median

from bench.analysis.rates import samples_a_step, spread
from bench.model.process import Energy, EnergyTurn, Process
from bench.model.record import Measurement
from bench.model.summary import LaneEnergy


def lane_energy(processes: Iterable[Process]) -> LaneEnergy | None:
    """Over a lane's completed processes, each one value; None if it is not known of any."""
    known = [
        (process, energy, costs)
        for process in processes
        if (energy := process.noise.energy.value) is not None
        and (costs := _costs(process, energy)) is not None
    ]
    a_sample = spread([joules / samples for _, _, (joules, samples, _) in known])
    if a_sample is None:
        return None
    shares = [_others_share(process, energy) for process, energy, _ in known]
    told = [share for share in shares if share is not None]
    return LaneEnergy(
        packages=known[-1][1].packages,
        joules_per_sample=a_sample,
        watts=median(joules / seconds for _, _, (joules, _, seconds) in known),
        others_share=median(told) if told else None,
    )


def _costs(process: Process, energy: Energy) -> tuple[float, float, float] | None:
    """Joules, samples and seconds of the compute turns; None if one of them is not known."""
    parts = [each.record.compute for each in process.ranks if each.record is not None]
    windows = [_window(turn.at, energy) for part in parts for turn in part.turns]
    known = {each.at: each for each in windows if each is not None}
    samples = sum(map(_samples, parts))
    joules = sum(sum(each.joules) for each in known.values())
    if None in windows or samples <= 0 or joules <= 0:
        return None
    return joules, samples, sum(each.seconds for each in known.values())


def _window(at: float, energy: Energy) -> EnergyTurn | None:
    """The turn's window; None if there is none, as where another host's clock tells."""
    windows = (each for each in energy.turns if each.at <= at <= each.at + each.seconds)
    return next(windows, None)


def _samples(part: Measurement) -> float:
    return samples_a_step(part) * sum(turn.steps for turn in part.turns)


def _others_share(process: Process, energy: Energy) -> float | None:
    """What part of the packages' CPU time all but the lane had."""
    others, watched = energy.others_cpu_seconds.value, process.noise.watched_seconds
    return None if others is None or watched <= 0 else others / (watched * energy.cpus)
