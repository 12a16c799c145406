"""A time axis on which pauses are cut short: where things lie, in percent. Pure.

Agents work for seconds and wait for hours; drawn to scale, only the waiting would be
seen. A stretch in which nothing runs and that is longer than `LONG_SHARE` of all work
is drawn as a narrow break, which says how long it was.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

LONG_SHARE = 0.2
BREAK_SHARE = 0.03
NARROWEST = 0.3
"""A bar that is shorter could not be seen."""
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Placed:
    """From `x`, so wide; both in percent of the axis."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Break:
    """A pause that is cut short."""

    x: float
    width: float
    ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """Work without a long pause, and where it is drawn."""

    start: datetime
    end: datetime
    x: float
    scale: float
    """Percent for each ms."""


@dataclass(frozen=True, slots=True)
class Axis:
    stretches: tuple[_Stretch, ...]
    breaks: tuple[Break, ...]

    @classmethod
    def over(cls, spans: Iterable[Span]) -> Axis:
        joined = _joined(sorted(spans))
        if not joined:
            return cls((), ())
        return _laid_out(_bridged(joined))

    def place(self, at: datetime) -> float:
        if not self.stretches:
            return 0.0
        found = bisect_right([each.start for each in self.stretches], at) - 1
        one = self.stretches[max(found, 0)]
        inside = min(max(at, one.start), one.end)
        return one.x + _ms(one.start, inside) * one.scale

    def bar(self, start: datetime, end: datetime) -> Placed:
        x = min(self.place(start), 100 - NARROWEST)
        width = max(self.place(end) - x, NARROWEST)
        return Placed(round(x, 3), round(width, 3))


def _ms(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() * 1000


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Overlaps as one."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, max(start, end)))
    return joined


def _bridged(spans: Sequence[Span]) -> list[Span]:
    """Short pauses belong to the work."""
    work = sum(_ms(start, end) for start, end in spans)
    bridged = [spans[0]]
    for start, end in spans[1:]:
        if _ms(bridged[-1][1], start) <= LONG_SHARE * work:
            bridged[-1] = (bridged[-1][0], end)
        else:
            bridged.append((start, end))
    return bridged


def _laid_out(spans: Sequence[Span]) -> Axis:
    gap = min(BREAK_SHARE, 0.5 / len(spans)) * 100
    room = 100 - gap * (len(spans) - 1)
    total = sum(_ms(start, end) for start, end in spans) or 1.0
    stretches: list[_Stretch] = []
    breaks: list[Break] = []
    x = 0.0
    for number, (start, end) in enumerate(spans):
        if number:
            before = spans[number - 1][1]
            breaks.append(Break(round(x, 3), round(gap, 3), _ms(before, start)))
            x += gap
        stretches.append(_Stretch(start=start, end=end, x=x, scale=room / total))
        x += _ms(start, end) * room / total
    return Axis(tuple(stretches), tuple(breaks))
