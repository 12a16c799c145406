"""Wide steps of days that are over: a month is read at a tenth of its hours' rows.

They are made of the hours, in the recorder's own time, a day at a time and in order of
time; from then on `ledger.py` adds to them what it adds to the hours. So they are as
true as these, and what is recorded now costs nothing more. How far they are made is
told by the newest of them: a day that is left with nothing is read by its hours again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db.models import Max, Min
from django.utils import timezone

from runs.models import Rollup
from runs.rollups.figures import STORED, Figures, Name, as_stored
from runs.rollups.steps import DAY_S, HOUR_S, WIDE_S, RollupKey, beginning_of

DAY = timedelta(seconds=DAY_S)
OVER = timedelta(hours=6)
"""So long after its end a day's wide steps are made: little comes behind it then."""
FRESH = timedelta(hours=1)
"""What began since is of no day that is over, even by a clock that is hours off."""


def kept_before() -> datetime | None:
    """All hours before are in wide steps, too."""
    newest = Rollup.objects.filter(step_s=DAY_S).aggregate(at=Max("start"))["at"]
    return newest + DAY if newest else None


def widened(hours: Mapping[RollupKey, Figures]) -> dict[RollupKey, Figures]:
    """What the hours among some changes add to wide steps that are made."""
    starts = [key.start for key in hours if key.step_s == HOUR_S]
    if not starts or min(starts) > timezone.now() - FRESH:
        return {}
    if (before := kept_before()) is None:
        return {}
    made = (key for key in hours if key.step_s == HOUR_S and key.start < before)
    return _gathered((key.start, key.name, hours[key]) for key in made)


def of(first: datetime, end: datetime) -> dict[RollupKey, Figures]:
    """The wide steps of some days, from their hours."""
    hours = Rollup.objects.filter(step_s=HOUR_S, start__gte=first, start__lt=end)
    columns = ("start", "provider", "model", "operation", "outcome", "run", *STORED)
    rows = hours.values_list(*columns).iterator(5000)
    return _gathered((row[0], Name(*row[1:6]), as_stored(row[6:])) for row in rows)


def next_day() -> datetime | None:
    """The first day with hours that has no wide steps and is over."""
    hours = Rollup.objects.filter(step_s=HOUR_S)
    if before := kept_before():
        hours = hours.filter(start__gte=before)
    first = hours.aggregate(at=Min("start"))["at"]
    if first is None or first >= beginning_of(timezone.now() - OVER, DAY_S):
        return None
    return beginning_of(first, DAY_S)


def _gathered(
    hours: Iterable[tuple[datetime, Name, Figures]],
) -> dict[RollupKey, Figures]:
    found: dict[RollupKey, Figures] = {}
    for start, name, figures in hours:
        for step_s in WIDE_S:
            key = RollupKey(step_s, beginning_of(start, step_s), name)
            found.setdefault(key, Figures()).add(figures)
    return found
