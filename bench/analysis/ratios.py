"""Lane against lane: the ratio of their rates in each round, and its mean over the rounds."""

from statistics import geometric_mean

from bench.results.schema import Ratio

Rates = dict[int, float]
"""One lane's images/s by round."""


def ratio(lane: Rates, against: str, denominator: Rates) -> Ratio | None:
    """Compare two lanes over the rounds in which both have a rate; None if there is no such round.

    Pairs are taken within a round, so that a host that drifts between rounds moves both alike.
    """
    paired = [lane[i] / denominator[i] for i in sorted(lane.keys() & denominator.keys())]
    if not paired:
        return None
    low, high = min(paired), max(paired)
    # The mean goes through logarithms, whose rounding may leave the range it lies in.
    value = min(max(geometric_mean(paired), low), high)
    return Ratio(against=against, value=value, low=low, high=high, rounds=len(paired))


def ratios(lane: str, rates: dict[str, Rates], denominators: list[str]) -> list[Ratio]:
    """The lane against each denominator, without itself and without those that share no round."""
    others = [name for name in dict.fromkeys(denominators) if name != lane]
    found = (ratio(rates[lane], name, rates[name]) for name in others if name in rates)
    return [each for each in found if each is not None]


def ratio_against(found: list[Ratio], against: str) -> Ratio | None:
    """The ratio whose denominator is that lane; None if there is none."""
    return next((each for each in found if each.against == against), None)
