"""A conversation as a waterfall: which calls ran when, and which beside each other.

Called by `observe/pages/conversation/view.py`; rows alone are read.
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


@dataclass(frozen=True, slots=True)
class Timeline:
    lines: list[TimeLine]
    axis: Axis


def timeline(calls: Sequence[Call]) -> Timeline:
    axis = Axis.over([(call.start, call.end) for call in calls])
    return Timeline([_line(call, axis) for call in calls], axis)


def _line(call: Call, axis: Axis) -> TimeLine:
    whole = axis.bar(call.start, call.end)
    took, first = call.request.duration_ms, call.request.first_byte_ms
    share = min(first / took, 1.0) if took and first is not None else 0.0
    return TimeLine(call, whole, Placed(whole.x, round(whole.width * share, 3)))
