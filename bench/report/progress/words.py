"""What happens in a run, in words: the same on a terminal and in plain lines."""

from bench.analysis.rates import compute_rate
from bench.model.plan import Plan
from bench.model.process import Process
from bench.model.spec import Progress
from bench.text import duration, figure, printable

STARTING = ("import", "model", "data")
"""Stages before a process waits for its first turn: all lanes of a round may be in them at once."""


def round_words(number: int, plan: Plan) -> str:
    """`round 2 of 3`, or `round 2 of at most 10` where the count is not fixed."""
    most = "" if plan.rounds_min == plan.rounds_max else "at most "
    return f"round {number} of {most}{plan.rounds_max}"


def left_words(seconds: float, plan: Plan) -> str:
    """`about 9 min left`, or `up to 9 min left` where precision can end the run before."""
    how = "about" if plan.rounds_min == plan.rounds_max else "up to"
    return f"{how} {duration(seconds)} left"


def order_words(order: list[str], plan: Plan) -> str:
    """`fp32-ipex, fp32, by turns`, or `fp32-ipex, fp32, one after the other`."""
    how = "by turns" if plan.together else "one after the other"
    return ", ".join([*order, how] if len(order) > 1 else order)


def started_words(limit_seconds: float) -> str:
    """What a process does before it tells of itself."""
    return f"starting, time limit {duration(limit_seconds)}"


def progress_words(progress: Progress, lane: str, plan: Plan) -> str:
    """`compute, step 7 of 20, 6.03 img/s`, as far as it is known."""
    parts = [f"starting: {progress.stage}" if progress.stage in STARTING else progress.stage]
    if progress.step:
        of = f" of {progress.steps}" if progress.steps is not None else ""
        parts.append(f"step {progress.step}{of}")
    if progress.samples_per_second is not None:
        parts.append(_rate(progress.samples_per_second, lane, plan))
    return ", ".join(parts)


def came_to(process: Process) -> str:
    """The process's outcome in a word: `invalid` for one whose evidence contradicts its lane."""
    return "invalid" if process.contradictions else process.outcome


def ended_words(process: Process, plan: Plan) -> str:
    """`in 1 min: 6.03 img/s compute`, or `in 7 s: <reason>`; no figure of an invalid process."""
    return f"in {duration(process.wall_seconds)}: {_result(process, plan)}"


def _result(process: Process, plan: Plan) -> str:
    if process.contradictions:
        return printable("; ".join(process.contradictions))
    if process.outcome != "completed":
        return printable(process.reason or "no reason was given")
    rate = compute_rate(process.record) if process.record else None
    return "no timed step" if rate is None else f"{_rate(rate, process.lane, plan)} compute"


def _rate(rate: float, lane: str, plan: Plan) -> str:
    return f"{figure(rate)} {plan.lane(lane).workload.unit}/s"
