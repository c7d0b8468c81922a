"""The charts that compare lanes: how much faster they are, and how long an epoch takes."""

from bench.analysis.ratios import ratio_against
from bench.model.result import Result
from bench.model.summary import LaneSummary, Ratio
from bench.report.charts.chart import Bar, Chart, chart
from bench.report.document.headline import measured_rounds
from bench.report.document.wording import epoch_unit, methods, ratio_value
from bench.report.palette import lane_colours
from bench.text import counted, duration


def speedup(result: Result) -> Chart | None:
    """Compute throughput by lane over the baseline's; None without a lane to compare with it."""
    baseline = result.summary.baseline
    bars = [bar for lane in result.summary.lanes if (bar := _speedup_bar(lane, baseline))]
    ratios = {
        lane.lane: ratio
        for lane in result.summary.lanes
        if (ratio := ratio_against(lane.compute_ratios, baseline))
    }
    if not any(bar.lane != baseline for bar in bars):
        return None
    return chart(
        result,
        "speedup",
        f"Speed-up over {baseline}, by lane",
        f"compute throughput, as a multiple of {baseline}'s",
        bars,
        colours=lane_colours(result.plan),
        notes=ratio_whiskers(ratios),
        lacking=f"no round in which {baseline} completed too",
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
    how = {measured[lane] for lane in times}
    notes = [_time_whiskers(result, bars)]
    if False in how:
        notes.insert(0, "~ is extrapolated from end-to-end throughput.")
    samples = f" of {counted(result.data.spec.samples, 'sample')}" if result.data else ""
    return chart(
        result,
        "training_time",
        f"Training time of one epoch{samples}, {_said(how)}",
        f"{unit} an epoch",
        bars,
        colours=lane_colours(result.plan),
        notes=notes,
        lacking="no end-to-end step",
    )


def _speedup_bar(lane: LaneSummary, baseline: str) -> Bar | None:
    if lane.lane == baseline and lane.compute_samples_per_second is not None:
        return Bar(lane.lane, 1.0, None, None, "1")
    ratio = ratio_against(lane.compute_ratios, baseline)
    if ratio is None:
        return None
    return Bar(lane.lane, ratio.value, *ends(ratio), ratio_value(ratio))


def ends(ratio: Ratio) -> tuple[float | None, float | None]:
    """The whiskers' ends: the interval's, else the rounds' if there is more than one."""
    if ratio.interval is not None:
        return ratio.interval.low, ratio.interval.high
    return (ratio.low, ratio.high) if ratio.rounds > 1 else (None, None)


def ratio_whiskers(ratios: dict[str, Ratio]) -> list[str]:
    """What the whiskers of these lanes' ratios are: intervals, ranges, or some of each."""
    sure = [ratio for ratio in ratios.values() if ratio.interval is not None]
    unsure = {lane: ratio for lane, ratio in ratios.items() if ratio.interval is None}
    whose = "" if not sure else f" of {', '.join(unsure)}"
    notes = [f"Whiskers: {method}." for method in methods(sure)]
    if any(ratio.rounds > 1 for ratio in unsure.values()):
        notes.append(f"Whiskers{whose}: the lowest and the highest round, no interval.")
    elif unsure:
        notes.append(f"One round{whose}: no range.")
    return notes


def _time_whiskers(result: Result, bars: list[Bar]) -> str:
    if all(bar.low is None for bar in bars):
        return "One round: no range."
    rounds = measured_rounds(result)
    return f"Whiskers: the lowest and the highest time of {rounds} rounds, no interval."


def _said(measured: set[bool]) -> str:
    if measured == {True}:
        return "measured"
    return "extrapolated" if measured == {False} else "measured or extrapolated (~)"
