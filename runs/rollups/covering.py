"""Which rows make up a time: the widest steps in its middle, narrower ones around.

Asked by `runs/measure/`; nothing is counted twice, whatever the widths.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import Q

from runs.rollups import days
from runs.rollups.steps import HOUR_S, at


def covering(start: datetime, end: datetime, widths: Sequence[int]) -> Q:
    """The rows of these widths, each a part of the next, that make up a time which
    begins and ends with one of the first."""
    made = days.kept_before() if widths[-1] > HOUR_S else None
    upto = int(made.timestamp()) if made else 0
    found = Q(pk__in=[])  # of no time at all
    for width, first, last in _cover(
        int(start.timestamp()), int(end.timestamp()), widths, upto
    ):
        found |= Q(step_s=width, start__gte=at(first), start__lt=at(last))
    return found


def _cover(
    start: int, end: int, widths: Sequence[int], made: int
) -> Iterator[tuple[int, int, int]]:
    """Width, from, to: the widest in the middle, narrower ones around it."""
    if start >= end:
        return
    *narrower, width = widths
    if not narrower:
        yield width, start, end
        return
    last = min(end, made) if width > HOUR_S else end
    first, last = start + -start % width, last - last % width
    if first >= last:
        yield from _cover(start, end, narrower, made)
        return
    yield from _cover(start, first, narrower, made)
    yield width, first, last
    yield from _cover(last, end, narrower, made)
