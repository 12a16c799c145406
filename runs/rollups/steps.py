"""The steps of time that figures are kept in, and how a row of them is called.

Minutes for two days, hours for ever, and wider ones (`days.py`) of days that are over.
Steps begin at UTC's full minutes, hours and days.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

from runs.rollups.figures import Name

MINUTE_S, HOUR_S = 60, 3600
DAY_S = 24 * HOUR_S
WIDE_S = (3 * HOUR_S, 6 * HOUR_S, DAY_S)
"""Each is a part of the next; the last one tells how far they are made."""
EVER_S = 0
"""The step of counters: all that was ever recorded, whatever became of it. They never
shrink, so that a scraper can tell a rate (`observe/metrics/`)."""
MINUTES_KEPT = timedelta(hours=48)


class RollupKey(NamedTuple):
    """A row of the table: a step of time, and what happened in it by name."""

    step_s: int
    start: datetime
    name: Name

    @property
    def id(self) -> UUID:
        told = (self.step_s, int(self.start.timestamp()), *self.name)
        text = "\0".join(map(str, told)).encode(errors="replace")
        return UUID(bytes=blake2b(text, digest_size=16).digest())


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def beginning_of(moment: datetime, step_s: int) -> datetime:
    """Of the step that has this moment in it."""
    return at(int(moment.timestamp()) // step_s * step_s)
