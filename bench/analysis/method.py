"""The analysis that draws the conclusions: its version, and the constants they rest on.

A conclusion of another version is neither right nor wrong by this one's: it was drawn another way.
The version goes up with whatever changes a summary of the same processes.
"""

from bench.analysis import (
    contradictions,
    coverage,
    departures,
    disturbed,
    interval,
    kernels,
    losses,
    outliers,
    slow_kernels,
)
from bench.model.summary import Method

ANALYSIS_VERSION = "2.0"

CONSTANTS: dict[str, float] = {
    "own_share_min": contradictions.OWN_SHARE_MIN,
    "telling_share_min": kernels.TELLING_MIN,
    "calls_seen_share_min": coverage.CALLS_MIN,
    "step_time_share_min": coverage.TIME_MIN,
    "step_time_share_low": coverage.TIME_LOW,
    "slow_kernels_share": slow_kernels.SLOW_SHARE,
    "reference_reorders_share": slow_kernels.REORDER_SHARE,
    "departure_part_share": departures.WORTH_TELLING,
    "loss_tolerance_fp32": losses.FP32_TOLERANCE,
    "loss_tolerance_bf16": losses.BF16_TOLERANCE,
    "loss_pixels_min_fp32": losses.FP32_PIXELS_MIN,
    "loss_pixels_min_bf16": losses.BF16_PIXELS_MIN,
    "outlier_cutoff": outliers.CUTOFF,
    "outlier_values_min": outliers.VALUES_MIN,
    "disturbed_share": disturbed.SHARE,
    "disturbed_share_of_one_cpu": disturbed.SHARE_OF_ONE_CPU,
    "disturbed_seconds_min": disturbed.SECONDS_MIN,
    "disturbed_throttled_periods": disturbed.THROTTLED_PERIODS,
    "disturbed_fault_seconds": disturbed.FAULT_SECONDS,
    "interval_level": interval.LEVEL,
    "interval_stopping_level": interval.STOPPING_LEVEL,
    "interval_rounds_min": interval.ROUNDS_MIN,
}


def method() -> Method:
    """What every summary of this version says of how it was made; sentences quote it from there."""
    return Method(version=ANALYSIS_VERSION, constants=dict(CONSTANTS))
