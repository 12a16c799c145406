"""Where an answer's time went, as things to draw: bars, ticks, an axis.

Called by the timing tab. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from observe.chunks import Chunk

WIDTH = 100.0
"""Of the drawing: places are percentages of it."""
ROW = 24
"""Height of a bar with its space, in pixels."""
STALL_MS = 1_000.0
STALL_GAPS = 5
"""A stall is a gap of a second, and of so many usual ones."""


@dataclass(frozen=True, slots=True)
class Span:
    """One bar of the waterfall."""

    label: str
    kind: str
    x: float
    width: float
    y: int
    start_ms: float
    end_ms: float

    @property
    def length_ms(self) -> float:
        return self.end_ms - self.start_ms


def waterfall(
    *,
    duration_ms: float,
    upstream_ms: float | None,
    first_byte_ms: float | None,
    ttft_ms: float | None,
) -> list[Span]:
    """Phases in order; a moment that isn't known is left out."""
    moments = [
        ("Until the provider's headers", "wait", upstream_ms),
        ("Until the first byte", "body", first_byte_ms),
        ("Until the first content", "think", ttft_ms),
        ("Until the end of the answer", "flow", duration_ms),
    ]
    spans: list[Span] = []
    start = 0.0
    scale = WIDTH / duration_ms if duration_ms > 0 else 0
    for label, kind, moment in moments:
        if moment is None or moment < start:
            continue
        end = min(moment, duration_ms)
        width = max(round((end - start) * scale, 2), 0.2)
        x, y = round(start * scale, 2), len(spans) * ROW + 4
        spans.append(Span(label, kind, x, width, y, start, end))
        start = end
    return spans


def ticks(chunks: list[Chunk], duration_ms: float) -> list[float]:
    """Where to draw a mark per chunk; marks on the same spot are drawn once."""
    if duration_ms <= 0:
        return []
    places = {round(chunk.at_ms / duration_ms * WIDTH, 1) for chunk in chunks}
    return sorted(place for place in places if place <= WIDTH)


class Stall(NamedTuple):
    """A time in which nothing came, in the middle of an answer."""

    x: float
    width: float
    start_ms: float
    length_ms: float


def stalls(moments: Sequence[float], duration_ms: float) -> list[Stall]:
    """`moments` are when something came, in ms and in order."""
    gaps = [(before, after - before) for before, after in pairwise(moments)]
    if not gaps or duration_ms <= 0:
        return []
    least = max(STALL_MS, STALL_GAPS * median(gap for _, gap in gaps))
    scale = WIDTH / duration_ms
    return [
        Stall(round(start * scale, 2), round(gap * scale, 2), start, gap)
        for start, gap in gaps
        if gap >= least
    ]


class Mark(NamedTuple):
    """A round time on the axis."""

    x: float
    ms: float

    @property
    def has_room(self) -> bool:
        """For its label, which stands to the right of it."""
        return self.x <= 0.9 * WIDTH


def scale_marks(duration_ms: float, about: int = 6) -> list[Mark]:
    """0, 0.5 s, 1 s …"""
    if duration_ms <= 0:
        return []
    step = 1.0
    while duration_ms / step > about:
        step *= 2.5 if str(step)[0] == "2" else 2
    count = int(duration_ms // step)
    return [
        Mark(round(mark * step / duration_ms * WIDTH, 2), mark * step)
        for mark in range(count + 1)
    ]
