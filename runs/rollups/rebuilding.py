"""Counts the figures over time anew from the requests that are there.

`weir rollups rebuild` and, for requests of a version without figures, `weir prepare`.
Hours in which retention has removed requests keep what they have: only the figures
know of those. A day at a time, each in a transaction of its own: readers see a day's
old figures until the new are whole. A day is counted before its transaction begins, so
that the recorder waits only while it is written; hours to which somebody has added
meanwhile are counted again in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from runs import sql
from runs.models import CapturedRequest, Rollup, RollupBound
from runs.record import Outcome
from runs.rollups import days, ledger
from runs.rollups.days import DAY
from runs.rollups.figures import ROW, STORED, Counted, Figures
from runs.rollups.steps import (
    DAY_S,
    EVER_S,
    HOUR_S,
    MINUTE_S,
    MINUTES_KEPT,
    WIDE_S,
    RollupKey,
    beginning_of,
)

STEP = 10_000
"""Requests that are read at once."""
HOUR = timedelta(seconds=HOUR_S)
EVERY_S = (MINUTE_S, HOUR_S, *WIDE_S)

Told = Callable[[int], None]


def _nobody(*_: int) -> None:
    """Hears of it."""


def is_needed() -> bool:
    """There are requests, and no figures of any."""
    if Rollup.objects.exists():
        return False
    return CapturedRequest.objects.exclude(outcome=Outcome.PENDING).exists()


def whole_since() -> datetime:
    """The first hour of which every request is still there."""
    bound = RollupBound.objects.aggregate(at=Max("pruned_before"))["at"]
    if bound is None:
        return datetime(1970, 1, 1, tzinfo=UTC)
    seconds = int(bound.timestamp())
    return datetime.fromtimestamp(seconds + -seconds % HOUR_S, UTC)


def remember_pruned(before: datetime) -> None:
    """Retention removes what started before; in its own transaction."""
    known = RollupBound.objects.filter(pk=1)
    if not known.filter(pruned_before__gte=before).exists():
        RollupBound.objects.update_or_create(pk=1, defaults={"pruned_before": before})


def rebuild(
    told: Told = _nobody,
    waits: Callable[[], None] = _nobody,
    *,
    only_first: bool = False,
) -> int:
    """Gives how many requests were counted; `told` hears of each step's, and `waits`
    of others who write figures. `only_first`: not if these have counted them."""
    with transaction.atomic():
        if not ledger.lock(wait=False):
            waits()
            ledger.lock()
        if only_first and not is_needed():
            return 0
        if not Rollup.objects.filter(step_s=EVER_S).exists():
            # At once: a counter that the recorder began between two days would count
            # its requests, and their day would count them again. Broken off, a
            # database without figures would be one with figures of some days.
            return _rebuild(told, are_counters_new=True)
    return _rebuild(told, are_counters_new=False)


def widen(*, wait: bool = True) -> bool:
    """Makes wide steps of the next day that is over; False: there is none, or others
    write figures now."""
    with transaction.atomic():
        if not ledger.lock(wait=wait) or (day := days.next_day()) is None:
            return False
        ledger.add(days.of(day, day + DAY))
        return True


def _rebuild(told: Told, *, are_counters_new: bool) -> int:
    since, counted = whole_since(), 0
    counters: dict[RollupKey, Figures] = {}
    day = _next_day(since)
    while day is not None:
        hours = _recount(day, since, told)
        counted += sum(figures.requests for figures in hours.values())
        if are_counters_new:
            for key, figures in ledger.counters(hours).items():
                counters.setdefault(key, Figures()).add(figures)
        day = _next_day(day + DAY)
    if counters:
        ledger.write(counters)
    while widen():
        pass
    sql.analyze(Rollup)
    return counted


def _next_day(start: datetime) -> datetime | None:
    """The first day with anything from a time on."""
    requests = CapturedRequest.objects.filter(started_at__gte=start)
    first = [requests.order_by("started_at").values_list("started_at").first()]
    for step_s in EVERY_S:
        rows = Rollup.objects.filter(step_s=step_s, start__gte=start)
        first.append(rows.order_by("start").values_list("start").first())
    found = [row[0] for row in first if row]
    return beginning_of(min(found), DAY_S) if found else None


def _recount(day: datetime, since: datetime, told: Told) -> dict[RollupKey, Figures]:
    """The figures of a day, or what of it is whole; gives those of its hours."""
    end, first = day + DAY, max(day, since)
    seen: dict[datetime, int] = {}
    steps: dict[RollupKey, Figures] = {}
    if is_early := not connection.in_atomic_block:
        seen = _seen(first, end)
        steps = _counted(first, end, told)
    with transaction.atomic():
        ledger.lock()
        if is_early:
            steps = _renewed(steps, seen, _seen(first, end))
        else:
            steps = _counted(first, end, told)
        of_day = Rollup.objects.filter(start__gte=day, start__lt=end)
        sql.delete(of_day.filter(step_s__in=WIDE_S))
        sql.delete(of_day.filter(step_s__in=(MINUTE_S, HOUR_S), start__gte=first))
        ledger.insert(steps)
        if days.is_made(day):
            ledger.insert(days.of(day, end) if day < since else days.wide(steps))
    return {key: each for key, each in steps.items() if key.step_s == HOUR_S}


def _counted(first: datetime, end: datetime, told: Told) -> dict[RollupKey, Figures]:
    changes = ((row, 1) for row in _rows(first, end, told))
    return ledger.gathered(changes, timezone.now() - MINUTES_KEPT)


def _seen(first: datetime, end: datetime) -> dict[datetime, int]:
    """By hour, what tells whether its figures have changed: who changes requests writes
    theirs in the same transaction."""
    rows = Rollup.objects.filter(step_s__in=(MINUTE_S, HOUR_S))
    rows = rows.filter(start__gte=first, start__lt=end).order_by()
    found: dict[datetime, int] = {}
    for start, *told in rows.values_list("start", "pk", *STORED).iterator(STEP):
        hour = beginning_of(start, HOUR_S)
        found[hour] = found.get(hour, 0) ^ hash(tuple(map(_fixed, told)))
    return found


def _fixed(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _renewed(
    steps: dict[RollupKey, Figures],
    before: Mapping[datetime, int],
    now: Mapping[datetime, int],
) -> dict[RollupKey, Figures]:
    """With what is changed counted anew; the caller has the lock."""
    changed = {hour for hour in {*before, *now} if before.get(hour) != now.get(hour)}
    kept = {
        key: figures
        for key, figures in steps.items()
        if beginning_of(key.start, HOUR_S) not in changed
    }
    for hour in changed:
        kept |= _counted(hour, hour + HOUR, _nobody)
    return kept


def _rows(first: datetime, end: datetime, told: Told) -> Iterator[Counted]:
    rows = CapturedRequest.objects.filter(started_at__gte=first, started_at__lt=end)
    rows = rows.exclude(outcome=Outcome.PENDING)
    found = rows.order_by().values_list(*ROW).iterator(STEP)
    while step := list(islice(found, STEP)):
        yield from map(Counted._make, step)
        told(len(step))
