"""What each chart of a run shows, without drawing it: pure, and without matplotlib."""

import textwrap
from dataclasses import dataclass

from bench.analysis.ratios import ratio_against
from bench.report.headline import cores_used, cpu_brand, workload
from bench.report.outcomes import measured_rounds, outcomes
from bench.report.wording import counted, duration, epoch_unit, figure, printable, ratio_value
from bench.results.schema import LaneSummary, Result

REASON = 220
"""Characters of a reason that a chart's note shows."""


@dataclass(frozen=True)
class Bar:
    """One lane's value; `low` and `high` are None where there is no range."""

    lane: str
    value: float
    low: float | None
    high: float | None
    label: str


@dataclass(frozen=True)
class Stack:
    """One lane's step: seconds by phase."""

    lane: str
    phases: dict[str, float]
    label: str


@dataclass(frozen=True)
class Chart:
    """One chart. It has bars or stacks; `reference` is where a line marks the baseline."""

    name: str
    title: str
    axis: str
    context: list[str]
    notes: list[str]
    bars: list[Bar]
    stacks: list[Stack]
    reference: float | None = None


def charts(result: Result) -> list[Chart]:
    """The charts this result has numbers for, in the order a report shows them."""
    found = (speedup(result), training_time(result), step_phases(result))
    return [chart for chart in found if chart is not None]


def speedup(result: Result) -> Chart | None:
    """Compute throughput by lane over the baseline's; None without a lane to compare with it."""
    baseline = result.summary.baseline
    bars = [bar for lane in result.summary.lanes if (bar := _speedup_bar(lane, baseline))]
    if not any(bar.lane != baseline for bar in bars):
        return None
    return Chart(
        name="speedup",
        title=f"Speed-up over {baseline}, by lane",
        axis=f"compute throughput, as a multiple of {baseline}'s",
        context=_context(result),
        notes=[_whiskers(result, bars, "ratio"), *_not_drawn(result, bars)],
        bars=bars,
        stacks=[],
        reference=1.0,
    )


def training_time(result: Result) -> Chart | None:
    """Training time of one epoch by lane; None if no lane has one."""
    measured = {lane.lane: lane.epoch_measured for lane in result.summary.lanes}
    times = {lane.lane: s for lane in result.summary.lanes if (s := lane.epoch_seconds)}
    if not times:
        return None
    unit, seconds = epoch_unit(result.summary)
    bars = [
        Bar(
            lane=lane,
            value=over.median / seconds,
            low=over.low / seconds if over.rounds > 1 else None,
            high=over.high / seconds if over.rounds > 1 else None,
            label=("" if measured[lane] else "~") + duration(over.median),
        )
        for lane, over in times.items()
    ]
    how = {measured[bar.lane] for bar in bars}
    notes = [_whiskers(result, bars, "time"), *_not_drawn(result, bars)]
    if False in how:
        notes.insert(0, "~ is extrapolated from end-to-end throughput.")
    images = f" of {counted(result.data.spec.images, 'image')}" if result.data else ""
    return Chart(
        name="training_time",
        title=f"Training time of one epoch{images}, {_said(how)}",
        axis=f"{unit} an epoch",
        context=_context(result),
        notes=notes,
        bars=bars,
        stacks=[],
    )


def step_phases(result: Result) -> Chart | None:
    """Time of a compute step by phase and lane; None if no lane has one."""
    stacks = [
        Stack(lane.lane, lane.phase_seconds, f"{figure(sum(lane.phase_seconds.values()))} s")
        for lane in result.summary.lanes
        if lane.phase_seconds
    ]
    if not stacks:
        return None
    batch = result.plan.workload.batch_size
    return Chart(
        name="step_phases",
        title="Time of one compute step by phase",
        axis=f"seconds a step of {batch} images",
        context=_context(result),
        notes=[
            "Median step of each phase, then the median over rounds.",
            *_not_drawn(result, stacks),
        ],
        bars=[],
        stacks=stacks,
    )


def _speedup_bar(lane: LaneSummary, baseline: str) -> Bar | None:
    if lane.lane == baseline and lane.compute_images_per_second is not None:
        return Bar(lane.lane, 1.0, None, None, "1")
    ratio = ratio_against(lane.compute_ratios, baseline)
    if ratio is None:
        return None
    low, high = (ratio.low, ratio.high) if ratio.rounds > 1 else (None, None)
    return Bar(lane.lane, ratio.value, low, high, ratio_value(ratio))


def _context(result: Result) -> list[str]:
    """Host and workload, a line each."""
    return [
        f"{cpu_brand(result)}, {cores_used(result.plan)}",
        workload(result.plan, result.data),
    ]


def _whiskers(result: Result, bars: list[Bar], what: str) -> str:
    if all(bar.low is None for bar in bars):
        return "One round: no range."
    return f"Whiskers: the lowest and the highest {what} of {measured_rounds(result)} rounds."


def _not_drawn(result: Result, drawn: list[Bar] | list[Stack]) -> list[str]:
    """The lanes without a number, each with what became of it."""
    there = {each.lane for each in drawn}
    missing = [each for each in outcomes(result) if each.lane not in there]
    notes = []
    for each in missing:
        # A failure's text can be pages long; the report has the whole of it.
        reason = textwrap.shorten(printable(each.reason), REASON, placeholder=" …")
        end = "" if reason.endswith("…") else "."
        notes.append(f"Not drawn: {each.lane}, {each.state}{': ' if reason else ''}{reason}{end}")
    return notes


def _said(measured: set[bool]) -> str:
    if measured == {True}:
        return "measured"
    return "extrapolated" if measured == {False} else "measured or extrapolated (~)"
