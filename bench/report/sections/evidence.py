"""What ran: instruction sets and kernels; and where the time of a step goes."""

from bench.model.result import Result
from bench.model.summary import LaneSummary
from bench.report.charts.step_time import OUTSIDE, StepTime, step_time_words, step_times
from bench.report.outcomes import outcomes
from bench.report.sections.markup import UNKNOWN, bullets, safe, table
from bench.text import figure, percent

HOW = (
    "After the timed steps, each process trains one more under oneDNN's verbose mode, which names "
    "every kernel and its time; medians over processes. The share is that of the convolutions' and "
    "inner products' time at the lane's own instruction set and precision. Milliseconds are by "
    "kind of kernel."
)


def what_ran(result: Result) -> str:
    """A row a lane that was measured or is invalid; empty without evidence."""
    found = {lane.lane: lane for lane in result.summary.lanes}
    parts = {each.lane: each for each in step_times(result)}
    states = [each for each in outcomes(result) if each.state in ("measured", "invalid")]
    kinds = list(next(iter(parts.values())).parts) if parts else []
    rows = [
        [safe(each.lane), "**INVALID**", *[""] * (1 + len(kinds))]
        if each.state == "invalid"
        else [safe(each.lane), *_cells(found[each.lane], parts.get(each.lane), kinds)]
        for each in states
    ]
    if not kinds and all(each.state != "invalid" for each in states):
        return ""
    header = ["lane", "instruction set", "share at it", *(f"{kind}, ms" for kind in kinds)]
    contradictions = [
        f"{each.lane} is invalid: {each.reason}." for each in states if each.state == "invalid"
    ]
    found_parts = ["## What ran", HOW, table(header, rows, 2), bullets(contradictions)]
    return "\n\n".join(part for part in found_parts if part)


def where_time_goes(result: Result) -> str:
    """Each kind of kernel's share of the median step, and the rest's; empty without evidence."""
    times = step_times(result)
    if not times:
        return ""
    kinds = list(times[0].parts)
    header = ["lane", "median step, ms", *kinds, OUTSIDE]
    rows = [
        [
            safe(each.lane),
            figure(each.step),
            *(percent(each.share(kind)) for kind in kinds),
            UNKNOWN if each.outside is None else percent(each.outside / each.step),
        ]
        for each in times
    ]
    sentences = [
        f"Shares of the median step. {OUTSIDE[0].upper()}{OUTSIDE[1:]} is what its kernels leave "
        "of that: PyTorch's own operators, the optimizer, Python.",
        *step_time_words(times),
    ]
    return "\n\n".join(["## Where the time goes", table(header, rows), bullets(sentences)])


def _cells(lane: LaneSummary, time: StepTime | None, kinds: list[str]) -> list[str]:
    if lane.kernels is None:
        return ["no kernel was told", UNKNOWN, *[UNKNOWN] * len(kinds)]
    share = lane.kernels.at_instruction_set
    milliseconds = [UNKNOWN] * len(kinds) if time is None else map(figure, time.parts.values())
    return [
        safe(lane.kernels.instruction_set),
        UNKNOWN if share is None else percent(share),
        *milliseconds,
    ]
