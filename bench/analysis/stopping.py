"""When a run has enough rounds, and how far it is from that. Pure."""

import math

from bench.analysis.interval import half_width_with
from bench.analysis.ratios import FUNCTIONAL_CHECK, widest
from bench.model.plan import Plan
from bench.model.standing import Standing
from bench.model.summary import Interval, Ratio, Summary
from bench.text import counted


def compute_ratios(summary: Summary) -> list[Ratio]:
    """Every one that is stated: their precision ends a run."""
    return [
        *(ratio for lane in summary.lanes for ratio in lane.compute_ratios),
        *(each.compute for each in summary.departures if each.compute is not None),
    ]


def enough(plan: Plan, summary: Summary, round_seconds: list[float], elapsed: float) -> str | None:
    """Why no further round is begun; None if another is wanted and fits.

    `round_seconds` are those of the rounds that were run since the run began or was resumed,
    `elapsed` seconds ago. At least one of them is run whatever the budget. The first tells the
    next one's length only as long as it is alone: engines compile in it, limits are measured.
    """
    done = summary.rounds_completed
    if done >= plan.rounds_max:
        return f"all {done} rounds done" if done > 1 else "the one round done"
    if plan.functional_check and done >= plan.rounds_min:
        return f"{FUNCTIONAL_CHECK}: {counted(done, 'round')} done"
    half_width = widest(compute_ratios(summary))
    precise = half_width is not None and half_width <= plan.target_precision
    if precise and done >= plan.rounds_min:
        target = f"±{100 * plan.target_precision:.1f} %"
        return f"every interval is within {target}, after {done} rounds"
    budget = plan.time_budget_seconds
    if (
        round_seconds
        and budget is not None
        and elapsed + max(round_seconds[1:] or round_seconds) > budget
    ):
        return _no_room(plan, budget, done, half_width)
    return None


def _no_room(plan: Plan, budget: float, done: int, half_width: float | None) -> str:
    room = "1 round" if done == 1 else f"{done} rounds"
    why = [f"the time budget of {budget:.0f} s had room for {room}"]
    if done < plan.rounds_min:
        why.append(f"{plan.rounds_min} were wanted: --time-budget gives more time")
        why.append("profile quick has shorter rounds")
    if half_width is not None:
        why.append(f"the widest interval is ±{100 * half_width:.1f} %")
    return "; ".join(why)


def standing(plan: Plan, summary: Summary) -> Standing:
    """How far the run is from its end, the time budget aside: said after each round."""
    ratios = compute_ratios(summary)
    waits = plan.rounds_min < plan.rounds_max and not plan.functional_check
    return Standing(
        rounds_done=summary.rounds_completed,
        rounds_least=plan.rounds_min,
        rounds_most=plan.rounds_max,
        half_width=widest(ratios),
        target=plan.target_precision if waits else None,
        rounds_to_go=_to_go(plan, summary, waits),
    )


def _to_go(plan: Plan, summary: Summary, waits: bool) -> int | None:
    """None where it waits for an interval that there is none of yet."""
    done = summary.rounds_completed
    if plan.functional_check:
        return max(plan.rounds_min - done, 0)
    most = max(plan.rounds_max - done, 0)
    if not waits or most == 0:
        return most
    ratios = compute_ratios(summary)
    known = [(each.interval, each.rounds) for each in ratios if each.interval is not None]
    if not known or len(known) < len(ratios):
        return None
    measured = sum(lane.compute_samples_per_second is not None for lane in summary.lanes)
    expected = (
        _rounds_for(*each, plan.target_precision, most, lanes=summary.family, measured=measured)
        for each in known
    )
    return min(max(*expected, plan.rounds_min - done, 0), most)


def _rounds_for(
    sure: Interval, done: int, target: float, most: int, *, lanes: int, measured: int
) -> int:
    """Further rounds until the interval's half-width is within the target, at most `most`.

    What the rounds have varied by is taken to stay: the half-width falls as the quantile over √n.
    """
    half = math.log(sure.high / sure.low) / 2
    narrow = (
        more
        for more in range(most)
        if half_width_with(half, done, done + more, lanes=lanes, measured=measured) <= target
    )
    return next(narrow, most)
