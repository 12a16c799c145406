"""Counts the figures over time anew from the requests that are there.

`weir rollups rebuild` and, for requests of a version without figures, `weir prepare`.
Hours in which retention has removed requests keep what they have: only the figures
know of those. One transaction: readers see the old figures until the new are whole.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from runs import sql
from runs.models import CapturedRequest, Rollup, RollupBound
from runs.record import Outcome
from runs.rollups import days, ledger
from runs.rollups.figures import ROW, Counted, Figures
from runs.rollups.steps import (
    DAY_S,
    EVER_S,
    HOUR_S,
    MINUTES_KEPT,
    WIDE_S,
    RollupKey,
    beginning_of,
)

STEP = 20_000
"""Requests that are read at once."""


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


def rebuild(told: Callable[[int], None] = lambda count: None) -> int:
    """Gives how many requests were counted; `told` hears of each step's."""
    with transaction.atomic():
        ledger.lock()
        since = whole_since()
        sql.delete(Rollup.objects.filter(start__gte=since, step_s__gt=EVER_S))
        day = beginning_of(since, DAY_S)
        sql.delete(Rollup.objects.filter(start__gte=day, step_s__in=WIDE_S))
        last, counted = 0, 0
        steps: dict[RollupKey, Figures] = {}
        minutes_from = timezone.now() - MINUTES_KEPT
        while rows := _after(last, since):
            last = rows[-1][0]
            changes = [(Counted(*row[1:]), 1) for row in rows]
            for step, figures in ledger.gathered(changes, minutes_from).items():
                steps.setdefault(step, Figures()).add(figures)
            counted += len(rows)
            told(len(rows))
        counters = Rollup.objects.filter(step_s=EVER_S)
        ledger.write(steps if counters.exists() else steps | ledger.counters(steps))
        while widen():
            pass
    return counted


def widen() -> bool:
    """Makes wide steps of the next day that is over; False: there is none."""
    with transaction.atomic():
        ledger.lock()
        if (day := days.next_day()) is None:
            return False
        ledger.add(days.of(day, day + days.DAY))
        return True


def _after(last: int, since: datetime) -> list[tuple[Any, ...]]:
    rows = CapturedRequest.objects.exclude(outcome=Outcome.PENDING)
    rows = rows.filter(pk__gt=last, started_at__gte=since).order_by("pk")
    return list(rows.values_list("pk", *ROW)[:STEP])
