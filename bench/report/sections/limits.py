"""How far each lane is from what its cores can do."""

from bench.model.result import Result
from bench.model.summary import LimitShare
from bench.report.limit_words import BOUND, MEASURED, PEAK, bound_gflops, limit_cells, limits_of
from bench.report.sections.markup import safe, table
from bench.text import figure, percent

HEADER = [
    "lane",
    "achieved GFLOP/s",
    "peak GFLOP/s",
    "of peak",
    "of bound",
    "copy GB/s",
    "clock MHz",
    "bound img/s",
    "bound GFLOP/s",
    "of bound's time memory-bound",
    "GFLOP an image",
    "MB an image",
]


def limits(result: Result) -> str:
    """A row a lane whose limits were measured; empty without any."""
    found = limits_of(result)
    if not found:
        return ""
    rows = [[safe(lane), *limit_cells(its), *_more(its)] for lane, its in found.items()]
    return "\n\n".join(["## Limits", f"{MEASURED} {PEAK} {BOUND}", table(HEADER, rows)])


def _more(its: LimitShare) -> list[str]:
    return [
        figure(its.bound_images_per_second),
        figure(bound_gflops(its)),
        percent(its.memory_bound_share),
        figure(its.gflop_per_image),
        figure(its.megabytes_per_image),
    ]
