"""Shares as people read them."""


def percent(share: float) -> str:
    """`57 %`; with one place where it would else be rounded to nothing or to all: `99.7 %`."""
    places = 1 if 0 < share < 0.01 or 0.99 < share < 1 else 0
    return f"{100 * share:.{places}f} %"
