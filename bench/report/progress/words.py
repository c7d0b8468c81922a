"""What happens in a run, in words: the same on a terminal and in plain lines."""

from rich.cells import cell_len

from bench.analysis.rates import compute_rate
from bench.model.plan import Plan
from bench.model.process import Process
from bench.model.spec import Progress
from bench.model.standing import Standing
from bench.report.progress.time_left import Left, to_go
from bench.text import counted, duration, figure, printable

STARTING = ("import", "model", "data")
"""Stages before a process waits for its first turn: all lanes of a round may be in them at once."""


def round_words(number: int, plan: Plan) -> str:
    """`round 2 of 3`, or `round 2 of at most 10` where the count is not fixed."""
    most = "" if plan.rounds_min == plan.rounds_max else "at most "
    return f"round {number} of {most}{plan.rounds_max}"


def left_words(left: Left) -> str:
    """`about 4 min left`, `up to 9 min left` where precision can end the run before.

    Where the estimate has nothing more to say, that is said.
    """
    if left.over:
        return "longer than estimated"
    if left.nearly:
        return "nearly done by the estimate"
    return f"{left.bound} {_roughly(left.seconds)} left"


def _roughly(seconds: float) -> str:
    """As fine as an estimate is: 35 s, 1 min 20 s, 4 min 30 s, 17 min."""
    if seconds < 57:
        return f"{max(round(seconds / 5), 1) * 5} s"
    step = 10 if seconds < 120 else 30 if seconds < 600 else 60
    return duration(round(seconds / step) * step)


def standing_words(standing: Standing, plan: Plan, fits: int | None) -> list[str]:
    """`now ±3.1 %`, `target ±2.0 %`, `about 4 rounds to go`: what is known of them.

    `fits` is how many rounds the time budget has room for. One lane alone has no ratio.
    """
    if len(plan.running) < 2:
        return _to_go_words(standing, fits)
    now, target, words = standing.half_width, standing.target, list[str]()
    if now is not None:
        words.append(f"now {_width(now, target)}")
    elif target is not None:
        words.append("no interval yet")
    if target is not None:
        words.append(f"target {_width(target, now)}")
    return [*words, *_to_go_words(standing, fits)]


def _width(share: float, other: float | None) -> str:
    """`±3.1 %`, with as many places as tell it from the other."""
    places = 1
    while other not in (None, share) and f"{100 * share:.{places}f}" == f"{100 * other:.{places}f}":
        places += 1
    return f"±{100 * share:.{places}f} %"


def _to_go_words(standing: Standing, fits: int | None) -> list[str]:
    rounds, least = to_go(standing), standing.rounds_least - standing.rounds_done
    if rounds == 0:
        return ["no round to go"]
    if rounds is None and least > 0:
        rounds, how = least, "at least "
    else:
        how = "" if standing.rounds_least == standing.rounds_most else "about "
    words = [] if rounds is None else [f"{how}{counted(rounds, 'round')} to go"]
    if fits is not None and (rounds is None or fits < rounds):
        words.append(f"time for {fits or 'no more'}")
    return words


def fitted(parts: list[str], width: int) -> list[str]:
    """The parts in lines of at most so many columns, none of them broken."""
    lines = list[str]()
    for part in parts:
        if lines and cell_len(f"{lines[-1]}, {part}") <= width:
            lines[-1] += f", {part}"
        else:
            lines.append(part)
    return lines


def bar(share: float, width: int, *, ascii_only: bool) -> str:
    """`████░░░░`: so much of it is done."""
    done, open_ = "#-" if ascii_only else "█░"
    full = int(min(max(share, 0.0), 1.0) * width)
    return done * full + open_ * (width - full)


def order_words(order: list[str], plan: Plan) -> str:
    """`fp32-ipex, fp32, by turns`, or `fp32-ipex, fp32, one after the other`."""
    how = "by turns" if plan.together else "one after the other"
    return ", ".join([*order, how] if len(order) > 1 else order)


def started_words(limit_seconds: float) -> list[str]:
    """What a process does before it tells of itself."""
    return ["starting", f"time limit {duration(limit_seconds)}"]


def progress_words(progress: Progress, lane: str, plan: Plan) -> list[str]:
    """`compute`, `step 7 of 20`, `6.03 img/s`, as far as they are known."""
    stage = "compiling" if progress.stage == "compile" else progress.stage
    parts = [f"starting: {stage}" if stage in STARTING else stage]
    if progress.step:
        of = f" of {progress.steps}" if progress.steps is not None else ""
        parts.append(f"step {progress.step}{of}")
    if progress.samples_per_second is not None:
        parts.append(_rate(progress.samples_per_second, lane, plan))
    return parts


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
