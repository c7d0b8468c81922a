"""The chart of steps over time: each lane's compute steps, round by round."""

from collections.abc import Iterator
from itertools import accumulate
from statistics import median

from bench.analysis.rates import NANOSECONDS, turns
from bench.model.record import Measurement
from bench.model.result import Result
from bench.report.charts.chart import Chart, Course, Stretch, chart
from bench.report.document.captions import counting
from bench.report.palette import lane_colours
from bench.text import figure, format_cpulist, percent

MARKS = 600
"""Marks in all lanes together, or one a process where there are more of these."""

ROUNDS = 100
"""Rounds that are drawn: a picture of any run opens at once."""

Timed = tuple[float, float]
"""When a step began, by the host's monotonic clock, and how long it took, in seconds."""


def steps(result: Result) -> Chart | None:
    """Times of compute steps over their lane's median, by round; None if none was timed.

    Within a round time passes as it did: what disturbs the host stands at one place in all lanes.
    """
    timed = _by_lane_and_round(result)
    rounds = sorted({number for _, number in timed})[:ROUNDS]
    spans = {number: _span(timed, number) for number in rounds}
    budget = max(1, MARKS // max(1, len(timed)))
    courses = [
        _course(lane.id, spans, own, budget)
        for lane in result.plan.lanes
        if (own := {n: timed[lane.id, n] for n in rounds if (lane.id, n) in timed})
    ]
    disturbed = [x.round for x in result.summary.rounds if x.disturbed and x.round in rounds]
    return chart(
        result,
        "steps",
        "Compute steps over time",
        "round, and within it time as it passed; upwards, the step's time",
        courses,
        colours=lane_colours(result.plan),
        notes=_notes(courses, disturbed, len({number for _, number in timed})),
        lacking="no timed compute step",
        units=tuple(map(str, rounds)),
        shaded=tuple((rounds.index(n), f"round {n} was disturbed") for n in disturbed),
    )


def _by_lane_and_round(result: Result) -> dict[tuple[str, int], list[Timed]]:
    """The steps that figures are drawn from."""
    return {
        (each.lane, each.round): steps
        for each in counting(result)
        if each.record is not None and (steps := list(_steps(each.record.compute)))
    }


def _steps(part: Measurement) -> Iterator[Timed]:
    """Each step of a measurement, turn by turn."""
    begun = (turn.at for turn in part.turns if turn.steps)
    for at, own in zip(begun, turns(part), strict=False):
        times = [step / NANOSECONDS for step in own]
        yield from zip(accumulate(times, initial=at), times, strict=False)


def _span(timed: dict[tuple[str, int], list[Timed]], number: int) -> Timed:
    """When a round's first step began, and how long it was until its last had ended."""
    own = [step for (_, of), steps in timed.items() if of == number for step in steps]
    first = min(at for at, _ in own)
    return first, max(at + seconds for at, seconds in own) - first


def _course(
    lane: str, spans: dict[int, Timed], timed: dict[int, list[Timed]], budget: int
) -> Course:
    rounds = list(spans)
    every = [seconds for own in timed.values() for _, seconds in own]
    usual = median(every) or 1.0
    marks = [
        Stretch(rounds.index(number) + place, low / usual, high / usual)
        for number, own in timed.items()
        for place, low, high in _gathered(own, spans[number], budget)
    ]
    low, high = min(every) / usual, max(every) / usual
    return Course(
        lane,
        marks,
        float(len(rounds)),
        f"median {figure(1000 * usual)} ms, from {_off(low)} to {_off(high)}",
    )


def _gathered(own: list[Timed], span: Timed, budget: int) -> Iterator[tuple[float, float, float]]:
    """Where in its round each mark stands, from 0 to 1, and the least and the most of its steps."""
    first, length = span
    many = -(-len(own) // budget)
    for i in range(0, len(own), many):
        group = own[i : i + many]
        times = [seconds for _, seconds in group]
        middle = (group[0][0] + group[-1][0] + times[-1]) / 2
        place = (middle - first) / length if length > 0 else 0.5
        yield min(1.0, max(0.0, place)), min(times), max(times)


def _off(ratio: float) -> str:
    """`+4 %`: how far a step is from the median."""
    return f"{'+' if ratio >= 1 else '−'}{percent(abs(ratio - 1))}"


def _notes(courses: list[Course], disturbed: list[int], rounds: int) -> list[str]:
    notes = ["Each mark is a step of a lane's own process, over the lane's median step."]
    if any(mark.high > mark.low for course in courses for mark in course.marks):
        notes = [
            "Each mark is one or more consecutive steps of a lane's process, from the fastest to "
            "the slowest, over the lane's median step."
        ]
    if disturbed:
        plural = "" if len(disturbed) == 1 else "s"
        notes.append(f"Shaded: disturbed round{plural} {format_cpulist(disturbed)}.")
    if rounds > ROUNDS:
        notes.append(f"The first {ROUNDS} of {rounds:,} rounds.")
    return notes
