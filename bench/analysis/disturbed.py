"""Which rounds something disturbed, and what. To be said with them: they count all the same. Pure.

Only what the ratios are made of is judged: completed processes of lanes that are not invalid. What
could not be read disturbs nothing.
"""

from collections.abc import Iterator
from statistics import median

from bench.analysis.outliers import outliers
from bench.analysis.rates import compute_rate
from bench.analysis.states import lane_states, to_run
from bench.model.base import Reading
from bench.model.plan import Plan
from bench.model.process import Process
from bench.model.summary import RoundState
from bench.text import percent

SHARE = 0.05
"""Of a lane's time. On two virtual cores the kernel and the host's own services take 2 to 4 % of
every lane's, and lanes that take turns lose about the same."""

SHARE_OF_ONE_CPU = 0.25
"""The same where 5 % are several CPUs: the lane's threads meet after every operator and wait for
the one whose CPU somebody else had. Well above the kernel's own work on a hundred CPUs."""

SECONDS_MIN = 0.5
"""CPU time; of less nothing can be told: in each turn a jiffy (10 ms) a CPU can go astray."""

THROTTLED_PERIODS = 1
"""A quota that cuts one period short is too small for a lane, which is always at work."""

FAULT_SECONDS = 0.001
"""What a major fault takes, one read from a disk behind a network, to hold against `SHARE`."""


def round_states(plan: Plan, processes: list[Process]) -> list[RoundState]:
    """Every round that has a process, in order.

    A round is complete with a completed process of each lane that a further round would start:
    those that are skipped, failed or invalid are not waited for. Complete rounds weigh the same,
    disturbed or not; others weigh nothing.
    """
    needed = {lane.id for lane in to_run(plan, processes)}
    judged = [
        process
        for lane in lane_states(plan, processes)
        if lane.state != "invalid"
        for process in processes
        if process.lane == lane.lane and process.outcome == "completed"
    ]
    numbers = sorted({process.round for process in processes})
    present = {n: {process.lane for process in judged if process.round == n} for n in numbers}
    complete = {n for n in numbers if needed and needed <= present[n]}
    slow = _slow(judged)
    return [
        RoundState(
            round=n,
            complete=n in complete,
            disturbed=[
                f"{process.lane}: {what}"
                for process in judged
                if process.round == n
                for what in (*_disturbances(process), *slow.get((process.lane, n), []))
            ],
            weight=1 / len(complete) if n in complete else 0.0,
        )
        for n in numbers
    ]


def _disturbances(process: Process) -> Iterator[str]:
    """What its own record and its noise say, in words that follow the lane's name."""
    noise, seen = process.noise, process.record.observed if process.record else None
    if seen is None or noise.watched_seconds <= 0:
        return
    watched, cpus = noise.watched_seconds, max(1, len(seen.affinity_at_start))
    if _much(noise.others_cpu_seconds, watched, cpus):
        share = (noise.others_cpu_seconds.value or 0) / (watched * cpus)
        yield f"others used {percent(share)} of its CPU time"
    if _much(noise.steal_seconds, watched, cpus):
        yield f"{noise.steal_seconds.value:.1f} s stolen in {watched:.0f} s"
    periods = noise.throttled_periods.value or 0
    if periods >= THROTTLED_PERIODS:
        yield f"throttled in {periods:,} period{'s' if periods > 1 else ''}"
    if seen.major_faults * FAULT_SECONDS >= SHARE * watched:
        # Those of a first run's imports, from a disk that is still cold, can't be told apart.
        yield f"{seen.major_faults:,} major faults, loading included"


def _much(cpu_seconds: Reading[float], watched: float, cpus: int) -> bool:
    least = watched * min(SHARE * cpus, SHARE_OF_ONE_CPU)
    return cpu_seconds.value is not None and cpu_seconds.value >= max(least, SECONDS_MIN)


def _slow(processes: list[Process]) -> dict[tuple[str, int], list[str]]:
    """By lane and round: what was slower than the lane's other rounds, by the rule of outliers."""
    rates: dict[str, dict[int, float]] = {}
    for process in processes:
        rate = compute_rate(process.record) if process.record else None
        if rate is not None:
            rates.setdefault(process.lane, {})[process.round] = rate
    slow = {}
    for lane, by_round in rates.items():
        numbers = list(by_round)
        for n in (numbers[i] for i in outliers(list(by_round.values()))):
            usual = median(rate for other, rate in by_round.items() if other != n)
            less = 1 - by_round[n] / usual
            if less >= SHARE:
                slow[lane, n] = [f"slower than its other rounds by {percent(less)}"]
    return slow
