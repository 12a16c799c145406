"""Wide steps of days that are over: a month is read at a tenth of its hours' rows.

They are made of the hours, in the recorder's own time, a day at a time and in order of
time; from then on `ledger.py` adds to them what it adds to the hours. So they are as
true as these, and what is recorded now costs nothing more. How far they are made is
told by the newest of them: a day that is left with nothing is read by its hours again.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    return wide({key: hours[key] for key in made})


def is_made(day: datetime) -> bool:
    """It has wide steps, or gets them now: it is the next that is over."""
    before = kept_before()
    return day == next_day() or (before is not None and day < before)


def of(first: datetime, end: datetime) -> dict[RollupKey, Figures]:
    """The wide steps of some days, from the hours that are kept."""
    hours = Rollup.objects.filter(step_s=HOUR_S, start__gte=first, start__lt=end)
    columns = ("start", "provider", "model", "operation", "outcome", "run", *STORED)
    rows = hours.values_list(*columns).iterator(5000)
    return wide(
        {RollupKey(HOUR_S, row[0], Name(*row[1:6])): as_stored(row[6:]) for row in rows}
    )


def wide(steps: Mapping[RollupKey, Figures]) -> dict[RollupKey, Figures]:
    """What the hours among some steps come to, each width from the one before."""
    narrower = {key: each for key, each in steps.items() if key.step_s == HOUR_S}
    found: dict[RollupKey, Figures] = {}
    for step_s in WIDE_S:
        wider: dict[RollupKey, Figures] = {}
        for key, figures in narrower.items():
            start = beginning_of(key.start, step_s)
            wider.setdefault(RollupKey(step_s, start, key.name), Figures()).add(figures)
        found |= wider
        narrower = wider
    return found


def next_day() -> datetime | None:
    """The first day with hours that has no wide steps and is over."""
    hours = Rollup.objects.filter(step_s=HOUR_S)
    if before := kept_before():
        hours = hours.filter(start__gte=before)
    first = hours.aggregate(at=Min("start"))["at"]
    if first is None or first >= beginning_of(timezone.now() - OVER, DAY_S):
        return None
    return beginning_of(first, DAY_S)
