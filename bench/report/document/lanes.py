"""The table of lanes, invalid lanes loudly, and what became of lanes without a figure."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from bench.report.document.parts import (
    UNKNOWN,
    Callout,
    Cell,
    Column,
    Section,
    Table,
    Tone,
)
from bench.report.document.wording import (
    beneath,
    epoch_unit,
    in_rounds,
    rate_unit,
    ratio_value,
    reasons_once,
    span,
)
from bench.text import GIB, counted, figure, one_line, percent

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.model.result import Result
    from bench.model.summary import KernelShare, LaneState, LaneSummary, Ratio, Spread, Summary

AT_ISA = (
    "at its ISA: share of the convolutions' and inner products' time at the lane's own instruction "
    "set, by oneDNN's account of one more step."
)
MARK = "!"
"""Stands with a lane that a note tells something of: what it got and was not planned."""

NEEDED = {
    "AMX": ("AMX", ("amx_tile", "amx_bf16")),
    "BF16": ("AVX-512 BF16", ("avx512_bf16",)),
    "AVX512": ("AVX-512", ("avx512f",)),
}
"""By a part of a ceiling's name: the instruction set for people, and what the host must have."""

FEW = 90
"""Characters of a reason in few words."""

STATE_TONES: dict[str, Tone] = {
    "measured": "good",
    "completed": "good",
    "planned": "plain",
    "invalid": "bad",
    "failed": "bad",
    "too large": "bad",
    "skipped": "doubtful",
    "interrupted": "doubtful",
    "not reached": "doubtful",
}
"""Tones of the words for a lane's or a process's state; the word itself says it all."""


def state(word: str) -> Cell:
    """A lane's or a process's state; an invalid one's in capitals."""
    text = "INVALID" if word == "invalid" else word
    return Cell(text, tone=STATE_TONES.get(word, "plain"))


def in_few_words(result: Result, lane: LaneSummary, lacking: str) -> str:
    """Why a lane has no figure, in plain words; `lacking` is what it lacks if it was measured."""
    match lane.state:
        case "measured":
            return f"measured, but {lacking}"
        case "invalid":
            return "INVALID: what ran contradicts its name"
        case "skipped":
            return f"skipped: {_why_skipped(result, lane)}"
        case "interrupted":
            return "interrupted before one of its processes completed"
        case "not reached":
            return "not reached: the run ended first"
    return f"failed: {_first_words(lane.reason)}"


def _why_skipped(result: Result, lane: LaneSummary) -> str:
    """By what its ceiling needs and the host has not; else the reason's first words."""
    planned = next((each for each in result.plan.lanes if each.id == lane.lane), None)
    ceiling = planned.setup.ceiling if planned else ""
    name, needed = next((v for part, v in NEEDED.items() if part in ceiling), ("", ()))
    sets = [each for each in result.host.instruction_sets if each.name in needed]
    if any(each.advertised is None for each in sets):
        return f"it is not known whether this processor has {name}"
    if any(each.advertised is False for each in sets):
        return f"this host offers no {name}"
    if any(each.usable is False for each in sets) or (
        name == "AMX" and result.host.amx_permission.granted is False
    ):
        return f"{name} may not be used here"
    return _first_words(lane.reason)


def _first_words(reason: str | None) -> str:
    """A reason's first line, without the rounds that it came in."""
    words = re.sub(r"^rounds? [\d, -]+: ", "", one_line(reason or "no reason is known"))
    return textwrap.shorten(words.split("; ")[0], FEW, placeholder=" …")


def lanes(result: Result) -> Section:
    """One row a lane; beneath it a callout for each invalid one."""
    callouts = tuple(
        Callout(
            f"INVALID: {lane.lane}",
            f"has no figure, what ran contradicts its name: "
            f"{in_rounds(lane.reason or 'no reason is known')}.",
        )
        for lane in result.summary.lanes
        if lane.state == "invalid"
    )
    return Section("Lanes", (_table(result), *callouts))


def incomplete(result: Result) -> Section | None:
    """The lanes with a reason to be told, invalid ones apart; None without any."""
    told = [each for each in result.summary.lanes if each.reason and each.state != "invalid"]
    reasons = reasons_once({each.lane: in_rounds(each.reason or "") for each in told})
    rows = tuple(
        (Cell(each.lane, lane=True), state(each.state), Cell(reasons[each.lane])) for each in told
    )
    if not rows:
        return None
    columns = (Column("lane"), Column("state"), Column("reason", wraps=True))
    return Section("Not measured, or not in every round", (Table(columns, rows),), level=3)


def states_words(summary: Summary) -> str:
    """`3 lanes measured, 1 invalid`: what became of the lanes, counted."""
    states = [lane.state for lane in summary.lanes]
    others: tuple[LaneState, ...] = (
        *("invalid", "failed", "interrupted", "skipped", "not reached"),
    )
    counts = [f"{states.count(each)} {each}" for each in others if each in states]
    return ", ".join([f"{counted(states.count('measured'), 'lane')} measured", *counts])


def best_fp32_column(summary: Summary) -> str | None:
    """The best FP32 lane, if ratios against it say more than those against the baseline."""
    return summary.best_fp32 if summary.best_fp32 != summary.baseline else None


def _table(result: Result) -> Table:
    summary = result.summary
    best = best_fp32_column(summary)
    denominators = [summary.baseline, *([best] if best else [])]
    unit, seconds = epoch_unit(summary)
    rate = rate_unit(result.plan)
    at_isa = "" if all(lane.kernels is None for lane in summary.lanes) else AT_ISA
    columns = (
        Column("lane"),
        Column(f"compute {rate}", right=True),
        Column(f"end-to-end {rate}", right=True, gives_way=2),
        Column(f"epoch, {unit}", right=True, gives_way=3),
        *(Column(f"× {lane}", right=True, gives_way=i) for i, lane in enumerate(denominators)),
        Column("at its ISA", right=True, gives_way=4, note=at_isa),
        Column("peak GiB", right=True, gives_way=5),
    )
    check = result.plan.functional_check
    rows = []
    for lane in summary.lanes:
        cells = (
            _figures(lane, denominators, seconds, "plain" if check else "strong")
            if lane.state == "measured"
            else [state(lane.state), *[Cell()] * (len(columns) - 2)]
        )
        mark = MARK if lane.cautions else ""
        rows.append((Cell(lane.lane, lane=True, mark=mark), *cells))
    return Table(columns, tuple(rows))


def _figures(lane: LaneSummary, denominators: list[str], seconds: float, tone: Tone) -> list[Cell]:
    """`seconds` is the unit of the epoch time."""
    # Here, so that a plan's document loads nothing of what runs came to.
    from bench.analysis.ratios import ratio_against

    memory = lane.peak_memory_bytes
    return [
        spread_cell(lane.compute_samples_per_second, figure, tone),
        spread_cell(lane.end_to_end_samples_per_second, figure, tone),
        spread_cell(
            lane.epoch_seconds,
            lambda value: figure(value / seconds),
            tone,
            "" if lane.epoch_measured else "~",
        ),
        *(
            Cell("1", tone="weak")
            if lane.lane == name
            else ratio_cell(ratio_against(lane.compute_ratios, name), tone)
            for name in denominators
        ),
        Cell(_share(lane.kernels)),
        Cell(UNKNOWN if memory is None else f"{memory / GIB:.1f}"),
    ]


def spread_cell(
    over: Spread | None, write: Callable[[float], str], tone: Tone = "strong", mark: str = ""
) -> Cell:
    """The median, after a mark, with its range."""
    if over is None:
        return Cell(UNKNOWN)
    return Cell(mark + write(over.median), span(over, write), tone)


def ratio_cell(ratio: Ratio | None, tone: Tone = "strong") -> Cell:
    """A ratio with its interval, or without one with its range."""
    return Cell(UNKNOWN) if ratio is None else Cell(ratio_value(ratio), beneath(ratio), tone)


def _share(kernels: KernelShare | None) -> str:
    share = kernels.at_instruction_set if kernels is not None else None
    return UNKNOWN if share is None else percent(share)
