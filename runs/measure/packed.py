"""Several metrics of a run as one whole number, so that sums of runs are one sum. Pure.

`resampling.py` and `noise.py` add up thousands of ways to draw or deal runs, each of
them for every metric: Python adds integers of any length as fast as small ones, and
needs no library for it.

A metric has 64 bits: below, its value as a share of the metric's span in 2^38 steps;
above, one for each run that knows it.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence

Values = Sequence[float | None]
"""Of one metric, a run each; None where the run doesn't tell."""

_STEPS = 1 << 38
COUNT_BITS = 48
VALUE_MASK = (1 << COUNT_BITS) - 1


class Packed:
    """`units[i]` is run i; `lanes` gives back what a sum of units holds."""

    def __init__(self, metrics: Sequence[Values]) -> None:
        spans = [_span(values) for values in metrics]
        self.lows = [low for low, _ in spans]
        self.steps = [width / _STEPS for _, width in spans]
        self._size = 8 * len(metrics)
        count = len(metrics[0]) if metrics else 0
        self.units = [self._unit(metrics, index) for index in range(count)]

    def lanes(self, total: int) -> array[int]:
        """Per metric: the sum in steps, and 2^48 for each run in it."""
        found = array("Q", total.to_bytes(self._size, "little"))
        if sys.byteorder == "big":
            found.byteswap()
        return found

    def means(self, total: int) -> list[float | None]:
        """None where no run of the sum knows the metric."""
        lanes = zip(self.lanes(total), self.lows, self.steps, strict=True)
        return [
            low + step * (lane & VALUE_MASK) / (lane >> COUNT_BITS) if lane else None
            for lane, low, step in lanes
        ]

    def _unit(self, metrics: Sequence[Values], index: int) -> int:
        unit = 0
        for place, values in enumerate(metrics):
            value, step = values[index], self.steps[place]
            if value is not None:
                share = round((value - self.lows[place]) / step) if step else 0
                unit |= (share + (1 << COUNT_BITS)) << (64 * place)
        return unit


def _span(values: Values) -> tuple[float, float]:
    known = [value for value in values if value is not None]
    if not known:
        return 0.0, 0.0
    return min(known), max(known) - min(known)
