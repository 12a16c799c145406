"""Is a difference between two sets of runs more than chance? Pure.

`runs/measure/compare.py` asks per metric. Repeatable: the dice have a fixed seed.

The interval is a bootstrap's: each side is drawn anew from its own runs 2,000 times,
and 95 % of the differences of their medians lie within. With a handful of runs such an
interval is often too narrow, so a permutation test has its say too: of all ways to deal
the runs to two sides, at most 5 % may differ as much. Three runs a side can't show
that; four can.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, fsum
from random import Random
from statistics import median

DRAWS = 2000
LEVEL = 0.95
SEED = 20_260
FEWEST = 4
"""Runs on each side, for a verdict."""
MOST_DEALS = 20_000
"""Beyond as many, ways to deal are drawn instead of counted."""


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float


def spread(values: Sequence[float]) -> Interval | None:
    """Where the median of such runs lies; None for a single run."""
    if len(values) < 2:
        return None
    dice = Random(SEED)
    return _middle([_drawn(values, dice) for _ in range(DRAWS)])


def difference(first: Sequence[float], second: Sequence[float]) -> Interval | None:
    """Where `second`'s median minus `first`'s lies; None for a single run a side."""
    if min(len(first), len(second)) < 2:
        return None
    dice = Random(SEED)
    return _middle([_drawn(second, dice) - _drawn(first, dice) for _ in range(DRAWS)])


def is_more_than_noise(
    first: Sequence[float], second: Sequence[float], interval: Interval | None
) -> bool | None:
    """`interval` is their `difference`. None: too few runs to tell."""
    if min(len(first), len(second)) < FEWEST or interval is None:
        return None
    if interval.low <= 0 <= interval.high:
        return False
    return chance(first, second) <= 1 - LEVEL


def chance(first: Sequence[float], second: Sequence[float]) -> float:
    """How many of the ways to deal all values to two sides differ as much (0 to 1)."""
    values = [*first, *second]
    size, whole = len(first), fsum(values)
    other = len(second)

    def gap(part: Sequence[float]) -> float:
        mine = fsum(part)
        return abs((whole - mine) / other - mine / size)

    # A hair less, since sums of the same values in another order may differ in it.
    seen = gap(first) * (1 - 1e-12)
    found = [gap(part) >= seen for part in _deals(values, size)]
    return sum(found) / len(found)


def _deals(values: Sequence[float], size: int) -> Iterator[Sequence[float]]:
    if comb(len(values), size) <= MOST_DEALS:
        yield from combinations(values, size)
        return
    dice = Random(SEED)
    yield values[:size]
    for _ in range(DRAWS):
        yield dice.sample(values, size)


def _drawn(values: Sequence[float], dice: Random) -> float:
    return median(dice.choices(values, k=len(values)))


def _middle(medians: list[float]) -> Interval:
    medians.sort()
    cut = round(len(medians) * (1 - LEVEL) / 2)
    return Interval(medians[cut], medians[-1 - cut])
