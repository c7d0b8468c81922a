"""How far lanes are from their cores' limits, on the console."""

from rich.table import Table

from bench.model.summary import LimitShare
from bench.report.blocks import lane_name, listing
from bench.report.limit_words import limit_cells


def limit_table(found: dict[str, LimitShare]) -> Table:
    """A row a lane whose limits are known."""
    table = listing("Limits")
    table.add_column("lane", no_wrap=True)
    for title in (
        "achieved\nGFLOP/s",
        "peak\nGFLOP/s",
        "of\npeak",
        "of\nbound",
        "copy\nGB/s",
        "clock\nMHz",
    ):
        table.add_column(title, justify="right", no_wrap=True)
    for lane, its in found.items():
        table.add_row(lane_name(lane), *limit_cells(its))
    return table
