"""For what must be quick: a busy machine delays one round, a fault delays them all."""

from __future__ import annotations

from collections.abc import Callable

ROUNDS = 5


def least(measure: Callable[[], float], bar: float) -> float:
    """The smallest of up to five measurements; the first below `bar` is enough."""
    smallest = float("inf")
    for _ in range(ROUNDS):
        smallest = min(smallest, measure())
        if smallest < bar:
            break
    return smallest
