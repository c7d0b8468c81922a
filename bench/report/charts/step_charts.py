"""The charts of one compute step: by phase, and by kind of kernel."""

from bench.model.result import Result
from bench.report.charts.chart import Chart, Stack, context, not_drawn
from bench.report.charts.step_time import OUTSIDE, step_time_words, step_times
from bench.text import figure


def step_phases(result: Result) -> Chart | None:
    """Time of a compute step by phase and lane; None if no lane has one."""
    stacks = [
        Stack(lane.lane, lane.phase_seconds, f"{figure(sum(lane.phase_seconds.values()))} s")
        for lane in result.summary.lanes
        if lane.phase_seconds
    ]
    if not stacks:
        return None
    return Chart(
        name="step_phases",
        title="Time of one compute step by phase",
        axis=f"seconds a step of {result.plan.workload.batch_size} images",
        context=context(result),
        notes=[
            "Median step of each phase, then the median over rounds.",
            *not_drawn(result, [stack.lane for stack in stacks], "no timed compute step"),
        ],
        stacks=stacks,
    )


def kernel_time(result: Result) -> Chart | None:
    """Time of a compute step by kind of kernel and lane; None if no lane has evidence."""
    times = step_times(result)
    if not times:
        return None
    stacks = [
        Stack(
            each.lane,
            each.parts | {OUTSIDE: each.outside or 0.0},
            f"{'' if each.outside is not None else 'over the median of '}{figure(each.step)} ms",
        )
        for each in times
    ]
    return Chart(
        name="kernel_time",
        title="Time of one compute step by kind of kernel",
        axis=f"milliseconds a step of {result.plan.workload.batch_size} images",
        context=context(result),
        notes=[
            "Kernels: oneDNN's own times in one more step of each process, median over processes. "
            f"{OUTSIDE[0].upper()}{OUTSIDE[1:]}: what they leave of the median timed step.",
            *step_time_words(times),
            *not_drawn(result, [each.lane for each in times], "oneDNN told of no kernel"),
        ],
        stacks=stacks,
    )
