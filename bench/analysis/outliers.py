"""Values far from the rest, by a rule that the far ones themselves can't bend. Pure."""

from collections.abc import Sequence
from statistics import fmean, median

CUTOFF = 3.5
"""Modified z-score above which a value is an outlier: Iglewicz and Hoaglin's."""

VALUES_MIN = 5
"""Below, none is one: the deviation of so few is chance, and in three one is soon far off."""

# Of a normal distribution, in standard deviations: median and mean of the absolute deviations.
_MEDIAN_DEVIATION = 0.6745
_MEAN_DEVIATION = 0.7979


def outliers(values: Sequence[float]) -> list[int]:
    """Where the outliers are, high or low: to be flagged, never to be dropped.

    The modified z-score, 0.6745 · |x − median| / MAD, over 3.5 (Iglewicz and Hoaglin, "How to
    detect and handle outliers", ASQC, 1993). Where the MAD is 0, because over half of the values
    are the same, the mean absolute deviation takes its place, with the factor that belongs to it;
    where that is 0 too, all are the same.
    """
    if len(values) < VALUES_MIN:
        return []
    middle = median(values)
    deviations = [abs(value - middle) for value in values]
    sigma = median(deviations) / _MEDIAN_DEVIATION or fmean(deviations) / _MEAN_DEVIATION
    return [i for i, deviation in enumerate(deviations) if deviation > CUTOFF * sigma]
