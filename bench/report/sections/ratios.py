"""Verdicts, and every ratio that they and the table of lanes are drawn from."""

from bench.model.result import Result
from bench.model.summary import Ratio
from bench.report.sections.markup import UNKNOWN, safe, table
from bench.report.sureness import beneath
from bench.report.verdicts import Verdict, verdicts
from bench.report.wording import ratio_value, span
from bench.text import percent


def judged(result: Result) -> str:
    """A sentence a lane and denominator, each with what explains it; empty without any."""
    found = [_sentence(each) for each in verdicts(result)]
    return "\n".join(["## Verdicts", "", *found]) if found else ""


def ratios(result: Result) -> str:
    """Every ratio of the summary, compute and end to end apart; empty without any."""
    found = [
        (lane.lane, part, ratio)
        for lane in result.summary.lanes
        for part, its in (
            ("compute", lane.compute_ratios),
            ("end to end", lane.end_to_end_ratios),
        )
        for ratio in its
    ]
    if not found:
        return ""
    levels = {ratio.interval.level for _, _, ratio in found if ratio.interval is not None}
    interval = " ".join([*map(percent, sorted(levels)), "interval"])
    header = ["lane", "over", "throughput", "verdict", "ratio", interval, "rounds' range", "rounds"]
    rows = [[safe(lane), safe(ratio.against), part, *_cells(ratio)] for lane, part, ratio in found]
    return "## Ratios\n\n" + table(header, rows, 4)


def _sentence(verdict: Verdict) -> str:
    after = safe(verdict.after)
    gap = "" if after.startswith((",", ":")) else " "
    told = f"- {safe(verdict.before)} **{verdict.word}**{gap}{after}"
    return "\n".join([told, *(f"  - {safe(why)}" for why in verdict.because)])


def _cells(ratio: Ratio) -> list[str]:
    decided = ratio.verdict in ("faster", "slower")
    return [
        f"{ratio.verdict}" if decided else "no verdict",
        f"**{ratio_value(ratio)}**",
        beneath(ratio) if ratio.interval else f"{UNKNOWN} ({safe(ratio.no_interval or 'none')})",
        span(ratio, "{:.2f}".format) or UNKNOWN,
        str(ratio.rounds),
    ]
