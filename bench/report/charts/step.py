"""The charts of one compute step: by phase, and by kind of kernel."""

from bench.model.record import PHASES
from bench.model.result import Result
from bench.report.charts.chart import Chart, Stack, context, not_drawn
from bench.report.document.headline import batches
from bench.report.document.wording import sentence_case
from bench.report.palette import part_colours
from bench.report.step_time import OUTSIDE, step_time_words, step_times
from bench.text import figure


def step_phases(result: Result) -> Chart | None:
    """Time of a compute step by phase and lane; None if no lane has one."""
    phases = list(PHASES)
    stacks = [
        Stack(
            lane.lane,
            {phase: lane.phase_seconds.get(phase, 0.0) for phase in phases},
            f"{figure(sum(lane.phase_seconds.values()))} s",
        )
        for lane in result.summary.lanes
        if lane.phase_seconds
    ]
    if not stacks:
        return None
    drawn = [stack.lane for stack in stacks]
    return Chart(
        name="step_phases",
        title="Time of one compute step by phase",
        axis=f"seconds a step, {_batch(result, drawn)}",
        context=context(result),
        notes=[
            "Median step of each phase, then the median over rounds.",
            *not_drawn(result, drawn, "no timed compute step"),
        ],
        colours=part_colours(phases, rest=phases[0]),
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
    drawn = [each.lane for each in times]
    return Chart(
        name="kernel_time",
        title="Time of one compute step by kind of kernel",
        axis=f"milliseconds a step, {_batch(result, drawn)}",
        context=context(result),
        notes=[
            "Kernels: oneDNN's own times in one more step of each process, median over processes. "
            f"{sentence_case(OUTSIDE)}: what they leave of the median timed step.",
            *step_time_words(times),
            *not_drawn(result, drawn, "oneDNN told of no kernel"),
        ],
        colours=part_colours([*times[0].parts, OUTSIDE], rest=OUTSIDE),
        stacks=stacks,
    )


def _batch(result: Result, drawn: list[str]) -> str:
    """`batch 16`; where the lanes' differ, each with its lanes."""
    return batches([lane for lane in result.plan.lanes if lane.id in drawn])
