"""How sure a ratio is, in words: its interval, or without one the range of its rounds."""

from bench.model.summary import Interval, Ratio
from bench.text import counted, percent


def beneath(ratio: Ratio) -> str:
    """What stands with a ratio: its interval, `1.60–1.74`, else its range; empty for one round."""
    over = ratio.interval or ratio
    return _ends(over.low, over.high, 2) if ratio.interval or ratio.rounds > 1 else ""


def ratio_words(ratio: Ratio, interval: Interval) -> tuple[str, str]:
    """`1.67×` and `95 % interval 1.60–1.74`, with more places where 1 would else be shown."""
    shown = (ratio.value, interval.low, interval.high)
    telling = (n for n in (2, 3, 4) if all(each == 1 or round(each, n) != 1 for each in shown))
    places = next(telling, 4)
    ends = _ends(interval.low, interval.high, places)
    return f"{ratio.value:.{places}f}×", f"{percent(interval.level)} interval {ends}"


def methods(ratios: list[Ratio]) -> list[str]:
    """`95 % confidence interval, <method>, 6 rounds`: once for each method and level."""
    sure = [(each.interval, each.rounds) for each in ratios if each.interval is not None]
    if not sure:
        return []
    least, most = min(rounds for _, rounds in sure), max(rounds for _, rounds in sure)
    over = ("" if least == most else f"{least} to ") + counted(most, "round")
    kinds = dict.fromkeys((interval.level, interval.method) for interval, _ in sure)
    return [f"{percent(level)} confidence interval, {method}, {over}" for level, method in kinds]


def _ends(low: float, high: float, places: int) -> str:
    return f"{low:.{places}f}–{high:.{places}f}"
