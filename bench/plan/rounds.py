"""The order of the lanes in each round."""

import random


def order(lanes: list[str], seed: int, number: int) -> list[str]:
    """Shuffle the lanes for the round of that number: the same for the same seed."""
    shuffled = list(lanes)
    random.Random(f"{seed} {number}").shuffle(shuffled)
    return shuffled
