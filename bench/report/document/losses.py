"""The lanes' losses side by side: whether they train alike."""

from bench.model.result import Result
from bench.report.document.parts import (
    UNKNOWN,
    Bullets,
    Cell,
    Column,
    Item,
    Section,
    Table,
    line,
)

HOW = (
    "Of steps through the loader: every lane begins with the same weights and takes the same "
    "batches in the same order."
)
JUDGED = (
    "First losses of FP32 lanes that are more than {fp32:g} apart, and those of BF16 lanes more "
    "than {bf16:g} from FP32's, are cautioned about; not of batches of fewer than {few:,.0f} and "
    "{fewer_bf16:,.0f} pixels, where rounding alone moves them further. Later losses are shown and "
    "not judged: each step multiplies what rounding changed."
)
CONSTANTS = {
    "fp32": "loss_tolerance_fp32",
    "bf16": "loss_tolerance_bf16",
    "few": "loss_pixels_min_fp32",
    "fewer_bf16": "loss_pixels_min_bf16",
}
"""What the sentence takes from the constants that the summary was drawn with."""


def losses(result: Result) -> Section | None:
    """A row a lane of which they are known; None without any."""
    summary = result.summary
    lanes = [lane for lane in summary.lanes if lane.loss_first is not None]
    if not lanes:
        return None
    later = summary.loss_steps is not None and summary.loss_steps > 1
    columns = (
        Column("lane"),
        Column("first loss", right=True),
        *([Column(f"loss of step {summary.loss_steps}", right=True)] if later else []),
    )
    rows = tuple(
        (
            Cell(lane.lane, lane=True),
            Cell(_loss(lane.loss_first)),
            *([Cell(_loss(lane.loss_last))] if later else []),
        )
        for lane in lanes
    )
    constants = summary.method.constants
    known = {name: constants[of] for name, of in CONSTANTS.items() if of in constants}
    judged = [JUDGED.format(**known)] if len(known) == len(CONSTANTS) else []
    items = tuple(Item(line(text)) for text in (HOW, *judged))
    return Section("Losses", (Table(columns, rows), Bullets(items)), detail=True)


def _loss(loss: float | None) -> str:
    return UNKNOWN if loss is None else f"{loss:.4f}"
