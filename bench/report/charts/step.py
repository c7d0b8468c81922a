"""The charts of one compute step: by phase, and by kind of kernel."""

from bench.model.record import PHASES
from bench.model.result import Result
from bench.report.charts.chart import Chart, Stack, chart
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
            {phase: 1000 * lane.phase_seconds.get(phase, 0.0) for phase in phases},
            f"{figure(1000 * sum(lane.phase_seconds.values()))} ms",
        )
        for lane in result.summary.lanes
        if lane.phase_seconds
    ]
    return chart(
        result,
        "step_phases",
        "Time of one compute step by phase",
        _axis(result, stacks),
        stacks,
        colours=part_colours(phases, rest=phases[0]),
        notes=["Median step of each phase, then the median over rounds."],
        lacking="no timed compute step",
    )


def kernel_time(result: Result) -> Chart | None:
    """Time of a compute step by kind of kernel and lane; None if no lane has evidence."""
    times = step_times(result)
    stacks = [
        Stack(
            each.lane,
            each.parts | {OUTSIDE: each.outside or 0.0},
            f"{'' if each.outside is not None else 'over the median of '}{figure(each.step)} ms",
        )
        for each in times
    ]
    kinds = list(times[0].parts) if times else []
    return chart(
        result,
        "kernel_time",
        "Time of one compute step by kind of kernel",
        _axis(result, stacks),
        stacks,
        colours=part_colours([*kinds, OUTSIDE], rest=OUTSIDE),
        notes=[
            "Kernels: oneDNN's own times in one more step of each process, median over processes. "
            f"{sentence_case(OUTSIDE)}: what they leave of the median timed step.",
            *step_time_words(times),
        ],
        lacking="oneDNN told of no kernel",
    )


def _axis(result: Result, stacks: list[Stack]) -> str:
    """`milliseconds a step, batch 16`, in both charts; batches that differ each with its lanes."""
    drawn = [stack.lane for stack in stacks]
    return f"milliseconds a step, {batches([x for x in result.plan.lanes if x.id in drawn])}"
