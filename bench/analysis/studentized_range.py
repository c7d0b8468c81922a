"""Tukey's studentized range: how far apart the outermost of several equal means lie by chance.

scipy.stats has it too; to load that takes a second, and each quantile a tenth of one, while the
controller needs dozens between two rounds.
"""

import math
from functools import cache

PRECISION = 1e-10
"""Relative, of a quantile: by bisection."""


@cache
def quantile(lanes: int, freedom: float, level: float) -> float:
    """In standard errors of one mean: not exceeded by the range of so many with that probability.

    `freedom` are the degrees of freedom of the standard error.
    """
    low, high = 0.0, 8.0
    while _probability(high, lanes, freedom) < level:
        low, high = high, 2 * high
    while high - low > PRECISION * high:
        middle = (low + high) / 2
        if _probability(middle, lanes, freedom) < level:
            low = middle
        else:
            high = middle
    return high


def _probability(reach: float, lanes: int, freedom: float) -> float:
    """That the range is within `reach` standard errors.

    The range of normal values, over what the standard error may be by chance: chi over the root of
    its degrees of freedom, summed over its logarithm. Both integrands are smooth and vanish at the
    ends, so that plain sums at equal steps are right to ten digits.
    """
    import numpy as np
    from scipy.special import ndtr  # a third of a second, for those who need it

    largest = np.arange(-9.0, 9.0, 0.3)[:, None]
    deviation = 1 / math.sqrt(2 * freedom)
    logs = np.arange(-20.0, 8.0, 0.4) * deviation
    errors = np.exp(logs)
    below = (ndtr(largest) - ndtr(largest - reach * errors)) ** (lanes - 1)
    normal = 0.3 * np.exp(-(largest**2) / 2) / math.sqrt(2 * math.pi)
    half = freedom / 2
    scale = math.log(2) + half * math.log(half) - math.lgamma(half)
    chi = 0.4 * deviation * np.exp(scale + freedom * logs - half * errors**2)
    return float(lanes * ((normal * below).sum(axis=0) * chi).sum())
