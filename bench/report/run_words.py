"""What happens in a run, in words: the same on a terminal and in plain lines."""

from bench.analysis.rates import compute_rate
from bench.report.wording import duration, figure, printable
from bench.results.schema import Plan, Process
from bench.worker.contract import Progress


def round_words(number: int, plan: Plan) -> str:
    """`round 2 of 3`, or `round 2 of at most 10` where the count is not fixed."""
    most = "" if plan.rounds_min == plan.rounds_max else "at most "
    return f"round {number} of {most}{plan.rounds_max}"


def progress_words(progress: Progress) -> str:
    """`compute, step 7 of 20, 6.03 img/s`, as far as it is known."""
    parts: list[str] = [progress.stage]
    if progress.step:
        of = f" of {progress.steps}" if progress.steps is not None else ""
        parts.append(f"step {progress.step}{of}")
    if progress.images_per_second is not None:
        parts.append(f"{figure(progress.images_per_second)} img/s")
    return ", ".join(parts)


def ended_words(process: Process) -> str:
    """`completed in 1 min: 6.03 img/s compute`, or `failed in 7 s: <reason>`."""
    result = printable(process.reason or "no reason was given")
    if process.outcome == "completed":
        rate = compute_rate(process.record) if process.record else None
        result = "no timed step" if rate is None else f"{figure(rate)} img/s compute"
    return f"{process.outcome} in {duration(process.wall_seconds)}: {result}"
