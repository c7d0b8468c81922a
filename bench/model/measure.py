"""A figure to be exported: what every format is made of."""

from typing import Literal

from bench.model.base import Fixed


class Measure(Fixed):
    """One figure of one lane, with its interval or range where it has one.

    `better` is the direction that is better: `more`, `less`, or None where neither is.
    """

    lane: str
    name: str
    value: float
    unit: str
    low: float | None
    high: float | None
    better: Literal["more", "less"] | None
