"""A conversation as a waterfall: which calls ran when, and which beside each other.

Called by `observe/pages/conversation/view.py`. Nothing is read here; where calls may
have sent the same again, the bodies of some were read before, for the whole page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from observe.pages.axis import Axis, Placed
from observe.pages.conversation.calls import Call


@dataclass(frozen=True, slots=True)
class TimeLine:
    """A call and where it lies; the first part is the wait for its first byte."""

    call: Call
    whole: Placed
    wait: Placed
    beside: list[int]
    """Numbers of the calls that ran at the same time for a while."""

    @property
    def beside_told(self) -> str:
        numbers = ", ".join(f"#{number}" for number in self.beside)
        return f"Ran at the same time as {numbers}"


@dataclass(frozen=True, slots=True)
class Timeline:
    lines: list[TimeLine]
    axis: Axis
    at_once: int
    """So many ran at the same moment at most."""


def timeline(calls: Sequence[Call]) -> Timeline:
    axis = Axis.over([(call.start, call.end) for call in calls])
    lines = [_line(call, axis, _beside(call, calls)) for call in calls]
    return Timeline(lines, axis, _at_once(calls))


def _line(call: Call, axis: Axis, beside: list[int]) -> TimeLine:
    whole = axis.bar(call.start, call.end)
    took, first = call.request.duration_ms, call.request.first_byte_ms
    share = min(first / took, 1.0) if took and first is not None else 0.0
    wait = Placed(whole.x, round(whole.width * share, 3))
    return TimeLine(call, whole, wait, beside)


def _beside(call: Call, calls: Sequence[Call]) -> list[int]:
    return [
        other.number
        for other in calls
        if other is not call and other.start < call.end and call.start < other.end
    ]


def _at_once(calls: Sequence[Call]) -> int:
    """An end counts before a beginning at the same moment."""
    moments = [(call.start, 1) for call in calls if call.end > call.start]
    moments += [(call.end, -1) for call in calls if call.end > call.start]
    running = most = 0
    for _, change in sorted(moments):
        running += change
        most = max(most, running)
    return most
