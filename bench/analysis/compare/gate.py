"""Whether something is slower by more than a share: for a pipeline that is to fail then. Pure."""

import re
from collections.abc import Iterator

from bench.analysis.compare.pairs import Pair
from bench.errors import BenchError, Exit
from bench.model.comparison import Comparison, Gate, LaneAgainst
from bench.text import one_line


def parse_share(text: str | None) -> float | None:
    """0.05 of `5%`; None of None. BenchError (exit 2) for anything but a percentage under 100."""
    if text is None:
        return None
    match = re.fullmatch(r"\s*(\d{1,2}(?:\.\d{1,6})?)\s*%\s*", text, re.ASCII)
    if match is None:
        raise BenchError(
            f"--fail-slower {one_line(text, 40) or repr(text)} is no percentage under 100 %",
            "for example: --fail-slower 5%",
            Exit.USAGE,
        )
    return float(match[1]) / 100


def gate(comparison: Comparison, share: float) -> Gate:
    """What fails at that share.

    A lane is slower only if its whole decisive interval is: a ratio that may be chance fails no
    pipeline, and one that may be above the limit is named as open. A lane that the reference
    measured and a run of the other side did not has failed.
    """
    limit = 1 - share
    slower, failed, unjudged, still_open = [], [], [], []
    for name, lane in _lanes(comparison):
        if lane.reference.samples_per_second is None:
            continue
        sure = lane.compute.decisive if lane.compute and lane.verdict else None
        if lane.other.lacking:
            failed.append(name)
        if sure is None:
            unjudged += [name] if lane.compute else []
        elif sure.high < limit:
            slower.append(name)
        elif sure.low < limit:
            still_open.append(name)
    return Gate(share=share, slower=slower, failed=failed, unjudged=unjudged, open=still_open)


def gate_code(outcome: Gate) -> Exit:
    """4 if a lane is slower, else 1 if one failed, else 3 if one could not be judged, else 0."""
    if outcome.slower:
        return Exit.SLOWER
    if outcome.failed:
        return Exit.LANE_FAILED
    return Exit.CANNOT if outcome.unjudged else Exit.DONE


def lane_name(lane: LaneAgainst) -> str:
    """`fp32`, or `fp32 → bf16-amx` where the two sides have two."""
    return Pair(lane.reference.lane, lane.other.lane).name


def letter(i: int) -> str:
    """`B`, `C`, … of the other sides, the reference being A; `B2` after `Z`."""
    again, place = divmod(i, 25)
    return chr(ord("B") + place) + (str(again + 1) if again else "")


def _lanes(comparison: Comparison) -> Iterator[tuple[str, LaneAgainst]]:
    several = len(comparison.others) > 1
    for i, other in enumerate(comparison.others):
        for lane in other.lanes:
            yield (f"{letter(i)}: " if several else "") + lane_name(lane), lane
