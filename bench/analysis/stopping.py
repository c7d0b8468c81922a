"""When a run has enough rounds, and how far it is from that. Pure."""

import math

from bench.analysis.interval import half_width_with
from bench.analysis.ratios import FUNCTIONAL_CHECK, widest
from bench.model.plan import Plan
from bench.model.standing import Standing
from bench.model.summary import Ratio, Summary
from bench.text import counted


def compute_ratios(summary: Summary) -> list[Ratio]:
    """Every lane's: the ones whose precision ends a run."""
    return [ratio for lane in summary.lanes for ratio in lane.compute_ratios]


def enough(plan: Plan, summary: Summary, round_seconds: list[float], elapsed: float) -> str | None:
    """Why no further round is begun; None if another is wanted and fits.

    `round_seconds` are those of the rounds that were run since the run began or was resumed,
    `elapsed` seconds ago. At least one of them is run whatever the budget.
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
    if round_seconds and budget is not None and elapsed + max(round_seconds) > budget:
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
        rounds_to_go=_to_go(plan, summary.rounds_completed, ratios, waits),
    )


def _to_go(plan: Plan, done: int, ratios: list[Ratio], waits: bool) -> int | None:
    """None where it waits for an interval that there is none of yet."""
    if plan.functional_check:
        return max(plan.rounds_min - done, 0)
    most = max(plan.rounds_max - done, 0)
    if not waits or most == 0:
        return most
    expected = [_rounds_for(ratio, plan.target_precision, most) for ratio in ratios]
    known = [rounds for rounds in expected if rounds is not None]
    if not ratios or len(known) < len(expected):
        return None
    return min(max(*known, plan.rounds_min - done, 0), most)


def _rounds_for(ratio: Ratio, target: float, most: int) -> int | None:
    """Further rounds until the ratio's half-width is within the target, at most `most`.

    What the rounds have varied by is taken to stay: the half-width falls as t/√n.
    """
    if ratio.interval is None:
        return None
    half = math.log(ratio.interval.high / ratio.interval.low) / 2
    for more in range(most):
        now, then = ratio.rounds, ratio.rounds + more
        if half_width_with(half, now, then, stops_when_narrow=True) <= target:
            return more
    return most
