"""How fast the database grows: requests a day, and what that means in bytes.

Called by `data.py`. Days are those of the figures over time, in UTC; no request is
read. A request's room is the database's, shared out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from runs.measure import over_time
from runs.measure.over_time import Range

DAYS = 30
LATELY = 7
DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    at: datetime
    requests: int
    bytes: int | None
    x: float
    height: float
    """In per cent of the drawing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseGrowth:
    days: list[Day]
    width: float
    """Of a day's bar, in per cent."""
    most: int
    daily: int
    """Requests a day, over the last week."""
    daily_bytes: int | None
    month_bytes: int | None
    """At that pace."""


def growth(database_bytes: int | None, requests: int) -> DatabaseGrowth:
    each = database_bytes / requests if database_bytes and requests else None
    counts = _counts()
    most = max(max(counts), 1)
    daily = round(sum(counts[-LATELY:]) / LATELY)
    width = 100 / DAYS
    today = timezone.now().astimezone(UTC)
    return DatabaseGrowth(
        days=[
            Day(
                at=today - timedelta(days=DAYS - 1 - number),
                requests=count,
                bytes=_bytes(count, each),
                x=round(number * width, 2),
                height=round(count / most * 100, 2),
            )
            for number, count in enumerate(counts)
        ],
        width=round(width * 0.8, 2),
        most=most,
        daily=daily,
        daily_bytes=_bytes(daily, each),
        month_bytes=_bytes(daily * DAYS, each),
    )


def _counts() -> list[int]:
    """Requests of each day, today's last."""
    now = timezone.now().astimezone(UTC)
    tomorrow = datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)
    asked = Range(tomorrow - timedelta(days=DAYS), tomorrow, DAY_S)
    return over_time.requests(asked)


def _bytes(requests: int, each: float | None) -> int | None:
    return None if each is None else round(requests * each)
