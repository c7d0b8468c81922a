"""How far lanes are from their cores' limits: the figures of the tables, and what they are."""

from bench.model.result import Result
from bench.model.summary import LimitShare
from bench.text import figure, percent

UNKNOWN = "–"

PEAK = (
    "Peak: the best square matrix product at the lane's precision and ceiling, on the same cores."
)
BOUND = (
    "Bound: the roofline of the model's operators, one after the other, each at the peak or at "
    "copy bandwidth, whichever takes longer. It knows no caches and no fusion, which can beat it."
)
MEASURED = (
    "Limits are measured in a lane's first process, after its timed steps. Copy counts bytes read "
    "and written; the clock is one core's, right after a matrix product."
)


def limits_of(result: Result) -> dict[str, LimitShare]:
    """The lanes whose limits are known, in the plan's order."""
    return {lane.lane: lane.limits for lane in result.summary.lanes if lane.limits is not None}


def bound_gflops(its: LimitShare) -> float:
    """The bound as a rate of arithmetic, to stand beside what was achieved and the peak."""
    return its.bound_images_per_second * its.gflop_per_image


def limit_cells(its: LimitShare) -> list[str]:
    """Achieved, peak, share of peak, share of bound, copy bandwidth, clock."""
    return [
        figure(its.achieved_gflops),
        figure(its.peak_gflops),
        percent(its.peak_share),
        percent(its.bound_share),
        figure(its.copy_gigabytes_per_second),
        UNKNOWN if its.clock_mhz is None else f"{its.clock_mhz:.0f}",
    ]
