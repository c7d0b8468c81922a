"""When a warm-up has ended: the steps have become steady."""

from statistics import fmean, stdev

WINDOW = 3
"""Steps that are looked at: few, since a step may take seconds."""

COEFFICIENT_OF_VARIATION = 0.05


def steady(nanoseconds: list[int]) -> bool:
    """True once the last steps vary by at most 5 % (coefficient of variation).

    The rule of Georges, Buytaert and Eeckhout, "Statistically rigorous Java performance
    evaluation" (OOPSLA 2007), with a window and a threshold for steps of seconds on hosts that
    are shared. The caller bounds the steps: on a noisy host they may never be steady.
    """
    last = nanoseconds[-WINDOW:]
    return len(last) == WINDOW and stdev(last) <= COEFFICIENT_OF_VARIATION * fmean(last)
