"""The table of a processor's set-ups: how far runs of each are apart."""

from collections.abc import Callable, Sequence

from bench.publish.spread import Group, Over
from bench.report.document.parts import UNKNOWN, Cell, Column, Table
from bench.report.document.wording import common_unit
from bench.text import figure, percent


def spread_table(groups: Sequence[Group]) -> Table:
    """A row a set-up; the workload only where there are several."""
    workloads = {group.workload for group in groups}
    unit = common_unit(group.unit for group in groups)
    columns = (
        Column("lane"),
        *([Column("workload")] if len(workloads) > 1 else []),
        Column("batch", right=True),
        Column("cores", right=True),
        Column("stack"),
        Column("runs", right=True),
        Column("hosts", right=True),
        Column(f"{unit}/s", right=True, note=RATE),
        Column("spread", right=True, note=SPREAD),
        Column("× fp32", right=True),
        Column("× best FP32", right=True),
    )
    return Table(columns, tuple(_row(group, len(workloads) > 1) for group in groups))


RATE = "Compute throughput, and ratios of it: the median run, with the lowest and the highest run."
SPREAD = (
    "spread: from the lowest to the highest run, as a share of the median. What runs of one set-up "
    "are apart is the least that a difference between two hosts must be to mean anything."
)


def _row(group: Group, several: bool) -> tuple[Cell, ...]:
    return (
        Cell(group.lane, lane=True),
        *([Cell(group.workload)] if several else []),
        Cell(str(group.batch)),
        Cell(str(group.cores)),
        Cell(group.torch),
        Cell(str(group.runs)),
        Cell(str(group.hosts)),
        _cell(group.compute, figure),
        Cell(percent(group.compute.width) if group.runs > 1 else UNKNOWN),
        _cell(group.over_baseline, "{:.2f}".format),
        _cell(group.over_best_fp32, "{:.2f}".format),
    )


def _cell(over: Over | None, write: Callable[[float], str]) -> Cell:
    if over is None:
        return Cell(UNKNOWN)
    same = write(over.low) == write(over.high)
    return Cell(write(over.median), "" if same else f"{write(over.low)}–{write(over.high)}")
