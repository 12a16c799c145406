"""Where the mean of a side, or the difference of two, lies: bootstrap intervals. Pure.

`runs/measure/contrast.py` asks. Each side is drawn anew from its own runs a thousand
times, all metrics at once; 95 % of what comes out lies within. Repeatable: the dice
have a fixed seed. A handful of runs gives an interval that is often too narrow, so it
is no verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from runs.measure.packed import Packed, Values

DRAWS = 1000
SHARE = 0.95
FIRST_SEED, OTHER_SEED = 20_260, 20_261
"""Two, since what is taken from each other may not be drawn alike."""

Drawn = tuple[list[float | None], ...]
"""Per metric, the mean of every draw."""


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float


def drawn_means(metrics: Sequence[Values], seed: int) -> Drawn:
    """Means of runs drawn with replacement; empty for less than two runs."""
    packed = Packed(metrics)
    count = len(packed.units)
    if count < 2:
        return tuple([] for _ in metrics)
    dice = Random(seed)
    draws = (sum(dice.choices(packed.units, k=count)) for _ in range(DRAWS))
    return tuple(map(list, zip(*map(packed.means, draws), strict=True)))


def middle(means: Sequence[float | None]) -> Interval | None:
    """Of one metric's draws; None where there are none."""
    return _middle([mean for mean in means if mean is not None])


def between(
    first: Sequence[float | None], other: Sequence[float | None]
) -> Interval | None:
    """Of `other` minus `first`."""
    pairs = zip(first, other, strict=False)
    return _middle([b - a for a, b in pairs if a is not None and b is not None])


def _middle(values: list[float]) -> Interval | None:
    if len(values) < DRAWS / 2:
        return None  # hardly a run knows it
    values.sort()
    cut = round(len(values) * (1 - SHARE) / 2)
    return Interval(values[cut], values[-1 - cut])
