"""The table of lanes, what its figures are, and what became of lanes without any."""

from bench.analysis.ratios import ratio_against
from bench.model.result import Result
from bench.model.summary import LaneSummary, Ratio, Spread
from bench.report.captions import best_fp32_column, captions
from bench.report.outcomes import outcomes
from bench.report.sections.markup import UNKNOWN, bullets, ranged, safe, table
from bench.report.sureness import beneath
from bench.report.wording import epoch_unit, ratio_value, span
from bench.text import figure, size


def lanes(result: Result) -> str:
    """One row a lane, invalid lanes loudly, then the captions."""
    parts = ["## Lanes", _table(result), _invalid(result), bullets(captions(result))]
    return "\n\n".join(part for part in parts if part)


def incomplete(result: Result) -> str:
    """The lanes with a reason to be told, invalid ones apart; empty without any."""
    found = [each for each in outcomes(result) if each.reason and each.state != "invalid"]
    if not found:
        return ""
    rows = [[safe(each.lane), each.state, safe(each.reason)] for each in found]
    return "### Not measured, or not in every round\n\n" + table(["lane", "", "reason"], rows, 3)


def _table(result: Result) -> str:
    summary = result.summary
    best = best_fp32_column(summary)
    denominators = [summary.baseline, *([best] if best else [])]
    unit, seconds = epoch_unit(summary)
    header = ["lane", "compute img/s", "end-to-end img/s", f"epoch training, {unit}"]
    header += [*(f"× {safe(lane)}" for lane in denominators), "peak memory"]
    found = {lane.lane: lane for lane in summary.lanes}
    rows = []
    for each in outcomes(result):
        cells = (
            _figures(found[each.lane], denominators, seconds)
            if each.state == "measured"
            else [_state(each.state), *[""] * (len(header) - 2)]
        )
        rows.append([safe(each.lane), *cells])
    return table(header, rows)


def _state(word: str) -> str:
    return "**INVALID**" if word == "invalid" else word


def _invalid(result: Result) -> str:
    """A warning in red, where this is shown with colours, for each invalid lane."""
    return "\n\n".join(
        f"> [!CAUTION]\n> **INVALID: {safe(each.lane)}** has no figure, what ran contradicts its "
        f"name: {safe(each.reason)}."
        for each in outcomes(result)
        if each.state == "invalid"
    )


def _figures(lane: LaneSummary, denominators: list[str], seconds: float) -> list[str]:
    """`seconds` is the unit of the epoch time."""
    memory = lane.peak_memory_bytes
    return [
        _rate(lane.compute_images_per_second),
        _rate(lane.end_to_end_images_per_second),
        _epoch(lane, seconds),
        *(
            "1" if lane.lane == name else ratio_cell(ratio_against(lane.compute_ratios, name))
            for name in denominators
        ),
        UNKNOWN if memory is None else size(memory),
    ]


def _rate(over: Spread | None) -> str:
    return UNKNOWN if over is None else ranged(figure(over.median), span(over, figure))


def _epoch(lane: LaneSummary, seconds: float) -> str:
    over = lane.epoch_seconds
    if over is None:
        return UNKNOWN
    mark = "" if lane.epoch_measured else "~"
    return ranged(
        mark + figure(over.median / seconds), span(over, lambda value: figure(value / seconds))
    )


def ratio_cell(ratio: Ratio | None) -> str:
    """A ratio with its interval, or without one with its range."""
    return UNKNOWN if ratio is None else ranged(ratio_value(ratio), beneath(ratio))
