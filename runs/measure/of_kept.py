"""A filter's figures from those that are kept over time, where these can tell it.

They add up however many requests there are; what they don't tell of the filter's time
is read row by row: its beginning and end within an hour, requests older than the last
prune, and those that go on. Asked by `of_filter.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone

from runs.filters.request_filter import RequestFilter
from runs.filters.tree import Node, Term, together
from runs.filters.writing import in_language
from runs.measure.narrowing import condition_of
from runs.measure.over_time import EARLIEST, LATEST, added
from runs.models import CapturedRequest, Rollup
from runs.models.request_set import CapturedRequestQuerySet
from runs.record import Outcome
from runs.rollups import rebuilding
from runs.rollups.covering import covering
from runs.rollups.figures import ROW, SUCCESS, Counted, Figures, name_of
from runs.rollups.steps import HOUR_S, MINUTE_S, MINUTES_KEPT, WIDE_S, beginning_of

SURELY = MINUTES_KEPT - timedelta(hours=1)
"""Minutes that began since are there."""


class Kept(NamedTuple):
    figures: Figures
    errors: int
    pending: int


class Window(NamedTuple):
    """What a filter says of the time; `end` is outside."""

    start: datetime
    end: datetime

    def narrowed(self, bound: Q) -> Window | None:
        """None where it is no plain bound."""
        match bound.children:
            case [("started_at__gte", datetime() as at)] if not bound.negated:
                return Window(max(self.start, at), self.end)
            case [("started_at__lt", datetime() as at)] if not bound.negated:
                return Window(self.start, min(self.end, at))
        return None


EVER = Window(EARLIEST, LATEST)


def kept_figures(chosen: RequestFilter, most: int) -> Kept | None:
    """None where they can't be told, or not by reading `most` rows at most."""
    told = in_language(chosen)
    if told.chosen or (asked := _asked(told.where.tree)) is None:
        return None
    window, condition = asked
    inner = _inner(window)
    found = chosen.apply(CapturedRequest.objects.all())
    rows = _outside(found, window, inner, most)
    if len(rows) > most:
        return None
    kept = Rollup.objects.filter(condition, covering(*inner, _WIDTHS))
    figures, errors = added(kept)
    for row in rows:
        figures.count(row)
        errors += name_of(row).outcome != SUCCESS
    return Kept(figures, errors, found.pending().order_by().count())


_WIDTHS = (MINUTE_S, HOUR_S, *WIDE_S)


def _asked(tree: Node | None) -> tuple[Window, Q] | None:
    """The time that is asked for, and the rest as a condition on rows of figures."""
    window, condition = EVER, Q()
    for node in together(tree) if tree else ():
        if isinstance(node, Term) and node.filter.bounds_time:
            narrowed = window.narrowed(
                node.condition(CapturedRequest.objects.all().conditions)
            )
            if narrowed is None:
                return None
            window = narrowed
        elif (told := condition_of(node)) is not None:
            condition &= told
        else:
            return None
    return window, condition


def _inner(window: Window) -> Window:
    """Full hours, or minutes while these are kept, of which every request is there."""
    nothing = Window(window.end, window.end)
    since = max(window.start, rebuilding.whole_since())
    if since >= window.end:  # it may be as late as the last minute that can be told
        return nothing
    start, end = _full(since, is_end=False), _full(window.end, is_end=True)
    return Window(start, end) if start < end else nothing


def _full(at: datetime, *, is_end: bool) -> datetime:
    step_s = MINUTE_S if at > timezone.now() - SURELY else HOUR_S
    full = beginning_of(at, step_s)
    return full if is_end or full == at else full + timedelta(seconds=step_s)


def _outside(
    found: CapturedRequestQuerySet, window: Window, inner: Window, most: int
) -> list[Counted]:
    """The finished requests that the inner part lacks, `most` and one at most."""
    over = found.exclude(outcome=Outcome.PENDING).order_by()
    rows = list[Counted]()
    for start, end in _edges(window, inner):
        some = over.filter(started_at__gte=start, started_at__lt=end)
        rows += map(Counted._make, some.values_list(*ROW)[: most + 1])
    return rows


def _edges(window: Window, inner: Window) -> Iterable[tuple[datetime, datetime]]:
    for start, end in ((window.start, inner.start), (inner.end, window.end)):
        if start < end:
            yield start, end
