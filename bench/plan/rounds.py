"""The order of the lanes in each round, and whether another round fits the time."""

import random
from collections.abc import Iterator


def orders(lanes: list[str], seed: int) -> Iterator[list[str]]:
    """Yield each round's order, without end: a fresh shuffle, the same for the same seed."""
    shuffle = random.Random(seed)
    while True:
        order = list(lanes)
        shuffle.shuffle(order)
        yield order


def another(
    done: int, rounds_max: int, elapsed: float, longest_round: float, budget: float | None
) -> bool:
    """True if a round after `done` may begin: the first always, the next if it should fit."""
    if done >= rounds_max:
        return False
    return done == 0 or budget is None or elapsed + longest_round <= budget
