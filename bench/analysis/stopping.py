"""When a run has enough rounds. Pure."""

from bench.analysis.ratios import widest
from bench.model.plan import Plan
from bench.model.summary import Summary


def enough(plan: Plan, summary: Summary, round_seconds: list[float], elapsed: float) -> str | None:
    """Why no further round is begun; None if another is wanted and fits.

    `round_seconds` are those of the rounds that were run since the run began or was resumed,
    `elapsed` seconds ago. At least one of them is run whatever the budget.
    """
    done = summary.rounds_completed
    if done >= plan.rounds_max:
        return f"all {done} rounds done" if done > 1 else "the one round done"
    half_width = widest([ratio for lane in summary.lanes for ratio in lane.compute_ratios])
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
